// Package ui holds what a browser loads: the API reference's viewer and our own style sheet and scripts. The sources are
// in src/; dist/ is built from them and from npm by `npm ci && npm run build` and committed, so that Go alone builds
// the program.
package ui

import "embed"

// Dist has the folder dist/ with every file compressed: "dist/portal.css.gz" and so on.
//
//go:embed dist/*.gz
var Dist embed.FS
