package scenario

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/api/route"
)

func TestMatcherJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want, body string
		fits       bool
	}{
		{`{"a": 1, "b": [true, null, "x"]}`, `{"b":[true,null,"x"],"a":1}`, true},
		{`{"a": 1}`, `{"a":1,"b":2}`, false},
		{`{"a": 1, "b": 2}`, `{"a":1}`, false},
		{`{"a": null}`, `{}`, false},
		{`{}`, `{"a":null}`, false},
		{`{"a": 1}`, `{"a":1.0}`, false},
		{`{"a": 1}`, `{"a":"1"}`, false},
		{`{"a": 1}`, `[1]`, false},
		{`[1]`, `{"a":1}`, false},
		{`{}`, `[]`, false},
		{`[]`, `{}`, false},
		{`{}`, `null`, false},
		{`{"a": 1, "...": "..."}`, `{"a":1,"b":2}`, true},
		{`{"a": 1, "...": "..."}`, `{"b":2}`, false},
		{`{"...": "..."}`, `[]`, false},
		{`{"...": "x"}`, `{"a":1}`, false},
		{`[1, 2]`, `[1,2,3]`, false},
		{`[1, 2]`, `[1]`, false},
		{`[1, "..."]`, `[1,2,3]`, true},
		{`[1, "..."]`, `[1]`, true},
		{`[1, "..."]`, `[]`, false},
		{`["..."]`, `{}`, false},
		{`["...", 1]`, `[0,1]`, false},
		{`{"a": "$any"}`, `{"a":{"b":[]}}`, true},
		{`{"a": "$any"}`, `{"a":null}`, true},
		{`{"a": "$any"}`, `{}`, false},
		{`["$any"]`, `[]`, false},
		{`["a${any}c"]`, `["ac"]`, true},
		{`["a${any}c"]`, `["ab"]`, false},
		{`["a$any"]`, `[null]`, false},
		{`["$$"]`, `["$"]`, true},
		{`["$$any"]`, `["x"]`, false},
		{`["$$any"]`, `["$any"]`, true},
		{`["$n"]`, `["x"]`, true},
		{`["$n"]`, `[7]`, true},
		{`["$n"]`, `[false]`, true},
		{`["$n"]`, `[null]`, false},
		{`["$n"]`, `[""]`, false},
		{`["$n"]`, `[{}]`, false},
		{`["$n", "$n"]`, `["x","x"]`, true},
		{`["$n", "$n"]`, `["x","y"]`, false},
		{`["$n", "$n"]`, `[7,"7"]`, false},
		{`["$n", "$n"]`, `[7,7]`, true},
		{`["$n", "no. $n"]`, `[7,"no. 7"]`, true},
		{`["$n", "no. $n"]`, `[7,"no. 8"]`, false},
		{`["no. $n", "$n"]`, `["no. 7",7]`, false},
		{`["${n}th", "$n"]`, `["7th","7"]`, true},
		{`["$n-$n"]`, `["a-a"]`, true},
		{`["$n-$n"]`, `["a-b"]`, false},
		{`["$known"]`, `["k.v"]`, true},
		{`["$known"]`, `["kxv"]`, false},
		{`["<$known>"]`, `["<k.v>"]`, true},
		{`["<$known>"]`, `["<kxv>"]`, false},
		{`["$n"]`, `["$n"]`, true},
		{`["$time"]`, `["$time"]`, false},
		{`["at $time"]`, `["at $time"]`, false},
		{`["at ${time}Z"]`, `["at ${time}Z"]`, false},
	} {
		m := Matcher{Vars: Vars{"known": "k.v"}}
		want, have, err := m.JSON(c.want, []byte(c.body))
		if err != nil {
			t.Errorf("%s, %s: %v", c.want, c.body, err)
			continue
		}
		if fits := reflect.DeepEqual(want, have); fits != c.fits {
			t.Errorf("%s, %s: fits is %v\n%s", c.want, c.body, fits, cmp.Diff(want, have))
		}
		if diff := cmp.Diff(want, have); (diff == "") != c.fits {
			t.Errorf("%s, %s: difference is %q", c.want, c.body, diff)
		}
	}
}

func TestMatcherJSONRefusesWhatIsNotJSON(t *testing.T) {
	t.Parallel()
	m := Matcher{Vars: Vars{}}
	deep := strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1)
	for _, body := range []string{``, `{`, `{"a":1}x`, `{"a":1,"a":1}`, `[1,]`, `Unauthorized`, deep} {
		if _, _, err := m.JSON(`{}`, []byte(body)); err == nil {
			t.Errorf("%.20q is JSON", body)
		}
	}
}

func TestMatcherTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		in   map[*time.Location]bool
	}{
		{"2026-11-21T19:28:32.732Z", map[*time.Location]bool{nil: true, time.UTC: true}},
		{"2015-03-12T15:35:12.242+08:00", map[*time.Location]bool{nil: true, route.China: true}},
		{"2015-03-12T15:35:12.242+09:00", nil},
		{"2015-03-12T15:35:12.242+00:00", nil},
		{"2015-03-12T15:35:12Z", nil},
		{"2015-03-12T15:35:12.2424Z", nil},
		{"2015-13-12T15:35:12.242Z", nil},
		{"2015-02-30T15:35:12.242Z", nil},
		{"2015-03-12 15:35:12.242Z", nil},
		{"", nil},
	} {
		for _, zone := range []*time.Location{nil, time.UTC, route.China} {
			m := Matcher{Vars: Vars{}, Times: zone}
			if _, fits := m.Text("$time", c.text); fits != c.in[zone] {
				t.Errorf("%q in %v: fits is %v", c.text, zone, fits)
			}
			if _, fits := m.Text("at $time!", "at "+c.text+"!"); fits != c.in[zone] {
				t.Errorf("%q inside a text in %v: fits is %v", c.text, zone, fits)
			}
		}
	}
}

