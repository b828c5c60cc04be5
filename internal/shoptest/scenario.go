package shoptest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/api/scenario"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
)

// Target is a running shop that a scenario is played to.
type Target struct {
	// URL is its address, with no slash at the end: "http://127.0.0.1:40001".
	URL string
	// Client gives the transport. It follows no redirects and keeps no cookies, whatever it says. Nil is one that adds
	// nothing to a request.
	Client *http.Client
	// Setup does what a line of a setup section says, and gives the names that it binds: strings, integers or bools.
	// Placeholders in the line are filled already. Nil when no scenario has such a section.
	Setup func(t testing.TB, line string) map[string]any
	// Documents are those of the faces that the shop shows. An answer under the prefix of one must be in it.
	Documents []Document
}

// Document is the OpenAPI document of a face, and what it cannot say of the face's answers.
type Document struct {
	Prefix     string // of the paths of the face: "/store/"
	OpenAPI    []byte
	Times      *time.Location // the zone of its times, time.UTC or route.China; nil is either
	SortedKeys bool           // JSON is in the order of its keys, with no space or newline around it
}

// RunScenarios plays every scenario file of dir on each engine, each to a shop of its own that newTarget starts on the
// empty database d. Besides what the scenario wants, it checks every answer against the face's document. A scenario ends
// with the first step that is not as wanted, and shows all that is wrong with it. Statements are read from the header
// Server-Timing, which the shop must be told to send.
func RunScenarios(t *testing.T, dir fs.FS, newTarget func(t *testing.T, d *db.DB) Target) {
	t.Helper()
	all, err := scenario.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("there are no scenarios")
	}
	known := &contracts{}
	for _, s := range all {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			dbtest.Engines(t, func(t *testing.T, d *db.DB) {
				play(t, s, newTarget(t, d), eventsOf(d), known)
			})
		})
	}
}

// eventReader reads events after a number, oldest first.
type eventReader func(ctx context.Context, since int64, limit int) ([]event.Event, error)

func eventsOf(d *db.DB) eventReader {
	return event.New(d, clock.System{}, slog.New(slog.DiscardHandler)).Since
}

// maxEvents is far more than one step and its setup record.
const maxEvents = 1000

// player plays one scenario.
type player struct {
	t      testing.TB
	target Target
	client *http.Client
	events eventReader
	known  *contracts
	vars   scenario.Vars
	last   int64 // the number of the newest event that was there before the step
}

func play(t testing.TB, s scenario.Scenario, target Target, events eventReader, known *contracts) {
	t.Helper()
	p := &player{t: t, target: target, client: plainClient(t, target.Client), events: events, known: known, vars: scenario.Vars{}}
	for _, step := range s.Steps {
		problems, err := p.step(step)
		if err != nil {
			problems = append(problems, err.Error())
		}
		if len(problems) > 0 {
			t.Fatalf("%s:%d: %s %s\n%s", s.File, step.Line, step.Method, step.Path, strings.Join(problems, "\n"))
		}
	}
}

// step gives all that is wrong with the answer. An error is why there is none.
func (p *player) step(step scenario.Step) ([]string, error) {
	if err := p.prepare(step.Setup); err != nil {
		return nil, err
	}
	if _, err := p.news(); err != nil {
		return nil, err
	}
	a, err := p.send(step)
	if err != nil {
		return nil, err
	}
	doc := p.document(a.target)
	out := p.compare(step.Want, a, scenario.Matcher{Vars: p.vars, Times: doc.Times})
	more, err := p.check(doc, a)
	return append(out, more...), err
}

func (p *player) prepare(lines []string) error {
	for _, line := range lines {
		text, err := p.vars.Text(line)
		if err != nil {
			return fmt.Errorf("setup %q: %w", line, err)
		}
		if p.target.Setup == nil {
			return errors.New("there is a setup section, and the target has no Setup")
		}
		for name, value := range p.target.Setup(p.t, text) {
			if err := p.vars.Set(name, value); err != nil {
				return fmt.Errorf("setup %q: %w", line, err)
			}
		}
	}
	return nil
}

