package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"kaidian/internal/api/route"
)

// Parse reads one scenario file. The error names path and line.
func Parse(path string, data []byte) (Scenario, error) {
	p := parser{s: Scenario{Name: strings.TrimSuffix(path, suffix), File: path, Samples: map[string]any{}}}
	if err := p.file(data); err != nil {
		var at *mistake
		line := 1
		if errors.As(err, &at) {
			line = at.line
		}
		return Scenario{}, fmt.Errorf("%s:%d: %w", path, line, err)
	}
	return p.s, nil
}

// mistake is an error at a line.
type mistake struct {
	line int
	err  error
}

func (m *mistake) Error() string { return m.err.Error() }
func (m *mistake) Unwrap() error { return m.err }

func wrong(line int, format string, args ...any) error {
	return &mistake{line, fmt.Errorf(format, args...)}
}

// at gives err a line, if it is one.
func at(line int, err error) error {
	if err == nil {
		return nil
	}
	return &mistake{line, err}
}

// section is a part of the file. lines[0] stands on line first.
type section struct {
	name  string
	first int
	lines []string
}

// sections splits a file. The first section is what stands before any other and has no name.
func sections(data []byte) []section {
	a := txtar.Parse(data)
	line := 1
	add := func(name string, data []byte) section {
		s := section{name: name, first: line}
		if text := string(data); text != "" {
			s.lines = strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		}
		line += len(s.lines)
		return s
	}
	out := []section{add("", a.Comment)}
	for _, f := range a.Files {
		line++ // the marker
		out = append(out, add(f.Name, f.Data))
	}
	return out
}

// parser builds a scenario. A step is open from its request on, and complete with its response.
type parser struct {
	s       Scenario
	setup   []string // waits for the next request
	waiting bool     // there was a setup section since the last request
	open    *Step
	done    map[string]bool // the sections of the open step
}

func (p *parser) file(data []byte) error {
	if !utf8.Valid(data) {
		return wrong(1, "the file is not UTF-8")
	}
	if i := strings.IndexByte(string(data), '\r'); i >= 0 {
		return wrong(1+strings.Count(string(data[:i]), "\n"), "a line ends in a carriage return")
	}
	all := sections(data)
	if err := p.head(all[0]); err != nil {
		return err
	}
	for _, s := range all[1:] {
		if err := p.section(s); err != nil {
			return err
		}
	}
	last := all[len(all)-1]
	end := last.first + len(last.lines) - 1
	switch {
	case p.waiting:
		return wrong(end, "setup without a request after it")
	case p.open == nil && len(p.s.Steps) == 0:
		return wrong(max(end, 1), "there is no request")
	}
	return p.closeStep(end)
}

// section reads the next section, if it may stand here.
func (p *parser) section(s section) error {
	marker := s.first - 1
	switch s.name {
	case "setup":
		if p.waiting {
			return wrong(marker, "two setup sections before one request")
		}
		p.waiting, p.setup = true, nil
		return p.readSetup(s)
	case "samples":
		if p.open != nil || len(p.s.Samples) > 0 {
			return wrong(marker, "samples stand once, before the first request")
		}
		return p.readSamples(s)
	case "request":
		if err := p.closeStep(marker); err != nil {
			return err
		}
		p.open, p.done = &Step{Setup: p.setup, Want: Want{Statements: -1}}, map[string]bool{}
		p.setup, p.waiting = nil, false
		return p.readRequest(s)
	case "response", "events", "statements":
		if p.open == nil || p.waiting {
			return wrong(marker, "%s without a request before it", s.name)
		}
		if p.done[s.name] {
			return wrong(marker, "two %s sections for one request", s.name)
		}
		if s.name != "response" && !p.done["response"] {
			return wrong(marker, "%s before the response", s.name)
		}
		p.done[s.name] = true
		return p.readWant(s)
	}
	return wrong(marker, "no section is called %q", s.name)
}

