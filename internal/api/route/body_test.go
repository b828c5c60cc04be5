package route_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/api/route"
)

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	h := build(t, func(m *route.Manners) { m.BodyLimit = 100 }, echo)
	fits := `{"title":"abc"` + strings.Repeat(" ", 85) + `}`
	if got := h.send(t, "POST", "/shop/notes", fits); len(fits) != 100 || got.status != http.StatusOK {
		t.Errorf("%d bytes: %d %s", len(fits), got.status, got.body)
	}
	for name, body := range map[string]io.Reader{
		"announced": strings.NewReader(fits + " "),
		"chunked":   io.MultiReader(strings.NewReader(fits), strings.NewReader(" ")), // of no known length
	} {
		res, err := http.Post(h.url+"/shop/notes", "application/json", body)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		got := reply{res.StatusCode, res.Header, string(text)}
		if got.status != http.StatusRequestEntityTooLarge || got.trouble(t).Reason != "http.body_too_large" || got.header.Get("X-Refused") != "yes" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

// What is announced as too large is refused before any of it comes.
func TestTooLargeIsRefusedUnread(t *testing.T) {
	t.Parallel()
	h := build(t, nil, echo)
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second)) //nolint:errcheck // checked by the read
	fmt.Fprintf(conn, "POST /shop/notes HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", res.StatusCode)
	}
}

// endless is a body without an end that counts what is taken of it.
type endless struct{ taken atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.taken.Add(int64(len(p)))
	return copy(p, strings.Repeat(" ", len(p))), nil
}

func TestAnEndlessBodyIsCutOff(t *testing.T) {
	t.Parallel()
	h := build(t, nil, echo)
	body := &endless{}
	if res, err := http.Post(h.url+"/shop/notes", "application/json", body); err == nil {
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d", res.StatusCode)
		}
		res.Body.Close()
	} // or the connection broke while the client was still sending
	if n := body.taken.Load(); n > 32<<20 { // what fits into the buffers on the way
		t.Errorf("%d bytes were taken", n)
	}
}

func TestNoBodyIsAnEmptyObject(t *testing.T) {
	t.Parallel()
	h := build(t, nil, echo)
	for _, body := range []string{"", " ", "\r\n\t", "\ufeff", "{}", "\ufeff{}"} {
		if got := h.refused(t, body); got.Message != "title must be a string" || got.Reason != "http.invalid" {
			t.Errorf("%q: %+v", body, got)
		}
	}
	if got := h.send(t, "POST", "/shop/notes", "\ufeff"+`{"title":"abc"}`, "Content-Type: text/plain"); got.status != http.StatusOK || got.body != `{"title":"abc"}` {
		t.Errorf("with a byte order mark: %d %s", got.status, got.body)
	}
}

func TestBadJSON(t *testing.T) {
	t.Parallel()
	h := build(t, nil, echo)
	for body, why := range map[string]string{
		`{"title":`:                          "unexpected end of JSON input",
		`{"title":"abc"} x`:                  "invalid character 'x' after top-level value",
		`{"title":"abc"}{}`:                  "invalid character '{' after top-level value",
		`{"title":"abc",}`:                   "invalid character '}' looking for beginning of object key string",
		`{'title':'abc'}`:                    "invalid character '\\'' looking for beginning of object key string",
		`title=abc`:                          "invalid character 'i' in literal true (expecting 'r')",
		`{"title":"a` + "\n" + `"}`:          "invalid character '\\n' in string literal",
		`{"price":1e400}`:                    "a number is too large",
		`{"meta":{"x":-1e400}}`:              "a number is too large",
		"{\"title\":\"a\xff\"}":              "it is not UTF-8",
		"{\"title\":\"a\xc0\x80\"}":          "it is not UTF-8",
		"\xff\xfe{\x00}\x00":                 "it is not UTF-8",
		`{"title":"abc","title":"abc"}`:      "an object has two members of the same name",
		`{"title":"abc","t\u0069tle":"abc"}`: "an object has two members of the same name",
		`{"title":"abc","sender":{"name":"a"},"sender":{"city":"b"}}`:        "an object has two members of the same name",
		`{"title":"abc","meta":{"a":[{"x":1,"x":1}]}}`:                       "an object has two members of the same name",
		`{"unknown":{"x":1,"x":1}}`:                                          "an object has two members of the same name",
		`{"meta":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`: "it is nested more than 64 levels deep",
		strings.Repeat("[", 50_000):                                          "it is nested more than 64 levels deep",
		strings.Repeat(`{"a":`, 20_000):                                      "it is nested more than 64 levels deep",
	} {
		got := h.refused(t, body)
		if got.Reason != "http.bad_json" || got.Message != "The request body is not valid JSON: "+why {
			t.Errorf("%.60q: %s: %s", body, got.Reason, got.Message)
		}
	}
	deep := `{"title":"abc","meta":{"a":` + strings.Repeat("[", 62) + strings.Repeat("]", 62) + `}}`
	if got := h.send(t, "POST", "/shop/notes", deep); got.status != http.StatusOK {
		t.Errorf("nested 64 deep: %d %s", got.status, got.body)
	}
	colons := `{"title":"a:b\":{","meta":{"x:y":":::","\\":"\\\":"}}`
	if got := h.send(t, "POST", "/shop/notes", colons); got.status != http.StatusOK {
		t.Errorf("colons in texts: %d %s", got.status, got.body)
	}
}

