package transfer

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string][]string{
		``:                            {},
		` , ,`:                        {},
		`cats, new`:                   {"cats", "new"},
		`cats;dogs,, a b `:            {"cats;dogs", "a b"},
		`27" screens, "Ann, Bo"`:      {`27" screens`, "Ann, Bo"},
		`"a" , "b, ""c"" ","""",`:     {"a", `b, "c" `, `"`},
		"\"two\nlines\", 猫、狗":         {"two\nlines", "猫、狗"},
		`say "a, b"`:                  {`say "a`, `b"`}, // as before names could be quoted
		`"a, b`:                       nil,
		`"a""`:                        nil,
		`x, "`:                        nil,
		`"a" b, c`:                    nil,
		`"a"b"`:                       nil,
		`"a";"b"`:                     nil,
		strings.Repeat(`"`, 1<<21+1):  nil,
		`"` + strings.Repeat("a,", 9): nil,
	} {
		got, err := parseNames(cell, ",")
		if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (want != nil) {
			t.Errorf("%.40s: %v\n%s", cell, err, diff)
		}
	}
}

// Whatever names are listed, the same are read.
func TestNamesAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	name := rapid.OneOf(rapid.StringOf(rapid.SampledFrom([]rune("ab猫\",; \n\u3000"))), rapid.String()).
		Filter(func(s string) bool { return strings.TrimSpace(s) != "" })
	rapid.Check(t, func(rt *rapid.T) {
		want := rapid.SliceOf(name).Draw(rt, "names")
		sep := rapid.SampledFrom([]string{",", ";"}).Draw(rt, "separator")
		cell := formatNames(want, sep)
		for _, cell := range []string{cell, " " + cell + sep + " "} {
			if got, err := parseNames(cell, sep); err != nil || !slices.Equal(got, want) {
				rt.Fatalf("%q as %s gives %q, %v", want, cell, got, err)
			}
		}
	})
}

// A list in which no name begins with a quote, as Shopify and earlier exports write them, is parted at every separator.
func TestNamesWithoutQuotes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		cell := rapid.StringOf(rapid.SampledFrom([]rune("ab\",; "))).Draw(rt, "cell")
		want := split(cell, ",")
		if slices.ContainsFunc(want, func(s string) bool { return strings.HasPrefix(s, `"`) }) {
			rt.Skip()
		}
		if got, err := parseNames(cell, ","); err != nil || !slices.Equal(got, want) {
			rt.Fatalf("%q gives %q, %v, want %q", cell, got, err, want)
		}
	})
}
