package shoptest

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"kaidian/internal/api/scenario"
	"kaidian/internal/platform/event"
)

// watcher is a test that may fail without failing ours.
type watcher struct {
	testing.TB
	said []string
}

func (w *watcher) Helper()          {}
func (w *watcher) Error(all ...any) { w.said = append(w.said, fmt.Sprint(all...)) }
func (w *watcher) Fatal(all ...any) { w.Error(all...); runtime.Goexit() }
func (w *watcher) Fatalf(format string, all ...any) {
	w.Fatal(fmt.Sprintf(format, all...))
}

// watch gives what a test says when it fails, or "".
func watch(t *testing.T, fn func(t testing.TB)) string {
	t.Helper()
	w := &watcher{TB: t}
	var wg sync.WaitGroup
	wg.Go(func() { fn(w) })
	wg.Wait()
	return strings.Join(w.said, "\n")
}

const notes = `# en: Notes
# zh: 便条
-- setup --
shop probe
-- request --
POST /shop/notes
X-Probe: $probe

{"text": "hi"}
-- response --
200
Content-Type: application/json
Set-Cookie: sid=$session; $any
X-Gone:

{"at": "$time", "id": "$note_id", "text": "hi"}
-- events --
note.added $note_id
shop.changed
-- statements --
3
-- request --
GET /shop/notes/$note_id?fields=id
Cookie: sid=$session
-- response --
200

{"id": "$note_id"}
-- request --
DELETE /shop/notes/$note_id
-- response --
204
-- events --
`

const notesDocument = `{
 "openapi": "3.1.0", "info": {"title": "Notes", "version": "1"},
 "paths": {
  "/shop/notes": {"post": {"responses": {
   "200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}},
   "default": {"description": "Refused", "content": {"application/json": {"schema": {"type": "object", "required": ["message"],
     "properties": {"message": {"type": "string"}}}}}}}}},
  "/shop/notes/{note-id}": {
   "parameters": [{"in": "path", "name": "note-id", "required": true, "schema": {"type": "string"}}],
   "get": {"responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}}}},
   "delete": {"responses": {"204": {"description": "Gone"}}}}},
 "components": {"schemas": {"Note": {"type": "object", "required": ["id", "text", "at"], "additionalProperties": true,
   "properties": {"id": {"type": "string"}, "text": {"type": ["string", "null"]}, "at": {"type": "string", "format": "date-time"}}}}}
}`

// reply is what the small shop of these tests answers to one request.
type reply struct {
	status int
	header http.Header
	body   string
	events []event.Event
}

func happened(number int64, topic, subject string) event.Event {
	return event.Event{Number: number, Topic: topic, Subject: subject}
}

// answersTo gives the right answers by method; a case spoils one.
func answersTo(sid string) map[string]*reply {
	kind := func() http.Header {
		return http.Header{"Content-Type": {"application/json"}, "Server-Timing": {`db;desc="3 statements"`}}
	}
	created := kind()
	created["Set-Cookie"] = []string{"other=1", "sid=" + sid + "; Path=/"}
	return map[string]*reply{
		"POST": {200, created, `{"at":"2026-11-21T19:28:32.732Z","id":"note_1","text":"hi"}`,
			[]event.Event{happened(1, "note.added", "note_1"), happened(2, "shop.changed", "shop_1")}},
		"GET":    {200, kind(), `{"id":"note_1"}`, nil},
		"DELETE": {204, http.Header{}, ``, nil},
	}
}

// small serves answers; it wants to see what the scenario is to bind.
func small(t *testing.T, answers map[string]*reply) (Target, eventReader) {
	t.Helper()
	var mu sync.Mutex
	var log []event.Event
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		a := answers[r.Method]
		if r.Method == "POST" && r.Header.Get("X-Probe") != "7" || strings.HasPrefix(r.URL.Path, "/shop/notes/") && r.Method == "GET" && r.Header.Get("Cookie") != "sid=s%3A1" {
			a = &reply{status: 500}
		}
		log = append(log, a.events...)
		for name, values := range a.header {
			w.Header()[name] = values
		}
		w.WriteHeader(a.status)
		io.WriteString(w, a.body) //nolint:errcheck // the test sees it
	}))
	t.Cleanup(server.Close)
	read := func(_ context.Context, since int64, _ int) (out []event.Event, _ error) {
		mu.Lock()
		defer mu.Unlock()
		for _, e := range log {
			if e.Number > since {
				out = append(out, e)
			}
		}
		return out, nil
	}
	return Target{
		URL:       server.URL,
		Setup:     func(_ testing.TB, line string) map[string]any { return map[string]any{line[len("shop "):]: 7} },
		Documents: []Document{{Prefix: "/shop/", OpenAPI: []byte(notesDocument), Times: time.UTC, SortedKeys: true}},
	}, read
}