func TestWhatIsWrongWithABody(t *testing.T) {
	t.Parallel()
	h := build(t, nil, echo)
	for body, want := range map[string]string{
		`null`:           "the request body must be an object",
		`[]`:             "the request body must be an object",
		`"text"`:         "the request body must be an object",
		`5`:              "the request body must be an object",
		`{"title":5}`:    "title must be a string",
		`{"title":null}`: "title must be a string",
		`{"title":{}}`:   "title must be a string",
		`{"title":"a"}`:  "title must be longer than or equal to 2 characters",
		`{"title":"一"}`:  "title must be longer than or equal to 2 characters",
		`{"title":"` + strings.Repeat("x", 21) + `"}`:            "title must be shorter than or equal to 20 characters",
		`{"title":"abc","email":"nonsense"}`:                     "email must be an email",
		`{"title":"abc","kind":"novel"}`:                         "kind must be one of the following values: memo, letter",
		`{"title":"abc","count":0}`:                              "count must not be less than 1",
		`{"title":"abc","count":101}`:                            "count must not be greater than 100",
		`{"title":"abc","count":1.5}`:                            "count must be an integer number",
		`{"title":"abc","count":"1"}`:                            "count must be an integer number",
		`{"title":"abc","big":9223372036854775808}`:              "big must be a number that can be kept",
		`{"title":"abc","big":1e30}`:                             "big must be a number that can be kept",
		`{"title":"abc","price":"1"}`:                            "price must be a number conforming to the specified constraints",
		`{"title":"abc","urgent":"true"}`:                        "urgent must be a boolean value",
		`{"title":"abc","at":"yesterday"}`:                       "at must be a valid ISO 8601 date string",
		`{"title":"abc","code":"X1"}`:                            "code must match ^[a-z]+$ regular expression",
		`{"title":"abc","tags":"a"}`:                             "tags must be an array",
		`{"title":"abc","tags":["a","b","c","d"]}`:               "tags must contain no more than 3 elements",
		`{"title":"abc","tags":["a",5]}`:                         "tags[1] must be a string",
		`{"title":"abc","sender":"x"}`:                           "sender must be an object",
		`{"title":"abc","sender":{}}`:                            "sender.name must be a string",
		`{"title":"abc","sender":{"name":"a","x":1}}`:            "property sender.x should not exist",
		`{"title":"abc","lines":[{"text":"a","quantity":1},{}]}`: "lines[1].quantity must be an integer number, lines[1].text must be a string",
		`{"title":"abc","nick":5}`:                               "nick must be a string",
		`{"title":"abc","address":5}`:                            "address must be of a type that is allowed here",
		`{"title":"abc","address":{"name":"a","zip":1}}`:         "property address.zip should not exist",
		`{"title":"abc","meta":[]}`:                              "meta must be an object",
		`{"title":"abc","labels":{"z":1,"a.b":2,"a":3}}`:         "labels.a must be a string, labels.a.b must be a string, labels.z must be a string",
		`{"title":"abc","shoe":true}`:                            "shoe must be of a type that is allowed here",
		`{"title":"abc","shoe":"big"}`:                           "shoe must be a shoe size",
		`{"title":"abc","shoe":1e3}`:                             "shoe must be a shoe size",
		`{"Title":"abc","title":"abc"}`:                          "property Title should not exist",
		`{"TITLE":"abc"}`:                                        "property TITLE should not exist, title must be a string",
		`{"title":"abc","ſender":{"name":"a"}}`:                  "property ſender should not exist",
	} {
		if got := h.refused(t, body); got.Message != want || got.Reason != "http.invalid" || len(got.Fields) == 0 {
			t.Errorf("%s:\n  %s %v\nwant\n  %s", body, got.Message, got.Fields, want)
		}
	}
	fine := `{"title":"abc","nick":null,"address":null,"meta":{"a.b":[1,{"c":null}],"Title":1},"labels":{"a.b[0]":"x"},"shoe":41}`
	if got := h.send(t, "POST", "/shop/notes", fine); got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// The same body is refused in the same words each time, unknown members first.
func TestAllThatIsWrongIsSaidInOneOrder(t *testing.T) {
	t.Parallel()
	h := build(t, nil, echo)
	body := `{"z":1,"a.b":2,"a":{"x":1},"m[0]":3,"count":0,"kind":"novel","sender":{"q":1},"labels":{"c":1,"b":2},"email":"x","meta":{"k":"\u0000"}}`
	want := []string{"unknown a", "unknown a.b", "unknown m[0]", "unknown sender.q", "unknown z",
		"type labels.b", "type labels.c", "format meta.k", "range count", "format email", "unknown kind", "required sender.name", "required title"}
	for range 10 {
		equal(t, "fields", h.refused(t, body).Fields, want)
	}
}

func TestOnlySoManyProblemsAreNamed(t *testing.T) {
	t.Parallel()
	h := build(t, nil, echo)
	var b strings.Builder
	for i := range 5_000 {
		fmt.Fprintf(&b, `"k%04d":0,`, i)
	}
	if got := h.refused(t, "{"+b.String()+`"title":5}`); len(got.Fields) != 50 || got.Fields[0] != "unknown k0000" {
		t.Errorf("%d problems, the first %s", len(got.Fields), got.Fields[0])
	}
}

// Members with dots in their names once made the path of each problem as long as all before it. This test is not
// parallel: it looks at the memory of the whole process.
func TestProblemsTakeNoMoreMemoryThanTheBody(t *testing.T) {
	h := build(t, nil, echo)
	var b strings.Builder
	for i := range 7_000 {
		fmt.Fprintf(&b, `"....%d":0,`, i)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	h.refused(t, "{"+b.String()+`"title":"abc"}`)
	runtime.ReadMemStats(&after)
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 30 {
		t.Errorf("a body of %d kB takes %d MB", b.Len()>>10, mb)
	}
}

// Where unknown members are let through, one that differs from a known one in capitals is not: the decoder would take it
// for that, unjudged.
func TestALooseFaceJudgesWhatItTakes(t *testing.T) {
	t.Parallel()
	h := build(t, func(m *route.Manners) { m.LooseBody = true }, echo)
	if got := h.send(t, "POST", "/shop/notes", `{"title":"abc","foo":{"a.b":[1]},"sender":{"name":"x","zip":5}}`); got.body != `{"title":"abc","sender":{"name":"x"}}` {
		t.Errorf("unknown members: %d %s", got.status, got.body)
	}
	for body, want := range map[string]string{
		`{"title":"abc","KIND":"novel"}`:                      "property KIND should not exist",
		`{"title":"abc","sender":{"name":"x","CITY":5}}`:      "property sender.CITY should not exist",
		`{"title":"abc","ad\u0064ress":{"Name":"x"}}`:         "property address.Name should not exist, address must be of a type that is allowed here",
		`{"title":"abc","lines":[{"Text":"a","quantity":1}]}`: "property lines[0].Text should not exist, lines[0].text must be a string",
	} {
		if got := h.refused(t, body); got.Message != want {
			t.Errorf("%s:\n  %s\nwant\n  %s", body, got.Message, want)
		}
	}
}

func TestTheCharacterNULIsRefused(t *testing.T) {
	t.Parallel()
	h := build(t, nil, echo)
	for body, want := range map[string]string{
		`{"title":"a\u0000b"}`:                             "title must not contain the character U+0000",
		`{"title":"abc","tags":["x","\u0000"]}`:            "tags[1] must not contain the character U+0000",
		`{"title":"abc","meta":{"a":{"b":["\u0000"]}}}`:    "meta.a.b[0] must not contain the character U+0000",
		`{"title":"abc","meta":{"a\u0000":1}}`:             "meta.a␀ must not have the character U+0000 in its name",
		`{"title":"abc","labels":{"\u0000":"x"}}`:          "labels.␀ must not have the character U+0000 in its name",
		`{"title":"abc","nick":"\u0000"}`:                  "nick must not contain the character U+0000",
		`{"title":"abc","sender":{"name":"\u0000\u0000"}}`: "sender.name must not contain the character U+0000",
	} {
		if got := h.refused(t, body); got.Message != want {
			t.Errorf("%s: %s", body, got.Message)
		}
	}
	fine := `{"title":"\\u0000","meta":{"a":"\ud800 \ufffd"}}` // a backslash, and half of a pair
	got := h.send(t, "POST", "/shop/notes", fine)
	if got.body != `{"title":"\\u0000","meta":{"a":"� �"}}` {
		t.Errorf("%d %s", got.status, got.body)
	}
}
