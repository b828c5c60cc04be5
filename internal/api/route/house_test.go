package route_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kaidian/internal/api/route"
	"kaidian/internal/platform/fault"
)

// note is what the face of these tests takes.
type note struct {
	Title   string                         `json:"title" minLength:"2" maxLength:"20"`
	Email   string                         `json:"email,omitempty" format:"email"`
	Kind    string                         `json:"kind,omitempty" enum:"memo,letter"`
	Count   int64                          `json:"count,omitempty" minimum:"1" maximum:"100"`
	Big     int64                          `json:"big,omitempty"`
	Price   float64                        `json:"price,omitempty"`
	Urgent  bool                           `json:"urgent,omitempty"`
	At      *time.Time                     `json:"at,omitempty"`
	Code    string                         `json:"code,omitempty" pattern:"^[a-z]+$"`
	Tags    []string                       `json:"tags,omitempty" maxItems:"3"`
	Sender  *person                        `json:"sender,omitempty"`
	Lines   []line                         `json:"lines,omitempty"`
	Nick    route.Optional[string]         `json:"nick,omitempty"`
	Address route.Optional[person]         `json:"address,omitempty"`
	Meta    route.Optional[map[string]any] `json:"meta,omitempty"`
	Labels  map[string]string              `json:"labels,omitempty"`
	Shoe    *shoe                          `json:"shoe,omitempty"`
}

// seen is what the face gives back of a note.
type seen struct {
	Title  string         `json:"title"`
	Sender *person        `json:"sender,omitempty"`
	Meta   map[string]any `json:"meta,omitempty"`
}

type person struct {
	Name string `json:"name"`
	City string `json:"city,omitempty"`
}

type line struct {
	Text     string `json:"text"`
	Quantity int    `json:"quantity"`
}

// shoe is a size that only its own decoding understands.
type shoe int

func (s *shoe) UnmarshalJSON(raw []byte) error {
	var n int
	if json.Unmarshal(raw, &n) != nil || n < 30 || n > 50 {
		return errors.New("expected a shoe size")
	}
	*s = shoe(n)
	return nil
}

func (shoe) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeInteger}, {Type: huma.TypeString}}}
}

type (
	noteIn  struct{ Body note }
	noteOut struct{ Body seen }
	thingIn struct {
		ID int64 `path:"id"`
	}
	nameIn struct {
		Name string `path:"name"`
	}
	wordOut struct {
		Body struct {
			Word string `json:"word"`
		}
	}
	nothing struct{}
)

// trouble is the face's envelope.
type trouble struct {
	Reason  string   `json:"reason"`
	Message string   `json:"message"`
	Fields  []string `json:"fields"`
}

var statuses = map[fault.Code]int{fault.Invalid: 400, fault.Unauthenticated: 401, fault.NotFound: 404, fault.TooLarge: 413,
	fault.Unavailable: 503, fault.Internal: 500}

func envelope(_ context.Context, f *fault.Error) route.Answer {
	t := trouble{Reason: f.Reason, Message: f.Message, Fields: []string{}}
	for _, p := range f.Fields {
		t.Fields = append(t.Fields, string(p.Rule)+" "+p.Name)
	}
	return route.Answer{Status: statuses[f.Code], Body: t, Header: http.Header{"X-Refused": {"yes"}}}
}

const (
	anyone  route.Permission = ""
	members route.Permission = "member"
)

var errStranger = fault.New(fault.Unauthenticated, "test.stranger", "Who are you?")

// house is a face behind a real server.
type house struct {
	*route.Face
	url string
	log *logbook
}

// build makes a face with its manners changed, and has add put routes on it.
func build(t testing.TB, change func(*route.Manners), add func(*route.Face)) *house {
	t.Helper()
	h := &house{log: &logbook{}}
	m := route.Manners{
		Name: "shop", Prefix: "/shop/", Version: "1", Title: route.Words{EN: "Notes", ZH: "笔记"}, About: route.Words{EN: "About", ZH: "关于"},
		Tags:     []route.Tag{{Name: "Notes", Title: route.Words{EN: "Notes", ZH: "笔记"}}},
		Security: map[string]route.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}},
		Secures:  map[route.Permission][]string{members: {"token"}},
		Guards: map[route.Permission]route.Guard{
			anyone: func(r *http.Request) (context.Context, error) { return r.Context(), nil },
			members: func(r *http.Request) (context.Context, error) {
				if r.Header.Get("Authorization") != "Bearer member" {
					return nil, errStranger
				}
				return r.Context(), nil
			},
		},
		Envelope: envelope, Unknown: http.NotFound, BodyLimit: 100 << 10, Timeout: time.Minute, Fault: trouble{},
		Log: slog.New(slog.NewJSONHandler(h.log, nil)),
	}
	if change != nil {
		change(&m)
	}
	h.Face = route.New(m)
	add(h.Face)
	server := httptest.NewUnstartedServer(h.Face)
	server.Config.ErrorLog = slog.NewLogLogger(slog.NewJSONHandler(h.log, nil), slog.LevelError)
	server.Start()
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// echo takes notes and gives them back.
func echo(f *route.Face) {
	route.Handle(f, route.Route{Method: "POST", Path: "/shop/notes", Name: "addNote", Tag: "Notes", Summary: route.Words{EN: "Add a note", ZH: "添加笔记"},
		Faults: []int{400}}, func(_ context.Context, in *noteIn) (*noteOut, error) {
		return &noteOut{seen{in.Body.Title, in.Body.Sender, in.Body.Meta.Value}}, nil
	})
}

// logbook keeps what is logged.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

// trouble reads the face's envelope.
func (r reply) trouble(t testing.TB) trouble {
	t.Helper()
	var out trouble
	d := json.NewDecoder(strings.NewReader(r.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil || out.Reason == "" || r.header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("%d %q of type %s is not in the face's envelope: %v", r.status, r.body, r.header.Get("Content-Type"), err)
	}
	return out
}

// send makes a request with headers given as "Name: value".
func (h *house) send(t testing.TB, method, path, body string, headers ...string) reply {
	t.Helper()
	out, err := h.try(t, method, path, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (h *house) try(t testing.TB, method, path, body string, headers ...string) (reply, error) {
	r, err := http.NewRequestWithContext(t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(got)}, err
}

// refused posts a note that must be refused, and gives why.
func (h *house) refused(t testing.TB, body string) trouble {
	t.Helper()
	got := h.send(t, "POST", "/shop/notes", body)
	if got.status != http.StatusBadRequest {
		t.Errorf("%.200q answers %d %s", body, got.status, got.body)
	}
	return got.trouble(t)
}

func equal[T comparable](t testing.TB, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