// news gives the events since it was called last.
func (p *player) news() ([]event.Event, error) {
	events, err := p.events(p.t.Context(), p.last, maxEvents)
	if len(events) > 0 {
		p.last = events[len(events)-1].Number
	}
	return events, err
}

// document gives the one that a path belongs to, or none.
func (p *player) document(target string) Document {
	for _, d := range p.target.Documents {
		if strings.HasPrefix(target, d.Prefix) {
			return d
		}
	}
	return Document{}
}

// check gives what is wrong with the answer whatever the scenario says.
func (p *player) check(doc Document, a answer) ([]string, error) {
	if doc.OpenAPI == nil {
		return nil, nil
	}
	c, err := p.known.of(doc.OpenAPI)
	if err != nil {
		return nil, err
	}
	out := c.check(a)
	if a.isJSON() {
		out = append(out, jsonForm(a.body, doc.SortedKeys)...)
	}
	return out, nil
}

func (p *player) compare(want scenario.Want, a answer, m scenario.Matcher) []string {
	var out []string
	if a.status != want.Status {
		out = append(out, fmt.Sprintf("status is %d, want %d", a.status, want.Status))
	}
	for _, f := range want.Header {
		if problem := compareHeader(f, a.header.Values(f.Name), m); problem != "" {
			out = append(out, problem)
		}
	}
	out = append(out, compareBody(want, a.body, m)...)
	if want.Events != nil {
		out = append(out, p.compareEvents(want.Events, m)...)
	}
	if want.Statements >= 0 {
		out = append(out, compareStatements(want.Statements, a.header)...)
	}
	return out
}

func compareHeader(want scenario.Field, values []string, m scenario.Matcher) string {
	if want.Value == "" {
		if len(values) > 0 {
			return fmt.Sprintf("header %s is %q, want none", want.Name, values)
		}
		return ""
	}
	filled := want.Value
	for _, v := range values {
		var fits bool
		if filled, fits = m.Text(want.Value, v); fits {
			return ""
		}
	}
	return fmt.Sprintf("header %s is %q, want %q", want.Name, values, filled)
}

func compareBody(want scenario.Want, body []byte, m scenario.Matcher) []string {
	switch {
	case want.Body != "":
		wanted, have, err := m.JSON(want.Body, body)
		if err != nil {
			return []string{fmt.Sprintf("%v: %q", err, body)}
		}
		return differences("body", wanted, have)
	case want.Text != "":
		filled, fits := m.Text(want.Text, string(body))
		if !fits {
			return []string{"body (-want +have):\n" + cmp.Diff(filled, string(body))}
		}
	case len(body) > 0:
		return []string{fmt.Sprintf("body is %q, want none", body)}
	}
	return nil
}

func (p *player) compareEvents(want []string, m scenario.Matcher) []string {
	events, err := p.news()
	if err != nil {
		return []string{err.Error()}
	}
	filled, have := []string{}, []string{}
	for i, e := range events {
		text := e.Topic
		if i < len(want) && strings.Contains(want[i], " ") {
			text += " " + e.Subject
		}
		have = append(have, text)
	}
	for i, w := range want {
		text := ""
		if i < len(have) {
			text = have[i]
		}
		w, _ = m.Text(w, text)
		filled = append(filled, w)
	}
	if slices.Equal(filled, have) {
		return nil
	}
	return []string{fmt.Sprintf("events are %q, want %q", have, filled)}
}

var serverTiming = regexp.MustCompile(`\bdb;desc="(\d+) statements?"`)

func compareStatements(most int, h http.Header) []string {
	m := serverTiming.FindStringSubmatch(strings.Join(h.Values("Server-Timing"), ", "))
	if m == nil {
		return []string{fmt.Sprintf("Server-Timing is %q and does not count statements", h.Values("Server-Timing"))}
	}
	if n, err := strconv.Atoi(m[1]); err != nil || n > most {
		return []string{fmt.Sprintf("it took %s statements, want at most %d", m[1], most)}
	}
	return nil
}
