package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"kaidian/internal/api/route"
)

// Scenario is a file: steps that follow one another in a shop that was empty before.
type Scenario struct {
	Name    string         // the file's path without its ending: "customers/create"
	File    string         // the file's path
	Title   route.Words    // in both languages
	About   route.Words    // Markdown, in both languages or in none
	Samples map[string]any // what the document shows for a placeholder: string, json.Number or bool
	Steps   []Step         // one at least
}

// Step is a request and what is wanted of the answer.
type Step struct {
	Line   int         // of the request, counted from 1
	Title  route.Words // in both languages or in none
	Setup  []string    // what is to be there before it
	Method string
	Path   string // with the query, as sent
	Header []Field
	Body   string // as sent; "" is none
	Want   Want
}

// Field is a header. Its name is spelled as in the file.
type Field struct{ Name, Value string }

// Want is what an answer must be. Its texts hold placeholders.
type Want struct {
	Status     int
	Header     []Field  // an empty value wants the header absent
	Body       string   // JSON; "" when the body is not JSON
	Text       string   // a body that is not JSON; "" when there is none
	Events     []string // "topic" or "topic subject"; nil is not checked, empty wants none
	Statements int      // at most; -1 is not checked
}

const suffix = ".txtar"

// Load reads every scenario file of dir and the folders in it, sorted by path. The error names file and line of the first
// mistake in each file.
func Load(dir fs.FS) ([]Scenario, error) {
	var out []Scenario
	var problems []error
	err := fs.WalkDir(dir, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, suffix) {
			return err
		}
		data, err := fs.ReadFile(dir, path)
		if err != nil {
			return err
		}
		s, err := Parse(path, data)
		if err != nil {
			problems = append(problems, err)
			return nil
		}
		out = append(out, s)
		return nil
	})
	if err := errors.Join(append(problems, err)...); err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	return out, nil
}
