package mailtext

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	texttemplate "text/template"
)

//go:embed templates
var builtIn embed.FS

// The bounds of what is read and made, in bytes.
const (
	maxFile    = 256 << 10
	maxOut     = 1 << 20
	maxSubject = 200 // characters
)

// blankLines are more than one in a row: where a template leaves something out.
var blankLines = regexp.MustCompile(`\n(?:[ \t]*\n){2,}`)

// errTooLong says that a template makes more than a mail may have.
var errTooLong = fmt.Errorf("the mail is longer than %d bytes", maxOut)

// Texts are all mails. They are safe for concurrent use.
type Texts struct{ mails map[string]letter }

// letter is a mail in one language.
type letter struct {
	text *texttemplate.Template
	html *template.Template
}

// Mail is what a mail says. The subject is one line.
type Mail struct{ Subject, Text, HTML string }

func names() []Name { return []Name{OrderPlaced, GiftCards, OrderClaim} }

// Open reads the templates: our own, and instead of them those in a folder, which need not be there. Its error names the file and the
// line that is wrong, or a file there that is no template.
func Open(folder string) (*Texts, error) {
	t := &Texts{mails: map[string]letter{}}
	known := map[string]bool{}
	for _, n := range names() {
		for _, lang := range []Lang{Chinese, English} {
			key := key(n, lang)
			known[key+".txt"], known[key+".html"] = true, true
			l, err := read(folder, key)
			if err != nil {
				return nil, err
			}
			t.mails[key] = l
			for _, sample := range samples(n, lang) {
				if _, err := t.Render(n, lang, sample); err != nil {
					return nil, fmt.Errorf("%s: %w", where(folder, err, key), err)
				}
			}
		}
	}
	return t, strangers(folder, known)
}

func key(n Name, lang Lang) string { return string(n) + "." + string(lang) }

// where says which file an error of a template is about: templates call themselves by its name.
func where(folder string, err error, key string) string {
	for _, name := range []string{key + ".txt", key + ".html"} {
		if strings.Contains(err.Error(), name) {
			return filepath.Join(folder, name)
		}
	}
	return filepath.Join(folder, key+".*")
}

// strangers finds templates that nothing reads: most likely their names are misspelt.
func strangers(folder string, known map[string]bool) error {
	for _, pattern := range []string{"*.txt", "*.html"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return err
		}
		for _, f := range files {
			if !known[filepath.Base(f)] {
				all := strings.Join(slices.Sorted(maps.Keys(known)), ", ")
				return fmt.Errorf("%s: there is no mail of this name; there are %s", f, all)
			}
		}
	}
	return nil
}

// read parses a mail: ours first, so that a block that the merchant's file does not define is ours still.
func read(folder, key string) (letter, error) {
	l := letter{text: texttemplate.New(key + ".txt"), html: template.New(key + ".html")}
	frame, err := fs.ReadFile(builtIn, "templates/frame.html")
	if err != nil {
		return l, err
	}
	if _, err := l.html.New("frame.html").Parse(string(frame)); err != nil {
		return l, err
	}
	for _, f := range []struct {
		name  string
		parse func(text string) error
	}{
		{key + ".txt", func(text string) error { _, err := l.text.Parse(text); return err }},
		{key + ".html", func(text string) error { _, err := l.html.Parse(text); return err }},
	} {
		ours, err := fs.ReadFile(builtIn, "templates/"+f.name)
		if err == nil {
			err = f.parse(string(ours))
		}
		if err != nil {
			return l, err
		}
		path := filepath.Join(folder, f.name)
		theirs, err := own(path)
		if err == nil && theirs != "" {
			err = f.parse(theirs)
		}
		if err != nil {
			return l, fmt.Errorf("%s: %w", path, err)
		}
	}
	return l, nil
}

// own reads a merchant's file, empty when there is none.
func own(path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("a template may have %d bytes at most", maxFile)
	}
	return strings.TrimPrefix(string(text), "\ufeff"), err
}

// Render writes a mail. Data is of the type that its name says.
func (t *Texts) Render(n Name, lang Lang, data any) (Mail, error) {
	l, ok := t.mails[key(n, lang)]
	if !ok {
		return Mail{}, fmt.Errorf("there is no mail %s", key(n, lang))
	}
	var subject, text, html bounded
	if err := l.text.ExecuteTemplate(&subject, "subject", data); err != nil {
		return Mail{}, err
	}
	if err := l.text.Execute(&text, data); err != nil {
		return Mail{}, err
	}
	if err := l.html.Execute(&html, data); err != nil {
		return Mail{}, err
	}
	m := Mail{Subject: line(subject.String()), Text: blankLines.ReplaceAllString(strings.TrimSpace(text.String()), "\n\n") + "\n", HTML: html.String()}
	if m.Subject == "" {
		return Mail{}, fmt.Errorf("%s.txt: the block \"subject\" says nothing", key(n, lang))
	}
	return m, nil
}

// line makes a text fit for a subject: what ends lines, or cannot be seen, becomes a blank.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	short := []rune(strings.Join(strings.Fields(s), " "))
	return string(short[:min(len(short), maxSubject)])
}

// bounded keeps what is written, up to maxOut.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxOut {
		return 0, errTooLong
	}
	return b.Buffer.Write(p)
}
