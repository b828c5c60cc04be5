package db

import (
	"strconv"
	"strings"
)

// Many rows or keys go in portions of these sizes at most. Portions are powers of two, or of a few rows, so that a few texts do
// for any number and stay prepared.
const (
	fewRows  = 8
	mostRows = 256
	mostArgs = 16_000 // SQLite takes 32,766 in a statement
	mostKeys = 256
)

// Insert runs an insert of many rows, each with a value for each column, in as few statements as they fit into. The text
// is "<head> values (…),(…) <tail>".
func (tx *Tx) Insert(head string, rows [][]any, tail string) error {
	return tx.portions(head, rows, tail, func(query string, args []any) error {
		_, err := tx.Exec(query, args...)
		return err
	})
}

// Inserted is Insert for a tail that returns rows. They come in no certain order.
func Inserted[T any](tx *Tx, scan func(Scanner) (T, error), head string, rows [][]any, tail string) ([]T, error) {
	var out []T
	err := tx.portions(head, rows, tail, func(query string, args []any) error {
		some, err := All(tx, scan, query, args...)
		out = append(out, some...)
		return err
	})
	return out, err
}

func (tx *Tx) portions(head string, rows [][]any, tail string, run func(query string, args []any) error) error {
	for len(rows) > 0 {
		columns := len(rows[0])
		n := min(len(rows), mostRows, max(1, mostArgs/columns))
		if n > fewRows {
			n = floorPower(n)
		}
		args := make([]any, 0, n*columns)
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		if err := run(head+` values `+tuples(tx.Dialect(), n, columns)+` `+tail, args); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// tuples gives the placeholders of n rows: "($1,$2),($3,$4)". SQLite takes a $1 for a name, and finds a statement's names one
// after the other, each time from the first; there they are "?".
func tuples(d Dialect, n, columns int) string {
	var b strings.Builder
	for i := range n * columns {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%columns == 0:
			b.WriteString("),(")
		default:
			b.WriteByte(',')
		}
		if d == SQLite {
			b.WriteByte('?')
			continue
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	return b.String()
}

// AllIn runs a query about many keys and scans every row. The word {keys} in the text becomes the list of keys; args are
// $1 and so on. Of many keys it asks in portions, so an order by holds within a portion only. Of none it asks nothing.
func AllIn[T any](tx *Tx, scan func(Scanner) (T, error), query string, keys []string, args ...any) ([]T, error) {
	var out []T
	err := keyed(query, keys, args, func(query string, args []any) error {
		some, err := All(tx, scan, query, args...)
		out = append(out, some...)
		return err
	})
	return out, err
}

// ExecIn runs a statement about many keys, as AllIn does, and tells how many rows it touched.
func (tx *Tx) ExecIn(query string, keys []string, args ...any) (int64, error) {
	var done int64
	err := keyed(query, keys, args, func(query string, args []any) error {
		n, err := tx.Exec(query, args...)
		done += n
		return err
	})
	return done, err
}

func keyed(query string, keys []string, args []any, run func(query string, args []any) error) error {
	for len(keys) > 0 {
		n := min(len(keys), mostKeys)
		size := ceilPower(n)
		all := append(make([]any, 0, len(args)+size), args...)
		for i := range size {
			all = append(all, keys[min(i, n-1)]) // the last one again: a list says the same with it twice
		}
		if err := run(strings.ReplaceAll(query, `{keys}`, In(len(args)+1, size)), all); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// floorPower gives the largest power of two that is not above n, which is 1 at least.
func floorPower(n int) int {
	p := 1
	for p*2 <= n {
		p *= 2
	}
	return p
}

// ceilPower gives the smallest power of two that is not below n.
func ceilPower(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}
