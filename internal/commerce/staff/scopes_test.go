package staff_test

import (
	"slices"
	"strings"
	"testing"

	"kaidian/internal/commerce/staff"
)

func TestParseScopes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                 "",
		"read_basic":                       "read_basic",
		"write_basic,read_basic":           "read_basic,write_basic",
		" read_basic , ,read_x":            "read_basic",
		"read_basic write_orders":          "read_basic,write_orders",
		"read_basicread_basic,write_basic": "write_basic",
		"READ_BASIC":                       "",
		"write_script_tags,read_themes":    "read_themes,write_script_tags",
		staff.AllScopes.String(): "read_basic,write_basic,read_content,write_content,read_themes,write_themes," +
			"read_products,write_products,read_customers,write_customers,read_orders,write_orders,read_script_tags,write_script_tags",
	} {
		if got := staff.ParseScopes(text).String(); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestWritingImpliesReadingOfTheSameAreaOnly(t *testing.T) {
	t.Parallel()
	for _, s := range staff.AllScopes.List() {
		set := staff.NewScopes(s)
		for _, other := range staff.AllScopes.List() {
			want := other == s || s.Writes() && !other.Writes() && other.Area() == s.Area()
			if got := set.Has(other); got != want {
				t.Errorf("%v allows %v: %v, want %v", s, other, got, want)
			}
		}
	}
	if names := staff.AllScopes.Names(); len(names) != 14 || len(slices.Compact(slices.Sorted(slices.Values(names)))) != 14 {
		t.Errorf("the scopes are %q", names)
	}
	if names := staff.Scopes(0).Names(); names == nil || len(names) != 0 {
		t.Errorf("no scopes are %#v", names)
	}
}

func FuzzParseScopes(f *testing.F) {
	f.Add("read_basic,write_basic")
	f.Add("read_basicread_basic,write_basic")
	f.Add("\x00,,, read_orders")
	f.Fuzz(func(t *testing.T, text string) {
		set := staff.ParseScopes(text)
		if again := staff.ParseScopes(set.String()); again != set {
			t.Errorf("%q is %v, which reads as %v", text, set, again)
		}
		if set&^staff.AllScopes != 0 {
			t.Errorf("%q is %b, beyond all scopes", text, set)
		}
		for _, name := range set.Names() {
			if !strings.Contains(text, name) {
				t.Errorf("%q allows %s", text, name)
			}
		}
	})
}