func TestMatcherBindsOnlyWhatFits(t *testing.T) {
	t.Parallel()
	m := Matcher{Vars: Vars{"b": "2"}}
	if filled, fits := m.Text("$a/$b/$c", "1/3/4"); fits || filled != "${a}/2/${c}" {
		t.Errorf("%q fits: %v", filled, fits)
	}
	if _, fits := m.Text("$a at $time", "1 at noon"); fits {
		t.Error("noon is a time")
	}
	if _, fits := m.Text("$a at $time", "1 at 2015-13-12T15:35:12.242Z"); fits {
		t.Error("the month 13 is a time")
	}
	if diff := cmp.Diff(Vars{"b": "2"}, m.Vars); diff != "" {
		t.Errorf("names are bound: %s", diff)
	}
	if filled, fits := m.Text("connect.sid=$session; $any", "connect.sid=s%3A1; Path=/"); !fits || filled != "connect.sid=s%3A1; Path=/" {
		t.Errorf("%q fits: %v", filled, fits)
	}
	if diff := cmp.Diff(Vars{"b": "2", "session": "s%3A1"}, m.Vars); diff != "" {
		t.Error(diff)
	}
}

func TestMatcherShowsWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	m := Matcher{Vars: Vars{"id": "cus_1"}}
	want, _, err := m.JSON(`{"id": "$id", "at": "$time", "n": "$n", "x": "a $n", "ok": "$any"}`,
		[]byte(`{"id":"cus_2","at":"noon","x":7,"ok":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{
		"id": "cus_1", "at": Unmet("${time}"), "n": Unmet("$n"), "x": Unmet("a ${n}"), "ok": []any{},
	}, want); diff != "" {
		t.Error(diff)
	}
}

func TestVarsFill(t *testing.T) {
	t.Parallel()
	v := Vars{}
	for name, value := range map[string]any{"id": "a/b c&d", "number": int64(595), "n": 7, "yes": true, "q": `say "hi"`} {
		if err := v.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		fill     func(string) (string, error)
		in, want string
	}{
		{v.Text, `$number is ${n}th, $yes, $$ $id`, `595 is 7th, true, $ a/b c&d`},
		{v.Path, `/c/$id/$number?q=$id&x=%20+é`, `/c/a%2Fb%20c&d/595?q=a%2Fb+c%26d&x=%20+é`},
		{v.Path, `/c/$n?`, `/c/7?`},
		{v.Body, `{ "id" : "$number", "s": "no. $number", "$id": [ "$yes", "$q", "\u4e2d", "\"$$" ] }`,
			`{ "id" : 595, "s": "no. 595", "$id": [ true, "say \"hi\"", "\u4e2d", "\"$" ] }`},
		{v.Body, `{"a": "<$q>"}`, `{"a": "<say \"hi\">"}`},
		{v.Body, `{"a": "\\"}`, `{"a": "\\"}`},
		{v.Body, `{"a": $number`, `{"a": 595`},
		{v.Body, `a=$id`, `a=a/b c&d`},
		{v.Body, ``, ``},
	} {
		got, err := c.fill(c.in)
		if err != nil || got != c.want {
			t.Errorf("%s gives %s, %v; want %s", c.in, got, err, c.want)
		}
	}
	for _, in := range []string{`$x`, `["$x"]`, `["a $x"]`, `$`, `$1`, `${}`, `${X}`, `$any`, `["$time"]`} {
		if got, err := v.Body(in); err == nil {
			t.Errorf("%s gives %s", in, got)
		}
	}
	if _, err := v.Path(`/a?b=$x`); err == nil {
		t.Error("a path is filled with nothing")
	}
}

func TestVarsSet(t *testing.T) {
	t.Parallel()
	v := Vars{"a": json.Number("1")}
	if err := v.Set("a", 1); err != nil {
		t.Errorf("the same value: %v", err)
	}
	for _, c := range []struct {
		name  string
		value any
	}{{"a", "1"}, {"a", 2}, {"any", "1"}, {"time", "1"}, {"", "1"}, {"A", "1"}, {"a-b", "1"}, {"b", nil}, {"b", ""}, {"b", 1.5}, {"b", []any{}}} {
		if err := v.Set(c.name, c.value); err == nil {
			t.Errorf("%q is set to %#v", c.name, c.value)
		}
	}
	if diff := cmp.Diff(Vars{"a": json.Number("1")}, v); diff != "" {
		t.Error(diff)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add(`{"a": "$b", "c": ["${b}x", "$any", "..."], "...": "..."}`, `{"a":"y","c":["yx",null,1],"d":2}`)
	f.Add(`["$time", "$$", ""]`, `["2026-11-21T19:28:32.732Z","$",""]`)
	f.Fuzz(func(t *testing.T, wanted, body string) {
		m := Matcher{Vars: Vars{}}
		want, have, err := m.JSON(wanted, []byte(body))
		if err != nil || strings.ContainsAny(wanted, "$.") {
			return
		}
		same, err := decode(wanted)
		if err != nil {
			t.Fatal(err)
		}
		if fits := reflect.DeepEqual(want, have); fits != reflect.DeepEqual(plain(same), have) {
			t.Errorf("without placeholders, %s and %s: fits is %v", wanted, body, fits)
		}
	})
}
