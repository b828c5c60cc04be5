package fill

import (
	"strconv"
	"strings"

	"kaidian/internal/platform/db"
)

// maxValues bounds the values of one statement; SQLite takes 32,766.
const maxValues = 8000

// table collects rows of one table and inserts many with one statement.
type table struct {
	into string // "products (id, title, weight)"
	row  string // "(?, ?, null)": what each row has, ? for what is given
	n    int    // values of a row
	args []any
	text map[int]string // statements by their number of rows
}

func newTable(into, row string) *table {
	return &table{into: into, row: row, n: strings.Count(row, "?"), text: map[int]string{}}
}

func (t *table) add(values ...any) {
	if len(values) != t.n {
		panic("fill: " + t.into + " takes " + strconv.Itoa(t.n) + " values")
	}
	t.args = append(t.args, values...)
}

// flush inserts what was added, in statements of 2^n rows: few texts, which stay prepared.
func (t *table) flush(tx *db.Tx) error {
	size := 1
	for size*2*t.n <= maxValues {
		size *= 2
	}
	for args := t.args; len(args) > 0; {
		for size*t.n > len(args) {
			size /= 2
		}
		if _, err := tx.Exec(t.statement(size, tx.Dialect()), args[:size*t.n]...); err != nil {
			return err
		}
		args = args[size*t.n:]
	}
	return nil
}

func (t *table) reset() { t.args = t.args[:0] }

// statement gives the text for so many rows. To SQLite "$1" is a name, and it looks through all of them for each: with
// thousands that is what a statement would spend its time with, so there a value is a plain "?".
func (t *table) statement(rows int, dialect db.Dialect) string {
	if s, ok := t.text[rows]; ok {
		return s
	}
	var b strings.Builder
	b.WriteString("insert into " + t.into + " values ")
	n := 0 // values so far
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		for _, part := range strings.SplitAfter(t.row, "?") {
			text, given := strings.CutSuffix(part, "?")
			b.WriteString(text)
			switch {
			case !given:
			case dialect == db.SQLite:
				b.WriteByte('?')
			default:
				n++
				b.WriteString("$" + strconv.Itoa(n))
			}
		}
	}
	t.text[rows] = b.String()
	return b.String()
}
