package browse

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/platform/db"
)

// filter collects the conditions of a statement. Conditions mark each of their values with a ?.
type filter struct {
	conds []string
	args  []any
}

// bind puts values in: it gives the text with placeholders for its question marks.
func (f *filter) bind(text string, args ...any) string {
	if len(args) == 0 {
		return text
	}
	var b strings.Builder
	for _, arg := range args {
		before, after, _ := strings.Cut(text, "?")
		f.args = append(f.args, arg)
		b.WriteString(before)
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(len(f.args)))
		text = after
	}
	b.WriteString(text)
	return b.String()
}

func (f *filter) add(cond string, args ...any) { f.conds = append(f.conds, f.bind(cond, args...)) }

// list gives a list of values for "in". There is one at least. It is filled up to a power of two with the last one, so that a
// few texts do for lists of any length.
func (f *filter) list(values []any) string {
	size := 1
	for size < len(values) {
		size *= 2
	}
	from := len(f.args) + 1
	f.args = append(f.args, values...)
	for range size - len(values) {
		f.args = append(f.args, values[len(values)-1])
	}
	return db.In(from, size)
}

// in asks that a column has one of the values, if the list is one: of an empty list, none.
func (f *filter) in(column string, values []any) {
	switch len(values) {
	case 0:
		f.nothing()
	case 1:
		f.add(column+` = ?`, values[0])
	default:
		f.conds = append(f.conds, column+` in `+f.list(values))
	}
}

// nothing makes it find nothing.
func (f *filter) nothing() { f.conds = append(f.conds, `1 = 0`) }

func (f *filter) window(column string, w Window) {
	for _, b := range []struct {
		is string
		at time.Time
	}{{` > ?`, w.GT}, {` >= ?`, w.GTE}, {` < ?`, w.LT}, {` <= ?`, w.LTE}} {
		if !b.at.IsZero() {
			f.add(column+b.is, b.at.UnixMilli())
		}
	}
}

func (f *filter) bounds(column string, r Range) {
	for _, b := range []struct {
		is string
		n  *int64
	}{{` = ?`, r.EQ}, {` > ?`, r.GT}, {` >= ?`, r.GTE}, {` < ?`, r.LT}, {` <= ?`, r.LTE}} {
		if b.n != nil {
			f.add(column+b.is, *b.n)
		}
	}
}

// text asks of a column what a TextFilter says. Both engines' LIKE differ in case, so parts are compared without it.
func (f *filter) text(column string, t TextFilter) {
	if t.In != nil {
		f.in(column, texts(t.In))
	}
	for _, b := range []struct {
		is string
		s  *string
	}{{` < ?`, t.LT}, {` > ?`, t.GT}, {` <= ?`, t.LTE}, {` >= ?`, t.GTE}} {
		if b.s != nil {
			f.add(column+b.is, storable(*b.s))
		}
	}
	if t.Contains != nil && *t.Contains != "" {
		f.add(`replace(`+column+`, ?, '') <> `+column, storable(*t.Contains))
	}
	if s := t.StartsWith; s != nil && *s != "" {
		f.add(`substr(`+column+`, 1, ?) = ?`, len([]rune(*s)), storable(*s))
	}
	if s := t.EndsWith; s != nil && *s != "" {
		n := len([]rune(*s))
		f.add(`length(`+column+`) >= ? and substr(`+column+`, length(`+column+`) - ? + 1) = ?`, n, n, storable(*s))
	}
}

// like asks that one of the columns has the text in it, whatever the case.
func (f *filter) like(q string, columns ...string) {
	pattern := likePattern(q)
	conds := make([]string, len(columns))
	for i, c := range columns {
		conds[i] = f.bind(`lower(`+c+`) like lower(?) escape '\'`, pattern)
	}
	f.conds = append(f.conds, `(`+strings.Join(conds, ` or `)+`)`)
}

// likePattern gives the pattern of texts that have q in them.
func likePattern(q string) any {
	if !db.Storable(q) {
		return nil
	}
	return `%` + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q) + `%`
}

func (f *filter) where() string {
	if len(f.conds) == 0 {
		return ""
	}
	return ` where ` + strings.Join(f.conds, ` and `)
}

// storable gives a text to look for. One that no row can hold becomes NULL, which is equal to nothing.
func storable(s string) any {
	if !db.Storable(s) {
		return nil
	}
	return s
}

func texts(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = storable(v)
	}
	return out
}

// page gives the limit and the offset of a statement.
func (f *filter) page(limit, offset, most int) string {
	if limit <= 0 || limit > most {
		limit = most
	}
	if offset <= 0 {
		return f.bind(` limit ?`, limit)
	}
	return f.bind(` limit ? offset ?`, limit, offset)
}

// direction gives the words for an order.
func direction(asc bool) string {
	if asc {
		return ` asc`
	}
	return ` desc`
}

// orderOf gives the order of a small table whose columns are known: by a column, then by id.
func orderOf(o Order, alias string, columns ...string) (string, error) {
	by := o.By
	if by == "" {
		by = "created_at"
	}
	for _, c := range columns {
		if c == by {
			return fmt.Sprintf(` order by %[1]s.%[2]s%[3]s, %[1]s.id%[3]s`, alias, by, direction(o.Asc)), nil
		}
	}
	return "", fmt.Errorf("browse: no order by %q", o.By)
}
