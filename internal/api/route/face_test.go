package route_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/api/route"
	"kaidian/internal/platform/fault"
)

// word answers with a word.
func word(s string) *wordOut {
	var out wordOut
	out.Body.Word = s
	return &out
}

// does puts a route at POST /shop/do that answers with what f gives.
func does(f func(ctx context.Context) (string, error), change ...func(*route.Route)) func(*route.Face) {
	r := route.Route{Method: "POST", Path: "/shop/do", Name: "do"}
	for _, c := range change {
		c(&r)
	}
	return func(face *route.Face) {
		route.Handle(face, r, func(ctx context.Context, _ *nothing) (*wordOut, error) {
			s, err := f(ctx)
			return word(s), err
		})
	}
}

func TestStrangersAreRefusedBeforeTheirRequestIsLookedAt(t *testing.T) {
	t.Parallel()
	h := build(t, nil, func(f *route.Face) {
		route.Handle(f, route.Route{Method: "POST", Path: "/shop/notes", Name: "add", Permission: members, Query: struct {
			Limit int `q:"limit"`
		}{}}, func(_ context.Context, in *noteIn) (*noteOut, error) {
			return &noteOut{seen{Title: in.Body.Title}}, nil
		})
	})
	for name, body := range map[string]string{"wrong": `{"x":`, "too large": strings.Repeat(" ", 200<<10), "right": `{"title":"abc"}`} {
		got := h.send(t, "POST", "/shop/notes?limit=x", body)
		if got.status != http.StatusUnauthorized || got.trouble(t).Reason != errStranger.Reason {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := h.send(t, "POST", "/shop/notes?limit=x", `{"x":`, "Authorization: Bearer member"); got.trouble(t).Reason != "http.bad_json" {
		t.Errorf("a member: %d %s", got.status, got.body)
	}
	if got := h.send(t, "POST", "/shop/notes?limit=5", `{"title":"abc"}`, "Authorization: Bearer member"); got.status != http.StatusOK {
		t.Errorf("a member with a right request: %d %s", got.status, got.body)
	}
}

func TestARouteWithoutItsGuardIsABug(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := recover(); p == nil {
			t.Error("a route is open because nobody guards it")
		}
	}()
	build(t, nil, func(f *route.Face) {
		route.Handle(f, route.Route{Method: "GET", Path: "/shop/x", Name: "x", Permission: "typo"},
			func(context.Context, *nothing) (*wordOut, error) { return word(""), nil })
	})
}

func TestErrorsInTheFacesWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		status int
		reason string
		logged bool
	}{
		"a fault":          {fault.New(fault.NotFound, "note.gone", "No such note"), 404, "note.gone", false},
		"a wrapped fault":  {errors.Join(fault.New(fault.NotFound, "note.gone", "No such note"), io.EOF), 404, "note.gone", false},
		"an error":         {errors.New("connect to 10.1.2.3: password is hunter2"), 500, "internal", true},
		"an internal one":  {fault.New(fault.Internal, "note.broken", "Broken"), 500, "note.broken", true},
		"a deadline":       {context.DeadlineExceeded, 503, "http.timeout", true},
		"one of its own":   {fault.New(fault.Unavailable, "note.busy", "Busy").After(time.Second), 503, "note.busy", false},
		"a cause to log":   {fault.New(fault.Unavailable, "note.busy", "Busy").Wrap(io.EOF), 503, "note.busy", true},
		"invalid, a cause": {fault.New(fault.Invalid, "note.bad", "Bad").Wrap(io.EOF), 400, "note.bad", false},
	} {
		h := build(t, nil, does(func(context.Context) (string, error) { return "", c.err }))
		got := h.send(t, "POST", "/shop/do", "")
		if got.status != c.status || got.trouble(t).Reason != c.reason || got.header.Get("X-Refused") != "yes" || strings.Contains(got.body, "hunter2") {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if n := strings.Count(h.log.String(), "\n"); (n == 1) != c.logged || n > 1 {
			t.Errorf("%s: logged %d times: %s", name, n, h.log)
		}
	}
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]func(ctx context.Context) error{
		"told":     func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		"reworded": func(ctx context.Context) error { <-ctx.Done(); return errors.New("interrupted (9)") }, // as drivers do
	} {
		slow := does(func(ctx context.Context) (string, error) { return "", wait(ctx) })
		h := build(t, func(m *route.Manners) { m.Timeout = 10 * time.Millisecond }, slow)
		got := h.send(t, "POST", "/shop/do", "")
		if got.status != http.StatusServiceUnavailable || got.trouble(t).Reason != "http.timeout" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	patient := does(func(ctx context.Context) (string, error) {
		end, ok := ctx.Deadline()
		if left := time.Until(end); !ok || left < 30*time.Minute {
			return "", errors.New("it has only " + left.String())
		}
		return "fine", nil
	}, func(r *route.Route) { r.Timeout = time.Hour })
	if got := build(t, nil, patient).send(t, "POST", "/shop/do", ""); got.status != http.StatusOK {
		t.Errorf("a patient route: %d %s", got.status, got.body)
	}
}

