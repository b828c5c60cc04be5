package transfer

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// readAll reads every row, with "!" and the reason for those that could not be read.
func readAll(t testing.TB, text, encoding string) (rows [][]string, lines []int) {
	t.Helper()
	r, err := newRecords(strings.NewReader(text), encoding)
	if err != nil {
		t.Fatal(err)
	}
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return rows, lines
		}
		if err != nil {
			t.Fatal(err)
		}
		if rec.Err != nil {
			rec.Fields = []string{"!", rec.Err.Error(), rec.Fields[0]}
		}
		rows, lines = append(rows, rec.Fields), append(lines, rec.Line)
	}
}

func TestRecords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text  string
		rows  [][]string
		lines []int
	}{
		"plain":        {"a,b\nc,d\n", [][]string{{"a", "b"}, {"c", "d"}}, []int{1, 2}},
		"no last line": {"a,b\r\nc,d", [][]string{{"a", "b"}, {"c", "d"}}, []int{1, 2}},
		"mark":         {"\ufeffa\nb\n", [][]string{{"a"}, {"b"}}, []int{1, 2}},
		"quoted lines": {"a,\"b\nc \"\"d\"\"\"\ne,f\n", [][]string{{"a", "b\nc \"d\""}, {"e", "f"}}, []int{1, 3}},
		"empty lines":  {"a\n\n\nb\n", [][]string{{"a"}, {"b"}}, []int{1, 4}},
		"bare quote": {"a,b\"c\"d,e\nf,g\n", [][]string{
			{"!", `the row is not CSV: bare " in non-quoted-field`, `a,b"c"d,e`}, {"f", "g"}}, []int{1, 2}},
		"unclosed quote": {"a,\"b\nc,d\ne,f\n", [][]string{
			{"!", errUnclosed.Error(), `a,"b`}, {"c", "d"}, {"e", "f"}}, []int{1, 2, 3}},
		"not UTF-8": {"a,\xff\nb\n", [][]string{
			{"!", "the text is not UTF-8; save the file as UTF-8, or say --encoding gb18030", "a,\ufffd"}, {"b"}}, []int{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, lines := readAll(t, c.text, "")
			if diff := cmp.Diff(c.rows, rows); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.lines, lines); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRecordsOfChineseSpreadsheets(t *testing.T) {
	t.Parallel()
	text, err := simplifiedchinese.GB18030.NewEncoder().String("猫粮,价格\n")
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := readAll(t, text, "gb18030")
	if diff := cmp.Diff([][]string{{"猫粮", "价格"}}, rows); diff != "" {
		t.Error(diff)
	}
}

// An unclosed quote in a large file costs its row, and no more memory than a record may have.
func TestRecordsAfterAnUnclosedQuote(t *testing.T) {
	t.Parallel()
	const n = 200_000
	text := "a,\"b\n" + strings.Repeat("0123456789,0123456789,0123456789\n", n)
	rows, lines := readAll(t, text, "")
	if len(rows) != n+1 || rows[0][0] != "!" || lines[n] != n+1 {
		t.Fatalf("%d rows, the first %q, the last at line %d", len(rows), rows[0], lines[len(lines)-1])
	}
}

// What encoding/csv reads whole is read the same here, row by row.
func FuzzRecords(f *testing.F) {
	for _, s := range []string{"a,b\nc", "\"a\nb\",c\r\n\"\"\"\"", "a\"b\nc", "\"", "\r", "a,\"b\"c\n", "\ufeff\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, _ := readAll(t, text, "")
		c := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
		c.FieldsPerRecord = -1
		want, err := c.ReadAll()
		if err != nil || strings.ContainsAny(text, "\x00\ufffd") {
			return
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Error(diff)
		}
	})
}