func playText(t *testing.T, text string, target Target, events eventReader) string {
	t.Helper()
	s, err := scenario.Parse("notes.txtar", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return watch(t, func(tb testing.TB) { play(tb, s, target, events, &contracts{}) })
}

func TestPlayPassesWhatIsAsWanted(t *testing.T) {
	t.Parallel()
	target, events := small(t, answersTo("s%3A1"))
	if said := playText(t, notes, target, events); said != "" {
		t.Error(said)
	}
}

func TestPlayFailsWhatIsNot(t *testing.T) {
	t.Parallel()
	type answers = map[string]*reply
	for name, c := range map[string]struct {
		spoil func(answers)
		says  []string
	}{
		"status":          {func(a answers) { a["POST"].status = 201 }, []string{"notes.txtar:6: POST /shop/notes", "status is 201, want 200", "no answer with status 201"}},
		"body":            {func(a answers) { a["POST"].body = strings.ReplaceAll(a["POST"].body, "hi", "ho") }, []string{`body.text is "ho", want "hi"`}},
		"time":            {func(a answers) { a["POST"].body = strings.ReplaceAll(a["POST"].body, "32.732Z", "32Z") }, []string{`body.at is "2026-11-21T19:28:32Z", want "${time}"`}},
		"time zone":       {func(a answers) { a["POST"].body = strings.ReplaceAll(a["POST"].body, "32.732Z", "32.732+08:00") }, []string{`want "${time}"`}},
		"not JSON":        {func(a answers) { a["POST"].body = "Created" }, []string{`"Created"`, "the body is not JSON"}},
		"header":          {func(a answers) { a["POST"].header.Set("Set-Cookie", "sid=; Path=/") }, []string{`header Set-Cookie is ["sid=; Path=/"], want "sid=${session}; ${any}"`}},
		"no header":       {func(a answers) { a["POST"].header.Del("Set-Cookie") }, []string{`header Set-Cookie is []`}},
		"unwanted header": {func(a answers) { a["POST"].header.Set("X-Gone", "here") }, []string{`header X-Gone is ["here"], want none`}},
		"event missing":   {func(a answers) { a["POST"].events = a["POST"].events[:1] }, []string{`events are ["note.added note_1"], want ["note.added note_1" "shop.changed"]`}},
		"event too many":  {func(a answers) { a["POST"].events = append(a["POST"].events, happened(3, "mail.sent", "")) }, []string{"mail.sent"}},
		"events out of order": {func(a answers) {
			a["POST"].events = []event.Event{happened(1, "shop.changed", "shop_1"), happened(2, "note.added", "note_1")}
		}, []string{`events are ["shop.changed shop_1" "note.added"], want ["note.added note_1" "shop.changed"]`}},
		"event's subject":    {func(a answers) { a["POST"].events[0].Subject = "note_2" }, []string{"note.added note_2"}},
		"event of nothing":   {func(a answers) { a["DELETE"].events = []event.Event{happened(3, "note.gone", "")} }, []string{"notes.txtar:30: DELETE", "note.gone"}},
		"statements":         {func(a answers) { a["POST"].header.Set("Server-Timing", `db;desc="4 statements"`) }, []string{"it took 4 statements, want at most 3"}},
		"statements unknown": {func(a answers) { a["POST"].header.Del("Server-Timing") }, []string{"does not count statements"}},
		"name bound":         {func(a answers) { a["GET"].body = `{"id":"note_2"}` }, []string{"notes.txtar:23: GET /shop/notes/$note_id", `body.id is "note_2", want "note_1"`}},
		"name sent":          {func(a answers) { a["POST"].header.Set("Set-Cookie", "sid=s%3A2; Path=/") }, []string{"notes.txtar:23:", "status is 500"}},
		"body for none":      {func(a answers) { *a["DELETE"] = reply{status: 200, body: "OK"} }, []string{`body is "OK", want none`}},
		"unknown property":   {func(a answers) { a["GET"].body = `{"id":"note_1","x":1}` }, []string{"not as in the document: /: ", "'x'"}},
		"content type":       {func(a answers) { a["POST"].header.Set("Content-Type", "text/html") }, []string{`no answer 200 of the type "text/html"`}},
		"unsorted":           {func(a answers) { a["POST"].body = `{"id":"note_1","at":"2026-11-21T19:28:32.732Z","text":"hi"}` }, []string{`keys of body are not sorted: "at" comes after "id"`}},
		"newline":            {func(a answers) { a["POST"].body += "\n" }, []string{"a newline around the JSON"}},
		"key twice":          {func(a answers) { a["GET"].body = `{"id":"note_1","id":"note_1"}` }, []string{`the key "id" twice`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			right := answersTo("s%3A1")
			c.spoil(right)
			target, events := small(t, right)
			said := playText(t, notes, target, events)
			for _, words := range c.says {
				if !strings.Contains(said, words) {
					t.Errorf("it does not say %q but %q", words, said)
				}
			}
		})
	}
}

func TestPlayFailsWhatIsNotInTheDocument(t *testing.T) {
	t.Parallel()
	target, events := small(t, map[string]*reply{
		"GET": {200, http.Header{"Content-Type": {"text/plain"}}, "OK", nil},
		"PUT": {404, http.Header{"Content-Type": {"text/plain"}}, "Not Found", nil},
	})
	const ok = "\n-- response --\n200\n\nOK\n"
	for step, want := range map[string]string{
		"GET /shop/elsewhere" + ok: "the operation is not in the document",
		"GET /health" + ok:         "", // of no face
		"PUT /shop/elsewhere\n-- response --\n404\n\nNot Found\n": "", // no operation
	} {
		said := playText(t, "# en: a\n# zh: b\n-- request --\n"+step, target, events)
		if (said == "") != (want == "") || !strings.Contains(said, want) {
			t.Errorf("%s says %q, want %q", step, said, want)
		}
	}
	target.Documents[0].OpenAPI = []byte(`{"openapi": "3.1.0"}`)
	if said := playText(t, "# en: a\n# zh: b\n-- request --\nGET /shop/a"+ok, target, events); !strings.Contains(said, "OpenAPI document") {
		t.Errorf("a document that is none passes: %q", said)
	}
}

func TestPlayFailsWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	target, events := small(t, answersTo("s%3A1"))
	const head, ok = "# en: a\n# zh: b\n", "-- response --\n200\n"
	for text, want := range map[string]string{
		"-- request --\nGET /$a\n":                             "$a has no value yet",
		"-- request --\nGET /\nA: $a\n":                        "header A: $a has no value yet",
		"-- request --\nPOST /\n\n[\"$a\"]\n":                  "$a has no value yet",
		"-- setup --\nshop $a\n-- request --\nGET /\n":         "$a has no value yet",
		"-- setup --\nshop time\n-- request --\nGET /\n":       "$time cannot have a value",
		"-- setup --\nshop a\nshop a\n-- request --\nGET /a\n": "want none", // the same value again is no mistake
	} {
		if said := playText(t, head+text+ok, target, events); !strings.Contains(said, want) {
			t.Errorf("%q says %q, want %q", text, said, want)
		}
	}
	target.Setup = nil
	if said := playText(t, head+"-- setup --\na\n-- request --\nGET /\n"+ok, target, events); !strings.Contains(said, "no Setup") {
		t.Errorf("without Setup it says %q", said)
	}
	target.URL = "http://127.0.0.1:1"
	if said := playText(t, head+"-- request --\nGET /\n"+ok, target, events); !strings.Contains(said, "refused") {
		t.Errorf("without a server it says %q", said)
	}
}

