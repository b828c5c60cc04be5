package scenario

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/api/route"
)

const head = "# en: Create\n# zh: 创建\n"

// whole has everything that a file can have.
const whole = `# en: Create a customer
# zh: 创建客户

en: An account.

With a session.
zh: 一个账号。
-- samples --
token a token
number 595
-- setup --
# who is there before
customer number=$number2

-- request --
# en: Sign up
# zh: 注册
POST /store/customers?expand=orders
content-type: application/json
Cookie: connect.sid=$session

{"email": "a@example.com",
 "password": "pa$$word"}

-- response --
200
Set-Cookie: connect.sid=$session; $any
X-Gone:

{"customer": {"id": "$cus_id", "...": "..."}}
-- events --
customer.created   $cus_id

mail.sent
-- statements --
6
-- setup --
mail to=a@example.com
-- request --
DELETE /store/auth
-- response --
200

OK
-- events --
`

func TestParseReadsEverything(t *testing.T) {
	t.Parallel()
	got, err := Parse("customers/create.txtar", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	want := Scenario{
		Name:    "customers/create",
		File:    "customers/create.txtar",
		Title:   route.Words{EN: "Create a customer", ZH: "创建客户"},
		About:   route.Words{EN: "An account.\n\nWith a session.", ZH: "一个账号。"},
		Samples: map[string]any{"token": "a token", "number": json.Number("595")},
		Steps: []Step{{
			Line:   18,
			Title:  route.Words{EN: "Sign up", ZH: "注册"},
			Setup:  []string{"customer number=$number2"},
			Method: "POST",
			Path:   "/store/customers?expand=orders",
			Header: []Field{{"content-type", "application/json"}, {"Cookie", "connect.sid=$session"}},
			Body:   "{\"email\": \"a@example.com\",\n \"password\": \"pa$$word\"}",
			Want: Want{
				Status:     200,
				Header:     []Field{{"Set-Cookie", "connect.sid=$session; $any"}, {"X-Gone", ""}},
				Body:       `{"customer": {"id": "$cus_id", "...": "..."}}`,
				Events:     []string{"customer.created $cus_id", "mail.sent"},
				Statements: 6,
			},
		}, {
			Line:   40,
			Setup:  []string{"mail to=a@example.com"},
			Method: "DELETE",
			Path:   "/store/auth",
			Want:   Want{Status: 200, Text: "OK", Events: []string{}, Statements: -1},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, s := range got.Steps {
		if line := strings.Split(whole, "\n")[s.Line-1]; line != s.Method+" "+s.Path {
			t.Errorf("line %d is %q", s.Line, line)
		}
	}
}

func TestParseNamesTheLineOfAMistake(t *testing.T) {
	t.Parallel()
	const get, ok = "-- request --\nGET /a\n", "-- response --\n200\n"
	for name, c := range map[string]struct {
		file string
		line string
		says string
	}{
		"empty":                {"", "x.txtar:1:", "the title is missing"},
		"one title":            {"# en: Create\n" + get + ok, "x.txtar:1:", "the title is missing"},
		"two titles":           {"# en: a\n# en: b\n# zh: c\n" + get + ok, "x.txtar:2:", "given twice"},
		"title language":       {head + "# fr: Créer\n" + get + ok, "x.txtar:3:", "a title is"},
		"about, no language":   {head + "\nAn account.\n" + get + ok, "x.txtar:4:", `begins with "en:" or "zh:"`},
		"about, one language":  {head + "en: An account.\n" + get + ok, "x.txtar:1:", "one language only"},
		"no request":           {head, "x.txtar:2:", "there is no request"},
		"carriage return":      {head + "\r\n" + get + ok, "x.txtar:3:", "carriage return"},
		"not UTF-8":            {head + "\xff" + get + ok, "x.txtar:1:", "not UTF-8"},
		"unknown section":      {head + get + ok + "-- body --\n", "x.txtar:7:", `no section is called "body"`},
		"response first":       {head + ok, "x.txtar:3:", "without a request"},
		"no response":          {head + get, "x.txtar:4:", "line 4 has no response"},
		"no response, again":   {head + get + get + ok, "x.txtar:5:", "line 4 has no response"},
		"events too soon":      {head + get + "-- events --\n" + ok, "x.txtar:5:", "before the response"},
		"two responses":        {head + get + ok + ok, "x.txtar:7:", "two response sections"},
		"two setups":           {head + "-- setup --\n-- setup --\n" + get + ok, "x.txtar:4:", "two setup sections"},
		"setup at the end":     {head + get + ok + "-- setup --\na\n", "x.txtar:8:", "setup without a request"},
		"setup inside a step":  {head + get + "-- setup --\n" + ok, "x.txtar:6:", "without a request"},
		"setup wants any":      {head + "-- setup --\n\na $any\n" + get + ok, "x.txtar:5:", "$any has no value"},
		"late samples":         {head + get + ok + "-- samples --\na 1\n", "", "the request of line 4 has no response"},
		"sample without value": {head + "-- samples --\na\n" + get + ok, "x.txtar:4:", "a sample is"},
		"sample of a time":     {head + "-- samples --\ntime 1\n" + get + ok, "x.txtar:4:", "a sample is"},
		"sample is null":       {head + "-- samples --\na null\n" + get + ok, "x.txtar:4:", "not null"},
		"sample twice":         {head + "-- samples --\na 1\na 2\n" + get + ok, "x.txtar:5:", "two samples"},
		"empty request":        {head + "-- request --\n" + ok, "x.txtar:4:", "the request is empty"},
		"method":               {head + "-- request --\nget /a\n" + ok, "x.txtar:4:", "begins with a method"},
		"no path":              {head + "-- request --\nGET\n" + ok, "x.txtar:4:", "begins with a method"},
		"relative path":        {head + "-- request --\nGET a\n" + ok, "x.txtar:4:", "begins with a method"},
		"path of two slashes":  {head + "-- request --\nGET //a\n" + ok, "x.txtar:4:", "begins with a method"},
		"space in path":        {head + "-- request --\nGET /a b\n" + ok, "x.txtar:4:", "begins with a method"},
		"request title":        {head + "-- request --\n# en: a\nGET /a\n" + ok, "x.txtar:4:", "one language only"},
		"request title twice":  {head + "-- request --\n# en: a\n# en: a\nGET /a\n" + ok, "x.txtar:5:", "given twice"},
		"header":               {head + get + "Accept\n" + ok, "x.txtar:5:", "a header is"},
		"space before colon":   {head + get + "Accept : a\n" + ok, "x.txtar:5:", "a header is"},
		"header wants any":     {head + get + "Accept: $any\n" + ok, "x.txtar:5:", "$any has no value"},
		"path wants a time":    {head + "-- request --\nGET /a/$time\n" + ok, "x.txtar:4:", "$time has no value"},
		"dollar in path":       {head + "-- request --\nGET /a/$1\n" + ok, "x.txtar:4:", "$$ is a dollar sign"},
		"dollar in body":       {head + get + "\n{\"a\": \"$5\"}\n" + ok, "x.txtar:6:", "$$ is a dollar sign"},
		"dollar in text":       {head + get + "\n\na=$5\n" + ok, "x.txtar:7:", "$$ is a dollar sign"},
		"empty response":       {head + get + "-- response --\n", "x.txtar:6:", "begins with its status"},
		"status":               {head + get + "-- response --\n200 OK\n", "x.txtar:6:", "begins with its status"},
		"status 600":           {head + get + "-- response --\n600\n", "x.txtar:6:", "begins with its status"},
		"response header":      {head + get + ok + "{}\n", "x.txtar:7:", "an empty line stands before a body"},
		"dollar in want":       {head + get + ok + "ETag: $\n", "x.txtar:7:", "$$ is a dollar sign"},
		"wanted JSON":          {head + get + ok + "\n{\n \"a\": 1,\n}\n\n\n", "x.txtar:10:", "begins like JSON and is not"},
		"wanted twice":         {head + get + ok + "\n{\"a\": 1, \"a\": 2}\n", "x.txtar:8:", `"a" comes twice`},
		"dollar in wanted":     {head + get + ok + "\n\n[\"$\"]\n", "x.txtar:9:", "$$ is a dollar sign"},
		"event":                {head + get + ok + "-- events --\na b c\n", "x.txtar:8:", "an event is"},
		"dollar in event":      {head + get + ok + "-- events --\na $\n", "x.txtar:8:", "an event is"},
		"statements":           {head + get + ok + "-- statements --\nsix\n", "x.txtar:8:", `is "six"`},
		"no statements":        {head + get + ok + "-- statements --\n", "x.txtar:8:", `is ""`},
		"fewer than none":      {head + get + ok + "-- statements --\n-1\n", "x.txtar:8:", `is "-1"`},
	} {
		if name == "late samples" {
			c.line, c.says = "x.txtar:7:", "before the first request"
		}
		_, err := Parse("x.txtar", []byte(c.file))
		if err == nil {
			t.Errorf("%s: there is no error", name)
			continue
		}
		if text := err.Error(); !strings.HasPrefix(text, c.line) || !strings.Contains(text, c.says) {
			t.Errorf("%s: error is %q, want %s …%s…", name, text, c.line, c.says)
		}
	}
}

func TestLoadReadsFoldersAndReportsEachBadFile(t *testing.T) {
	t.Parallel()
	good := &fstest.MapFile{Data: []byte(head + "-- request --\nGET /a\n-- response --\n200\n")}
	all, err := Load(fstest.MapFS{"b.txtar": good, "a/z.txtar": good, "a/notes.md": {Data: []byte("#")}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	if diff := cmp.Diff([]string{"a/z", "b"}, names); diff != "" {
		t.Error(diff)
	}

	_, err = Load(fstest.MapFS{"b.txtar": {Data: []byte(head)}, "a/z.txtar": {Data: []byte("# fr: x\n")}, "c.txtar": good})
	if err == nil || !strings.Contains(err.Error(), "a/z.txtar:1:") || !strings.Contains(err.Error(), "b.txtar:2:") {
		t.Errorf("the error is %v", err)
	}
	if _, err := Load(os.DirFS("/nonexistent")); err == nil {
		t.Error("a folder that is not there has scenarios")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(head + "-- --"))
	f.Add([]byte(head + "-- request --\nGET /a?b=$c\n\n[\"\\u0024a\", \"$$\"]\n-- response --\n404\n\n[{\"...\": \"...\"}, \"...\"]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("x.txtar", data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x.txtar:") {
				t.Errorf("no line in %q", err)
			}
			return
		}
		lines := strings.Split(string(data), "\n")
		for _, step := range s.Steps {
			if lines[step.Line-1] != step.Method+" "+step.Path {
				t.Errorf("line %d is not %s %s", step.Line, step.Method, step.Path)
			}
			vars := Vars{}
			if _, err := vars.Body(step.Body); err != nil && !strings.Contains(err.Error(), "has no value yet") {
				t.Errorf("body %q: %v", step.Body, err)
			}
			if step.Want.Body != "" {
				if _, _, err := (Matcher{Vars: vars}).JSON(step.Want.Body, []byte(`{"a":[1]}`)); err != nil {
					t.Errorf("wanted %q: %v", step.Want.Body, err)
				}
			}
			s.example(step, route.China)
		}
	})
}