func (p *parser) readWant(s section) error {
	switch s.name {
	case "response":
		return p.readResponse(s)
	case "events":
		return p.readEvents(s)
	}
	return p.readStatements(s)
}

// closeStep adds the open step to the scenario.
func (p *parser) closeStep(line int) error {
	if p.open == nil {
		return nil
	}
	if !p.done["response"] {
		return wrong(line, "the request of line %d has no response", p.open.Line)
	}
	p.s.Steps = append(p.s.Steps, *p.open)
	p.open = nil
	return nil
}

// title takes "# en: words" into w. It tells whether the line is one that begins with #.
func title(w *route.Words, line string) (bool, error) {
	rest, ok := strings.CutPrefix(line, "#")
	if !ok {
		return false, nil
	}
	lang, text, _ := strings.Cut(rest, ":")
	var to *string
	switch strings.TrimSpace(lang) {
	case "en":
		to = &w.EN
	case "zh":
		to = &w.ZH
	default:
		return true, fmt.Errorf(`a title is "# en: …" or "# zh: …", not %q`, line)
	}
	if *to != "" || strings.TrimSpace(text) == "" {
		return true, fmt.Errorf("a title is empty or given twice: %q", line)
	}
	*to = strings.TrimSpace(text)
	return true, nil
}

// both tells whether w is in both languages or in none.
func both(w route.Words) bool { return (w.EN == "") == (w.ZH == "") }

func (p *parser) head(s section) error {
	var about *string
	for i, line := range s.lines {
		isTitle, err := title(&p.s.Title, line)
		if err != nil {
			return at(s.first+i, err)
		}
		if isTitle {
			continue
		}
		text := line
		if rest, ok := strings.CutPrefix(line, "en:"); ok {
			about, text = &p.s.About.EN, rest
		} else if rest, ok := strings.CutPrefix(line, "zh:"); ok {
			about, text = &p.s.About.ZH, rest
		}
		switch {
		case about != nil:
			*about += strings.TrimSpace(text) + "\n"
		case strings.TrimSpace(line) != "":
			return wrong(s.first+i, `what the scenario is about begins with "en:" or "zh:"`)
		}
	}
	p.s.About = route.Words{EN: strings.TrimSpace(p.s.About.EN), ZH: strings.TrimSpace(p.s.About.ZH)}
	if p.s.Title.EN == "" || p.s.Title.ZH == "" {
		return wrong(1, `the title is missing: "# en: …" and "# zh: …"`)
	}
	if !both(p.s.About) {
		return wrong(1, "what the scenario is about is there in one language only")
	}
	return nil
}

func (p *parser) readSetup(s section) error {
	for i, line := range s.lines {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := fillable(line); err != nil {
			return at(s.first+i, err)
		}
		p.setup = append(p.setup, line)
	}
	return nil
}

func (p *parser) readSamples(s section) error {
	for i, line := range s.lines {
		name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		text = strings.TrimSpace(text)
		switch {
		case name == "":
			continue
		case !isName(name) || name == timeName || text == "":
			return wrong(s.first+i, `a sample is "name value", not %q`, line)
		case p.s.Samples[name] != nil:
			return wrong(s.first+i, "two samples for %s", name)
		}
		v, err := decode(text)
		if err != nil {
			v = text
		}
		if !scalar(v) {
			return wrong(s.first+i, "a sample is a text, a number or a truth value, not %s", text)
		}
		p.s.Samples[name] = v
	}
	return nil
}

func (p *parser) readEvents(s section) error {
	p.open.Want.Events = []string{}
	for i, line := range s.lines {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		line = strings.Join(words, " ")
		if _, err := parts(line); err != nil || len(words) > 2 {
			return wrong(s.first+i, `an event is "topic" or "topic subject", not %q`, line)
		}
		p.open.Want.Events = append(p.open.Want.Events, line)
	}
	return nil
}