// deadlines remembers what deadlines a handler sets on its connection.
type deadlines struct {
	http.ResponseWriter
	set []time.Time
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	d.set = append(d.set, at)
	return nil
}

// A deadline for reading the body that is left on the connection would end the request while it is worked on.
func TestNoReadDeadlineIsLeft(t *testing.T) {
	t.Parallel()
	h := build(t, nil, echo)
	w := &deadlines{ResponseWriter: httptest.NewRecorder()}
	h.ServeHTTP(w, httptest.NewRequest("POST", "/shop/notes", strings.NewReader(`{"title":"abc"}`)))
	for _, at := range w.set {
		if !at.IsZero() {
			t.Errorf("the connection is read until %s", time.Until(at))
		}
	}
	if code := w.ResponseWriter.(*httptest.ResponseRecorder).Code; code != http.StatusOK {
		t.Errorf("status %d", code)
	}
}

func TestPanicsInTheFacesWords(t *testing.T) {
	t.Parallel()
	h := build(t, nil, does(func(context.Context) (string, error) { panic("oh no, hunter2") }))
	got := h.send(t, "POST", "/shop/do", "")
	if got.status != http.StatusInternalServerError || got.trouble(t).Reason != "internal" || strings.Contains(got.body, "hunter2") {
		t.Errorf("%d %s", got.status, got.body)
	}
	if log := h.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "oh no") || !strings.Contains(log, "face_test.go") {
		t.Errorf("logged: %s", log)
	}
	aborts := build(t, nil, does(func(context.Context) (string, error) { panic(http.ErrAbortHandler) }))
	if got, err := aborts.try(t, "POST", "/shop/do", ""); err == nil || aborts.log.String() != "" {
		t.Errorf("a handler that aborts: %+v, logged: %s", got, aborts.log)
	}
}

// What cannot be encoded is found out after the status is sent: such an answer must not look whole.
func TestAnAnswerThatCannotBeWrittenBreaksOff(t *testing.T) {
	t.Parallel()
	type out struct{ Body struct{ Price float64 } }
	h := build(t, nil, func(f *route.Face) {
		route.Handle(f, route.Route{Method: "POST", Path: "/shop/do", Name: "do"}, func(context.Context, *nothing) (*out, error) {
			var o out
			o.Body.Price = math.NaN()
			return &o, nil
		})
	})
	if got, err := h.try(t, "POST", "/shop/do", ""); err == nil {
		t.Errorf("it answers %+v", got)
	}
	if !strings.Contains(h.log.String(), "unsupported value: NaN") {
		t.Errorf("logged: %s", h.log)
	}
}

