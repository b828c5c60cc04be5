package portal

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// writtenOrigin is the address of the server as guides write it. It is replaced by the server's own when a page is shown.
const writtenOrigin = "http://127.0.0.1:9000"

// guide is one guide in one language, rendered.
type guide struct {
	Name     string // "store"
	Title    string // its level-one heading
	Body     string // HTML, with addresses as written
	Sections []section
}

// section is one heading below the title.
type section struct {
	ID    string
	Title string
	Deep  bool // level three
}

// library holds the guides of each language in the order in which they are shown.
type library map[string][]guide

// find gives a guide by language and name.
func (l library) find(lang, name string) (guide, bool) {
	for _, g := range l[lang] {
		if g.Name == name {
			return g, true
		}
	}
	return guide{}, false
}

// readGuides renders every guide. It fails unless each guide is there in each language with the same sections.
func readGuides(files fs.FS) (library, error) {
	shelf := make(library)
	for _, lang := range languages() {
		names, err := fs.Glob(files, lang+"/*.md")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			source, err := fs.ReadFile(files, name)
			if err != nil {
				return nil, err
			}
			g, err := render(strings.TrimSuffix(path.Base(name), ".md"), wordsIn(lang).SectionLink, source)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			shelf[lang] = append(shelf[lang], g)
		}
		slices.SortStableFunc(shelf[lang], func(a, b guide) int { return rank(a.Name) - rank(b.Name) })
	}
	return shelf, shelf.check()
}

// rank puts the faces' guides first, in the order of the faces; others follow by name, as the sort is fed.
func rank(name string) int {
	if i := slices.Index([]string{storeFace, openFace}, name); i >= 0 {
		return i
	}
	return 2
}

// check makes sure that a link into a guide holds in every language.
func (l library) check() error {
	if len(l[english]) == 0 {
		return errors.New("there are none")
	}
	for _, g := range l[english] {
		twin, ok := l.find(chinese, g.Name)
		if !ok {
			return fmt.Errorf("%s is not there in Chinese", g.Name)
		}
		same := func(a, b section) bool { return a.ID == b.ID && a.Deep == b.Deep }
		if !slices.EqualFunc(g.Sections, twin.Sections, same) {
			return fmt.Errorf("the sections of %s differ between the languages", g.Name)
		}
	}
	if len(l[chinese]) != len(l[english]) {
		return errors.New("a guide is there only in Chinese")
	}
	return nil
}

// render turns Markdown with tables into HTML and takes out its title and sections. Raw HTML in it is dropped.
func render(name, sectionLink string, source []byte) (guide, error) {
	markdown := goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithHeadingAttribute()))
	tree := markdown.Parser().Parse(text.NewReader(source))
	g := guide{Name: name}
	for node := tree.FirstChild(); node != nil; node = node.NextSibling() {
		heading, ok := node.(*ast.Heading)
		if !ok {
			continue
		}
		if heading.Level == 1 {
			g.Title = plainText(heading, source)
			continue
		}
		s, err := takeSection(heading, sectionLink, source)
		if err != nil {
			return guide{}, err
		}
		if slices.ContainsFunc(g.Sections, func(other section) bool { return other.ID == s.ID }) {
			return guide{}, fmt.Errorf("two headings have the id %q", s.ID)
		}
		if heading.Level <= 3 {
			g.Sections = append(g.Sections, s)
		}
	}
	if g.Title == "" {
		return guide{}, errors.New("no level-one heading")
	}
	var body bytes.Buffer
	if err := markdown.Renderer().Render(&body, source, tree); err != nil {
		return guide{}, err
	}
	g.Body = body.String()
	return g, nil
}

// takeSection reads a heading and puts a link to itself at its end.
func takeSection(heading *ast.Heading, label string, source []byte) (section, error) {
	title := plainText(heading, source)
	id, ok := heading.AttributeString("id")
	raw, isBytes := id.([]byte)
	if !ok || !isBytes {
		return section{}, fmt.Errorf("heading %q has no id", title)
	}
	link := ast.NewLink()
	link.Destination = append([]byte("#"), raw...)
	link.SetAttributeString("class", []byte("anchor"))
	link.Title = []byte(label)
	link.AppendChild(link, ast.NewString([]byte("#")))
	heading.AppendChild(heading, link)
	return section{ID: string(raw), Title: title, Deep: heading.Level == 3}, nil
}

// plainText gives the words of a node without their markup.
func plainText(node ast.Node, source []byte) string {
	var words strings.Builder
	for child := node.FirstChild(); child != nil; child = child.NextSibling() {
		if piece, ok := child.(*ast.Text); ok {
			words.Write(piece.Segment.Value(source))
			continue
		}
		words.WriteString(plainText(child, source))
	}
	return words.String()
}

// at gives the guide's HTML with the server's own address in place of the written one. The origin must not hold
// letters that mean something in HTML.
func (g guide) at(origin string) template.HTML {
	return template.HTML(strings.ReplaceAll(g.Body, writtenOrigin, origin)) //nolint:gosec // our own text, rendered without raw HTML
}