func (p *parser) readStatements(s section) error {
	text := strings.TrimSpace(strings.Join(s.lines, "\n"))
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return wrong(s.first, "the number of statements is %q", text)
	}
	p.open.Want.Statements = int(n)
	return nil
}

var (
	requestLine = regexp.MustCompile(`^([A-Z]+) (/|/[^/\x00-\x20\x7f][^\x00-\x20\x7f]*)$`)
	statusLine  = regexp.MustCompile(`^[1-5][0-9][0-9]$`)
	headerLine  = regexp.MustCompile(`^([!#$%&'*+.^_|~0-9A-Za-z-]+):(.*)$`)
)

func (p *parser) readRequest(s section) error {
	i := 0
	for ; i < len(s.lines); i++ {
		isTitle, err := title(&p.open.Title, s.lines[i])
		if err != nil {
			return at(s.first+i, err)
		}
		if !isTitle {
			break
		}
	}
	if !both(p.open.Title) {
		return wrong(s.first, "the request has a title in one language only")
	}
	if i == len(s.lines) {
		return wrong(s.first, "the request is empty")
	}
	line := requestLine.FindStringSubmatch(s.lines[i])
	if line == nil {
		return wrong(s.first+i, `a request begins with a method and a path such as "GET /store/regions", not %q`, s.lines[i])
	}
	p.open.Line, p.open.Method, p.open.Path = s.first+i, line[1], line[2]
	if err := fillable(p.open.Path); err != nil {
		return at(p.open.Line, err)
	}
	m, err := readMessage(s, i+1, fillable)
	if err != nil {
		return err
	}
	p.open.Header, p.open.Body = m.header, m.body
	return at(m.line, bodyFillable(m.body))
}

func (p *parser) readResponse(s section) error {
	if len(s.lines) == 0 || !statusLine.MatchString(s.lines[0]) {
		return wrong(s.first, "a response begins with its status, such as 200")
	}
	m, err := readMessage(s, 1, pattern)
	if err != nil {
		return err
	}
	w := &p.open.Want
	w.Header = m.header
	if w.Status, err = strconv.Atoi(s.lines[0]); err != nil {
		return at(s.first, err)
	}
	if !strings.HasPrefix(m.body, "{") && !strings.HasPrefix(m.body, "[") {
		w.Text = m.body
		return at(m.line, pattern(m.body))
	}
	w.Body = m.body
	v, err := decode(m.body)
	if err != nil {
		var bad *json.SyntaxError
		if errors.As(err, &bad) {
			m.line += strings.Count(m.body[:min(int(bad.Offset), len(m.body))], "\n")
		}
		return wrong(m.line, "the wanted body begins like JSON and is not: %w", err)
	}
	_, err = mapStrings(v, func(s string) (any, error) { return s, pattern(s) })
	return at(m.line, err)
}

// message is what requests and responses have in common.
type message struct {
	header []Field
	body   string // without empty lines at its ends
	line   int    // of the body
}

// readMessage reads headers and, after an empty line, a body, from line i of a section. The headers' values must pass
// check.
func readMessage(s section, i int, check func(string) error) (message, error) {
	var m message
	for ; i < len(s.lines) && s.lines[i] != ""; i++ {
		h := headerLine.FindStringSubmatch(s.lines[i])
		if h == nil {
			return m, wrong(s.first+i, `a header is "Name: value", not %q; an empty line stands before a body`, s.lines[i])
		}
		f := Field{Name: h[1], Value: strings.TrimSpace(h[2])}
		if err := check(f.Value); err != nil {
			return m, at(s.first+i, err)
		}
		m.header = append(m.header, f)
	}
	for i < len(s.lines) && s.lines[i] == "" {
		i++
	}
	m.line = s.first + i
	m.body = strings.TrimRight(strings.Join(s.lines[i:], "\n"), "\n")
	return m, nil
}
