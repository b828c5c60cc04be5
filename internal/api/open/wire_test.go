package open

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"testing"
	"time"
)

func TestInstant(t *testing.T) {
	t.Parallel()
	for want, at := range map[string]time.Time{
		`"2015-03-12T15:35:12.242+08:00"`: time.Date(2015, 3, 12, 7, 35, 12, 242_999_999, time.UTC),
		`"2015-03-13T00:00:00.000+08:00"`: time.Date(2015, 3, 12, 16, 0, 0, 0, time.UTC),
		`"1986-05-04T08:00:00.000+08:00"`: time.Date(1986, 5, 4, 0, 0, 0, 0, time.UTC), // when China had summer time
		`null`:                            {},
	} {
		if got, err := json.Marshal(instant(at)); err != nil || string(got) != want {
			t.Errorf("%s is %s (%v), want %s", at, got, err, want)
		}
	}
}

func TestYuan(t *testing.T) {
	t.Parallel()
	for fen, want := range map[int64]string{
		0: "0", 1: "0.01", 10: "0.1", 99: "0.99", 100: "1", 101: "1.01", 6380: "63.8", 1000: "10", 10050: "100.5", -1: "-0.01", -6380: "-63.8", -100: "-1",
		math.MaxInt64: "92233720368547758.07", math.MinInt64: "-92233720368547758.08",
	} {
		if got, err := json.Marshal(yuan(fen)); err != nil || string(got) != want {
			t.Errorf("%d fen are %s (%v), want %s", fen, got, err, want)
		}
	}
}

func TestParseYuan(t *testing.T) {
	t.Parallel()
	for text, fen := range map[string]yuan{
		"0": 0, "0.01": 1, "63.8": 6380, "63.80": 6380, "63.8000": 6380, "10": 1000, "007": 700, "-0.5": -50, "-0": 0, "999999999999999.99": 99999999999999999,
	} {
		if got, ok := parseYuan(text); !ok || got != fen {
			t.Errorf("%q is %d fen (%t), want %d", text, got, ok, fen)
		}
	}
	for _, text := range []string{
		"", "-", ".", ".5", "5.", "--5", "+5", "1e3", "1E3", "0x10", "1_000", "1,000", "0.001", "1.2.3", "1.-5", "1.+5", " 1", "1 ", "NaN", "Inf", "¥5", "５",
		"1000000000000000", "1.001", "1.0010",
	} {
		if got, ok := parseYuan(text); ok {
			t.Errorf("%q is %d fen", text, got)
		}
	}
}

func FuzzYuan(f *testing.F) {
	for _, seed := range []string{"0", "63.80", "-0.01", "999999999999999.99", "1e3", "--5", "0.001", "", "1."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		y, ok := parseYuan(text)
		if !ok {
			return
		}
		exact, isNumber := new(big.Rat).SetString(text)
		if !isNumber || exact.Mul(exact, big.NewRat(100, 1)).Cmp(big.NewRat(int64(y), 1)) != 0 {
			t.Fatalf("%q is %d fen", text, y)
		}
		shown, err := json.Marshal(y)
		if err != nil || !json.Valid(shown) {
			t.Fatalf("%d fen are %s (%v)", y, shown, err)
		}
		if again, ok := parseYuan(string(shown)); !ok || again != y {
			t.Fatalf("%q is %d fen, shown as %s, which is %d (%t)", text, y, shown, again, ok)
		}
	})
}

