package browse

import (
	"strings"

	"kaidian/internal/platform/search"
)

// facts is what the index remembers of a product besides its words: what searches are narrowed and counted by.
type facts struct {
	id  string // of the product
	all []fact
}

// fact is one thing that a product is filed under.
type fact struct {
	kind  byte
	id    string
	value string // of words: tags, types, vendors
}

// The kinds of facts.
const (
	factCollection = 'c'
	factCategory   = 'd' // each that shoppers see, from the root down
	factTag        = 'g'
	factType       = 't'
	factVendor     = 'v'
)

func (f *facts) add(kind byte, id, value string) { f.all = append(f.all, fact{kind, id, value}) }

// String gives the facts as the index keeps them: a line for each.
func (f *facts) String() string {
	clean := strings.NewReplacer("\n", " ", "\t", " ")
	var b strings.Builder
	b.WriteString(clean.Replace(f.id))
	for _, x := range f.all {
		b.WriteString("\n" + string(x.kind) + "\t" + clean.Replace(x.id) + "\t" + clean.Replace(x.value))
	}
	return b.String()
}

// parseFacts reads what String wrote.
func parseFacts(data string) facts {
	var f facts
	var more bool
	f.id, data, more = strings.Cut(data, "\n")
	for more {
		var line string
		line, data, more = strings.Cut(data, "\n")
		parts := strings.SplitN(line, "\t", 3)
		f.add(parts[0][0], parts[1], parts[2])
	}
	return f
}

// marks gives what a condition may ask of the product: for words by their ids and by their values.
func (f *facts) marks() []string {
	var all []string
	for _, x := range f.all {
		all = append(all, mark(x.kind, x.id))
		if x.value != "" && x.kind != factCategory {
			all = append(all, mark(x.kind, x.value))
		}
	}
	return all
}

func mark(kind byte, value string) string { return string(kind) + " " + search.Fold(value) }

// has tells whether the product is filed under something, by its id or its value.
func (f *facts) has(kind byte, value string) bool {
	value = search.Fold(value)
	for _, x := range f.all {
		if x.kind == kind && (search.Fold(x.id) == value || kind != factCategory && search.Fold(x.value) == value) {
			return true
		}
	}
	return false
}
