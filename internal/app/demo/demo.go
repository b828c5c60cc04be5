// Package demo is a pet shop to look at: the goods, prices, markets and pictures that a demo shop is filled with. It is data;
// package app fills it in.
//
// A picture is drawn in pictures/NAME.svg and served as pictures/NAME.png, which gen/render.sh makes of it.
package demo

import (
	"embed"
	"io/fs"
)

// Path is where the pictures are served: shop.json names one as Path + "NAME.png".
const Path = "/static/demo/"

// Seed is the shop, a seed file: texts in Chinese with their translation into English, prices in yuan and euro.
//
//go:embed shop.json
var Seed []byte

//go:embed pictures/*.png
var pictures embed.FS

// Files are the pictures by their names at Path, each a PNG of 800 by 800. A picture that changes gets a new name: browsers
// may keep the one they have.
var Files = within("pictures")

// within is the folder of the embedded files. It is there, or the program does not compile; only a name that is no path fails.
func within(folder string) fs.FS {
	sub, err := fs.Sub(pictures, folder)
	if err != nil {
		panic(err)
	}
	return sub
}