func TestRequestsAreSentAsWritten(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	const body = "{ \"a\" : 1 }"
	sent := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		var all strings.Builder
		r := bufio.NewReader(conn)
		for !strings.HasSuffix(all.String(), body) {
			c, err := r.ReadByte()
			if err != nil {
				break
			}
			all.WriteByte(c)
		}
		io.WriteString(conn, "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n") //nolint:errcheck // the test sees it
		sent <- all.String()
	}()
	target := Target{URL: "http://" + listener.Addr().String()}
	none := func(context.Context, int64, int) ([]event.Event, error) { return nil, nil }
	said := playText(t, "# en: a\n# zh: b\n-- request --\nPOST /v1//a%2fb/é?x[]=1&y=%20+&z\nx-lower: a  b\nx-lower: c\nHost: shop.example\n\n"+
		body+"\n-- response --\n302\nLocation: /x\n", target, none)
	if said != "" {
		t.Error(said)
	}
	want := "POST /v1//a%2fb/é?x[]=1&y=%20+&z HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 11\r\nx-lower: a  b\r\nx-lower: c\r\n\r\n" + body
	if got := <-sent; got != want {
		t.Errorf("sent is\n%q, want\n%q", got, want)
	}
}

func TestCompressedAnswersAreRead(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, "hello") //nolint:errcheck // the test sees it
		z.Close()                  //nolint:errcheck // the test sees it
	}))
	defer server.Close()
	none := func(context.Context, int64, int) ([]event.Event, error) { return nil, nil }
	const step = "# en: a\n# zh: b\n-- request --\nGET /\nAccept-Encoding: gzip\n-- response --\n200\nContent-Encoding: gzip\n\nhello\n"
	if said := playText(t, step, Target{URL: server.URL, Client: server.Client()}, none); said != "" {
		t.Error(said)
	}
}
