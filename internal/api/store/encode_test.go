package store

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// marshal is encoding/json without escapes for HTML.
func marshal(t testing.TB, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func FuzzAppendText(f *testing.F) {
	for _, s := range []string{"", "T-shirt", `a "quoted" \ text`, "\x00\x01\b\f\n\r\t\x1f\x7f", "马克杯 ☕ 杯", "<b>&amp;</b>", "\u2028\u2029\u2027\u2030",
		"\u00e2\u20ac\uffff", "bad \xff\xe2\x80 bytes", "\xe2", "\xed\xa0\x80", "\U0001F600", "\ufffd", "end\xe2\x80\xa8"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := string(appendText([]byte("x"), s)), "x"+marshal(t, s); got != want {
			t.Errorf("%q is written as %s, want %s", s, got, want)
		}
	})
}

func TestAppendTime(t *testing.T) {
	t.Parallel()
	check := func(at time.Time) {
		t.Helper()
		want, err := instant(at).MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if got := string(appendTime(nil, at)); got != string(want) {
			t.Errorf("%v is written as %s, want %s", at, got, want)
		}
	}
	for _, at := range []time.Time{
		{}, time.Unix(0, 0), time.Unix(-1, 0), time.UnixMilli(-1), time.Date(2000, 2, 29, 23, 59, 59, 999_999_999, time.UTC),
		time.Date(1900, 2, 28, 0, 0, 0, 0, time.UTC), time.Date(2100, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-1, 12, 31, 0, 0, 0, 0, time.UTC),
		time.Date(2024, 5, 20, 4, 30, 0, 123_456_789, time.FixedZone("CST", 8*60*60)),
	} {
		check(at)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		check(time.UnixMilli(r.Int64N(4e14) - 1e14))
	}
}

func TestFieldsObject(t *testing.T) {
	t.Parallel()
	all := fields[int64]{
		member("one", func(b []byte, v *int64) []byte { return appendInt(b, *v) }),
		{put: func(b []byte, v *int64) []byte {
			if *v == 0 {
				return b
			}
			return append(b, `,"more":true`...)
		}},
		member("two", func(b []byte, v *int64) []byte { return appendInt(b, 2**v) }),
	}
	two := int64(2)
	everything := all.pick(func(string) bool { return true })
	nothing := all.pick(func(string) bool { return false })
	ownOnly := all.pick(func(name string) bool { return name == "" })
	for _, c := range []struct {
		fields fields[int64]
		value  int64
		want   string
	}{
		{everything, two, `{"one":2,"more":true,"two":4}`},
		{everything, 0, `{"one":0,"two":0}`},
		{ownOnly, two, `{"more":true}`},
		{ownOnly, 0, `{}`},
		{nothing, two, `{}`},
	} {
		if diff := cmp.Diff(c.want, string(c.fields.object(nil, &c.value))); diff != "" {
			t.Error(diff)
		}
	}
}
