package browse

import (
	"encoding/json"
	"fmt"
	"time"

	"kaidian/internal/platform/db"
)

// cells reads rows of which there are many. Each column is taken as the driver has it, into places that serve every row:
// no conversion by database/sql, no Null types, and texts are not copied again. The members are called once for each
// column, in order.
type cells struct {
	values []any
	dest   []any
	at     int
	err    error // of the first column that is not what it must be
}

func newCells(columns int) *cells {
	c := &cells{values: make([]any, columns), dest: make([]any, columns)}
	for i := range c.values {
		c.dest[i] = &c.values[i]
	}
	return c
}

func (c *cells) read(row db.Scanner) error {
	c.at = 0
	return row.Scan(c.dest...)
}

func (c *cells) next() any {
	v := c.values[c.at]
	c.at++
	return v
}

func (c *cells) skip(columns int) { c.at += columns }

// null tells whether the next column is NULL, and stays before it.
func (c *cells) null() bool { return c.values[c.at] == nil }

func (c *cells) wrong(v any) {
	if c.err == nil {
		c.err = fmt.Errorf("column %d is a %T", c.at, v)
	}
}

// text gives a text, "" for NULL.
func (c *cells) text() string {
	switch v := c.next().(type) {
	case string:
		return v
	case nil:
		return ""
	default:
		c.wrong(v)
		return ""
	}
}

func (c *cells) textOrNil() *string {
	if c.null() {
		c.at++
		return nil
	}
	s := c.text()
	return &s
}

// number gives an integer, 0 for NULL.
func (c *cells) number() int64 {
	switch v := c.next().(type) {
	case int64:
		return v
	case nil:
		return 0
	default:
		c.wrong(v)
		return 0
	}
}

func (c *cells) numberOrNil() *int64 {
	if c.null() {
		c.at++
		return nil
	}
	n := c.number()
	return &n
}

func (c *cells) flag() bool { return c.number() != 0 }

func (c *cells) moment() time.Time { return time.UnixMilli(c.number()).UTC() }

func (c *cells) raw() json.RawMessage {
	if c.null() {
		c.at++
		return nil
	}
	return json.RawMessage(c.text())
}

// readAll reads the rows of a query about many keys into one slice, which is made for about as many as there will be: the rows
// are large, and to let it grow would copy them again and again.
func readAll[T any](tx *db.Tx, about int, scan func(db.Scanner) (T, error), query string, keys []string, args ...any) ([]T, error) {
	out := make([]T, 0, about)
	_, err := db.AllIn(tx, func(row db.Scanner) (struct{}, error) {
		v, err := scan(row)
		out = append(out, v)
		return struct{}{}, err
	}, query, keys, args...)
	return out, err
}

// grouped hands the rows out to n owners, whose places owners has, in the order of the rows. Rows that stand together by owner, as
// SQLite gives them, stay where they are; others are copied.
func grouped[T any](rows []T, owners []int, n int) [][]T {
	out := make([][]T, n)
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && owners[to] == owners[from] {
			to++
		}
		if out[owners[from]] != nil {
			return scattered(rows, owners, n)
		}
		out[owners[from]] = rows[from:to:to]
		from = to
	}
	return out
}

func scattered[T any](rows []T, owners []int, n int) [][]T {
	ends := make([]int, n+1)
	for _, o := range owners {
		ends[o+1]++
	}
	for i := range n {
		ends[i+1] += ends[i]
	}
	all, out := make([]T, len(rows)), make([][]T, n)
	for i := range out {
		out[i] = all[ends[i]:ends[i]:ends[i+1]]
	}
	for i, o := range owners {
		out[o] = append(out[o], rows[i])
	}
	return out
}