func TestWhoHangsUpIsNoError(t *testing.T) {
	t.Parallel()
	begun, ended := make(chan struct{}), make(chan struct{})
	h := build(t, nil, does(func(ctx context.Context) (string, error) {
		close(begun)
		<-ctx.Done()
		defer close(ended)
		return "", errors.New("driver: the connection is gone")
	}))
	ctx, hangUp := context.WithCancel(t.Context())
	go func() {
		r, _ := http.NewRequestWithContext(ctx, "POST", h.url+"/shop/do", nil)
		if res, err := http.DefaultClient.Do(r); err == nil {
			res.Body.Close()
		}
	}()
	<-begun
	hangUp()
	<-ended
	if log := h.log.String(); strings.Contains(log, `"ERROR"`) {
		t.Errorf("logged: %s", log)
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	h := build(t, nil, func(f *route.Face) {
		route.Handle(f, route.Route{Method: "GET", Path: "/shop/things/{id}", Name: "thing"}, func(_ context.Context, in *thingIn) (*wordOut, error) {
			return word(time.Duration(in.ID).String()), nil
		})
		route.Handle(f, route.Route{Method: "GET", Path: "/shop/names/{name}", Name: "name"}, func(_ context.Context, in *nameIn) (*wordOut, error) {
			return word(in.Name), nil
		})
	})
	for path, want := range map[string]string{
		"/shop/things/5":                    "5ns",
		"/shop/names/a%2Fb":                 "a/b",
		"/shop/names/%E5%BC%A0":             "张",
		"/shop/names/%26%3C":                "&<", // written as it is, without escapes for HTML
		"/shop/things/x":                    "id must be an integer number",
		"/shop/things/9223372036854775808":  "id must be an integer number",
		"/shop/things/1.5":                  "id must be an integer number",
		"/shop/names/a%00b":                 "The path holds characters that nothing is named with",
		"/shop/names/%ff":                   "The path holds characters that nothing is named with",
		"/shop/names/x?q=%00&bad=%zz&a;b=c": "x", // a query that nobody reads
	} {
		got := h.send(t, "GET", path, "", "Accept: text/html") // which nobody is asked for
		want := `"` + want + `"`
		if status := map[bool]int{true: 400, false: 200}[strings.Contains(want, " ")]; got.status != status || !strings.Contains(got.body, want) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	for _, c := range []struct{ method, path string }{{"GET", "/shop/none"}, {"PUT", "/shop/things/5"}, {"GET", "/shop/"}} {
		if got := h.send(t, c.method, c.path, ""); got.status != http.StatusNotFound {
			t.Errorf("%s %s: %d", c.method, c.path, got.status)
		}
	}
	if got := h.send(t, "HEAD", "/shop/things/5", ""); got.status != http.StatusOK || got.body != "" {
		t.Errorf("HEAD: %d %q", got.status, got.body)
	}
}

func TestAnswersAreForTheirCallerAlone(t *testing.T) {
	t.Parallel()
	h := build(t, nil, does(func(context.Context) (string, error) { return "fine", nil }))
	for _, body := range []string{"", "x"} {
		if got := h.send(t, "POST", "/shop/do", body).header.Get("Cache-Control"); got != "private, no-cache" {
			t.Errorf("%q", got)
		}
	}
}

func TestTextAnswers(t *testing.T) {
	t.Parallel()
	bare := func(m *route.Manners) {
		m.Envelope = func(context.Context, *fault.Error) route.Answer {
			return route.Answer{Status: 401, Body: "Unauthorized"}
		}
	}
	h := build(t, bare, does(func(context.Context) (string, error) { return "", errStranger }, func(r *route.Route) { r.Permission = members }))
	for _, who := range []string{"nobody", "member"} { // refused by the guard, and by the handler
		got := h.send(t, "POST", "/shop/do", "", "Authorization: Bearer "+who)
		if got.status != 401 || got.body != "Unauthorized" || got.header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: %+v", who, got)
		}
	}
}

// What runs around a handler sees only requests that are right, with their body whole; what runs before sees all.
func TestAroundAndBefore(t *testing.T) {
	t.Parallel()
	var before, around, handled atomic.Int64
	h := build(t, func(m *route.Manners) {
		m.Before = func(r route.Route, next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
				before.Add(1)
				w.Header().Set("X-Route", r.Name+" "+route.Of(q.Context()).Name)
				next.ServeHTTP(w, q)
			})
		}
		m.Around = func(_ route.Route, next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
				around.Add(1)
				body, err := io.ReadAll(q.Body)
				if err != nil || string(body) != `{"title":"abc"}` || q.ContentLength != int64(len(body)) {
					t.Errorf("around sees %q of %d bytes, %v", body, q.ContentLength, err)
				}
				q.Body = io.NopCloser(strings.NewReader(string(body)))
				next.ServeHTTP(w, q)
			})
		}
	}, func(f *route.Face) {
		route.Handle(f, route.Route{Method: "POST", Path: "/shop/notes", Name: "add", Permission: members, Status: http.StatusCreated, Query: struct {
			Limit int `q:"limit"`
		}{}}, func(_ context.Context, in *noteIn) (*noteOut, error) {
			handled.Add(1)
			return &noteOut{seen{Title: in.Body.Title}}, nil
		})
	})
	h.send(t, "POST", "/shop/notes", `{"title":"abc"}`)
	h.send(t, "POST", "/shop/notes", `{"title":5}`, "Authorization: Bearer member")
	h.send(t, "POST", "/shop/notes?limit=x", `{"title":"abc"}`, "Authorization: Bearer member")
	got := h.send(t, "POST", "/shop/notes", `{"title":"abc"}`, "Authorization: Bearer member")
	if got.status != http.StatusCreated || got.header.Get("X-Route") != "add add" {
		t.Errorf("%+v", got)
	}
	if before.Load() != 4 || around.Load() != 1 || handled.Load() != 1 {
		t.Errorf("before %d, around %d, handled %d", before.Load(), around.Load(), handled.Load())
	}
	if route.Of(t.Context()) != nil {
		t.Error("outside of a request there is a route")
	}
	if all := h.Routes(); len(all) != 1 || all[0].Name != "add" {
		t.Errorf("routes %v", all)
	}
}