// reads gives a function that tells what a JSON value is read as, and whether it is read.
func reads[T comparable](t *testing.T) func(raw string, want T, wantOK bool) {
	return func(raw string, want T, wantOK bool) {
		t.Helper()
		var got T
		err := json.Unmarshal([]byte(raw), &got)
		if (err == nil) != wantOK || wantOK && got != want {
			t.Errorf("%s is read as %v (%v), want %v (%t)", raw, got, err, want, wantOK)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	read := reads[number](t)
	for raw, want := range map[string]number{
		`1`: 1, `"1"`: 1, `0`: 0, `"0"`: 0, `-7`: -7, `"-7"`: -7, `1.0`: 1, `1e3`: 1000, `9007199254740993`: 9007199254740993, `"9223372036854775807"`: math.MaxInt64,
	} {
		read(raw, want, true)
	}
	for _, raw := range []string{`1.5`, `"1.0"`, `"1e3"`, `""`, `"x"`, `" 1"`, `true`, `null`, `{}`, `[1]`, `1e300`, `99999999999999999999`, `"99999999999999999999"`, `"NaN"`} {
		read(raw, 0, false)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	read := reads[text](t)
	for raw, want := range map[string]text{
		`"136322"`: "136322", `136322`: "136322", `1.50`: "1.50", `-0`: "-0", `1e3`: "1e3", `""`: "", `"\u5f20\n\"三"`: "张\n\"三", `"{}"`: "{}", `"null"`: "null",
	} {
		read(raw, want, true)
	}
	for _, raw := range []string{`true`, `false`, `null`, `{}`, `{"a":1}`, `[]`, `["a"]`} {
		read(raw, "", false)
	}
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	read := reads[decimal](t)
	for raw, want := range map[string]decimal{`95.50`: "95.50", `"95.5"`: "95.5", `"x"`: "x", `""`: ""} { // the handler says what is none
		read(raw, want, true)
	}
	for _, raw := range []string{`true`, `null`, `{}`, `[1]`} {
		read(raw, "", false)
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{`"136322"`, `136322`, `1.50e2`, `"\ud800"`, `null`, `true`, ` "a" `, `{"a":1}`, "\"\xff\"", `[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		var v any
		if !json.Valid(raw) || d.Decode(&v) != nil {
			return
		}
		var got text
		err := json.Unmarshal(raw, &got)
		switch v := v.(type) {
		case string:
			if err != nil || string(got) != v {
				t.Fatalf("%s is read as %q (%v), want %q", raw, got, err, v)
			}
		case json.Number:
			if err != nil || string(got) != v.String() {
				t.Fatalf("%s is read as %q (%v), want %q", raw, got, err, v)
			}
		default:
			if err == nil {
				t.Fatalf("%s is read as %q", raw, got)
			}
			return
		}
		shown, err := encode(got)
		var again text
		if err != nil || json.Unmarshal(shown, &again) != nil || again != got {
			t.Fatalf("%q is shown as %s (%v) and read as %q", got, shown, err, again)
		}
	})
}

func TestFlag(t *testing.T) {
	t.Parallel()
	read := reads[flag](t)
	for raw, want := range map[string]flag{
		`true`: true, `"true"`: true, `1`: true, `"1"`: true, `false`: false, `"false"`: false, `0`: false, `"0"`: false,
	} {
		read(raw, want, true)
	}
	for _, raw := range []string{`"yes"`, `""`, `2`, `"True"`, `null`, `{}`, `[true]`} {
		read(raw, false, false)
	}
}

func TestDay(t *testing.T) {
	t.Parallel()
	for text, want := range map[day]string{
		"1990-05-01":                    `"1990-05-01T00:00:00.000+08:00"`,
		"1990-05-01T12:30:00":           `"1990-05-01T12:30:00.000+08:00"`,
		"1990-05-01 12:30:00":           `"1990-05-01T12:30:00.000+08:00"`,
		"1990-05-01T00:00:00Z":          `"1990-05-01T08:00:00.000+08:00"`,
		"1990-05-01T00:00:00.000+08:00": `"1990-05-01T00:00:00.000+08:00"`,
	} {
		at, ok := text.time()
		if got, err := json.Marshal(instant(at)); !ok || err != nil || string(got) != want {
			t.Errorf("%s is %s (%t, %v), want %s", text, got, ok, err, want)
		}
	}
	for _, text := range []day{"", "1990", "19900501", "641520000", "1426145712", "1990-13-01", "1990-02-30", "01/05/1990", "1990-05-01x", "昨天"} {
		if at, ok := text.time(); ok {
			t.Errorf("%q is %s", text, at)
		}
	}
}

// FuzzDay holds that what was read as a birthday is shown so that it is read as the same again.
func FuzzDay(f *testing.F) {
	for _, seed := range []string{"1990-05-01", "1990-05-01T12:30:00.5Z", "0000-00-00", "9999-12-31T23:59:59-23:59", "1990-05-01 12:30"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := day(text).time()
		if !ok || at.Year() < 1 || at.Year() > 9998 { // such as these are not let through
			return
		}
		shown, err := json.Marshal(instant(at))
		var d day
		if err != nil || json.Unmarshal(shown, &d) != nil {
			t.Fatalf("%q is shown as %s (%v)", text, shown, err)
		}
		again, ok := d.time()
		if !ok || !again.Equal(at.Truncate(time.Millisecond)) {
			t.Fatalf("%q is %s, shown as %s, which is %s (%t)", text, at, shown, again, ok)
		}
	})
}

func TestShown(t *testing.T) {
	t.Parallel()
	v := districtView{Code: "110102", FullName: "西城区", Name: "<西城>"}
	for want, fields := range map[string][]string{
		`{"code":"110102","full_name":"西城区","name":"<西城>"}`: nil,
		`{"code":"110102","name":"<西城>"}`:                   {" name", "code", "code", "nothing", ""},
		`{}`:                                                {"nothing"},
	} {
		var got bytes.Buffer
		if err := (shown[districtView]{v, fields}).write(&got); err != nil || got.String() != want {
			t.Errorf("%q shows %s (%v), want %s", fields, &got, err, want)
		}
	}
}
