package store

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"kaidian/internal/api/route"
)

// choiceCases are what clients ask for and what they get, of the showable in TestChoices.
var choiceCases = []struct {
	expand    []string // nil for none, as it stands in the query otherwise
	fields    string
	relations string
	shown     string // "*" for the default ones
	wrong     string
}{
	{relations: usual, shown: "*"},
	{expand: []string{""}, shown: "*"},
	{expand: []string{" a.b.c , d,,"}, relations: "a a.b a.b.c d", shown: "*"},
	{expand: []string{"a", "d"}, relations: "d", shown: "*"}, // the last one counts
	{expand: []string{"a,x,a.c,y"}, wrong: "Requested fields [x, a.c, y] are not valid"},
	{fields: ",", relations: usual, shown: "*"},
	{fields: "title", relations: usual, shown: "id title"},
	{fields: "title , weight", relations: usual, shown: "id title weight"},
	{fields: "id", relations: usual, shown: "id"},
	{fields: "-weight", relations: usual, shown: "created_at id title"},
	{fields: "-weight,-id,+title", relations: usual, shown: "created_at id title"},
	{fields: " weight,-title", relations: usual, shown: "created_at id weight"}, // the plus signs came as spaces
	{fields: "title,+weight", relations: usual, shown: "id title weight"},
	{fields: "title,-title", relations: usual, shown: "id"},
	{fields: "-a", relations: "d", shown: "created_at id title weight"},
	{fields: "+a.b.c,*d", relations: "a a.b a.b.c d", shown: "created_at id title weight"},
	{expand: []string{""}, fields: "+d", relations: "d", shown: "created_at id title weight"},
	{fields: "d", wrong: "Requested fields [d] are not valid"}, // a relation without a sign is no field
	{fields: "title,secret,-none", wrong: "Requested fields [secret, none] are not valid"},
	{fields: "+", wrong: "Requested fields [] are not valid"},
}

const usual = "a a.b d" // relations

func TestChoices(t *testing.T) {
	t.Parallel()
	can := showable{
		relations: []string{"a", "a.b", "a.b.c", "d"}, loaded: []string{"a.b", "d"},
		fields: []string{"id", "title", "weight", "created_at"}, kept: []string{"id"},
	}
	for _, c := range choiceCases {
		s := showing{Fields: c.fields}
		if words, _ := s.Expand.SetQuery(route.Term{Plain: c.expand}); words != "" {
			t.Fatal(words)
		}
		got, err := s.choose(can)
		if err != nil || c.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("expand=%q fields=%q: %v, want %q", c.expand, c.fields, err, c.wrong)
			}
			continue
		}
		relations := strings.Join(slices.Sorted(maps.Keys(got.relations)), " ")
		shown := "*"
		if got.fields != nil {
			shown = strings.Join(slices.DeleteFunc(slices.Sorted(maps.Keys(got.fields)), func(f string) bool { return !got.shows(f) }), " ")
		}
		if relations != c.relations || shown != c.shown {
			t.Errorf("expand=%q fields=%q: relations %q and fields %q, want %q and %q", c.expand, c.fields, relations, shown, c.relations, c.shown)
		}
	}
	if words, _ := new(expansion).SetQuery(route.Term{List: []string{"a"}}); words == "" {
		t.Error("expand[]=a is taken")
	}
}

func TestPreferredLanguages(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"": "", "*": "", "zh": "zh", "zh-CN,zh;q=0.9,en;q=0.8": "zh-CN", "en;q=0.5, zh-Hant-TW;q=0.7": "zh-Hant-TW", "*;q=0.9,en;q=0.1": "en",
		"en;q=0": "", "en;q=x,zh;q=0.1": "zh", "!!,fr": "fr", "en, zh": "en", strings.Repeat("x", 5000): "", "de;q=1.0;x=1": "",
	} {
		if got := preferred(accept); got != want {
			t.Errorf("%.40q prefers %q, want %q", accept, got, want)
		}
	}
}
