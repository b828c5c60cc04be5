package order

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/platform/db"
)

// MaxLimit bounds the orders of a page.
const MaxLimit = 1000

// Window bounds a time; zero for open.
type Window struct{ GT, GTE, LT, LTE time.Time }

// Query is what a list of orders asks for. Empty members ask for nothing; a list that is empty but not nil finds nothing.
type Query struct {
	Text           string // found in the number, or in the e-mail, whatever the case
	IDs            []string
	Numbers        []int64
	SinceNumber    int64 // only larger numbers
	Statuses       []Status
	Fulfillments   []FulfillmentStatus
	Payments       []PaymentStatus
	CartID         *string
	CustomerID     *string
	CustomerNumber *int64 // of a customer with an account
	Email          *string
	RegionID       *string
	Currency       *string // code, in any case
	TaxRate        *money.Rate
	Created        Window
	Updated        Window
	Canceled       Window

	Sort   Sort
	Limit  int // 0 for MaxLimit, as for what is above it
	Offset int
}

// Sort is how a list is sorted. The zero value is the newest first.
type Sort string

// The ways to sort.
const (
	NewestFirst Sort = ""
	OldestFirst Sort = "created_at"
	ByNumbers   Sort = "number" // rising
)

func (s Sort) clause() string {
	switch s {
	case OldestFirst:
		return ` order by o.created_at, o.id`
	case ByNumbers:
		return ` order by o.number`
	}
	return ` order by o.created_at desc, o.id desc`
}

// List gives orders with all that is theirs: four statements, however many they are.
func (s *Service) List(ctx context.Context, q Query) ([]Order, error) {
	f := q.filter()
	limit := q.Limit
	if limit <= 0 || limit > MaxLimit {
		limit = MaxLimit
	}
	tail := f.where() + q.Sort.clause() + fmt.Sprintf(` limit $%d offset $%d`, len(f.args)+1, len(f.args)+2)
	var out []Order
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		out, err = s.load(tx, tail, append(f.args, limit, max(q.Offset, 0))...)
		return err
	})
	return out, err
}

// Count counts what List would give without Limit and Offset: a statement.
func (s *Service) Count(ctx context.Context, q Query) (int64, error) {
	f := q.filter()
	var n int64
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select count(*) from orders o `+f.where(), f.args...).Scan(&n)
	})
	return n, err
}

func (q Query) filter() *filter {
	f := new(filter)
	if q.Text != "" {
		pattern := storable(`%` + escape.Replace(strings.TrimSpace(q.Text)) + `%`)
		f.add(`(cast(o.number as text) like ? escape '\' or lower(o.email) like lower(?) escape '\')`, pattern, pattern)
	}
	if q.SinceNumber > 0 {
		f.add(`o.number > ?`, q.SinceNumber)
	}
	in(f, `o.id in `, q.IDs, storable)
	in(f, `o.number in `, q.Numbers, anything)
	in(f, `o.status in `, q.Statuses, word)
	in(f, `o.fulfillment_status in `, q.Fulfillments, word)
	in(f, `o.payment_status in `, q.Payments, word)
	for _, c := range []struct {
		column string
		value  *string
	}{
		{`o.cart_id`, q.CartID}, {`o.customer_id`, q.CustomerID}, {`o.email`, lower(q.Email)}, {`o.region_id`, q.RegionID},
		{`o.currency_code`, lower(q.Currency)},
	} {
		if c.value != nil {
			f.add(c.column+` = ?`, storable(*c.value))
		}
	}
	if q.CustomerNumber != nil {
		f.add(`o.customer_id in (select id from customers where number = ? and has_account = 1)`, *q.CustomerNumber)
	}
	if q.TaxRate != nil {
		f.add(`o.tax_rate = ?`, int64(*q.TaxRate))
	}
	f.window(`o.created_at`, q.Created)
	f.window(`o.updated_at`, q.Updated)
	f.window(`o.canceled_at`, q.Canceled)
	return f
}

func lower(s *string) *string {
	if s == nil {
		return nil
	}
	folded := fold(*s)
	return &folded
}

// escape makes a text one that a pattern finds as it is.
var escape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// filter builds the condition of a list. Conditions mark each of their values with a ?.
type filter struct {
	conds []string
	args  []any
}

func (f *filter) add(cond string, args ...any) {
	for _, arg := range args {
		f.args = append(f.args, arg)
		cond = strings.Replace(cond, "?", fmt.Sprintf("$%d", len(f.args)), 1)
	}
	f.conds = append(f.conds, cond)
}

// window asks that a time is within bounds.
func (f *filter) window(column string, w Window) {
	for _, b := range []struct {
		is string
		at time.Time
	}{{` > ?`, w.GT}, {` >= ?`, w.GTE}, {` < ?`, w.LT}, {` <= ?`, w.LTE}} {
		if !b.at.IsZero() {
			f.add(column+b.is, db.Millis(b.at))
		}
	}
}

func (f *filter) where() string {
	if len(f.conds) == 0 {
		return ""
	}
	return `where ` + strings.Join(f.conds, ` and `)
}

// in asks that a column has one of the values, for a text as "o.id in "; of no values, none. Nil asks for nothing.
func in[T any](f *filter, columnIn string, values []T, arg func(T) any) {
	switch {
	case values == nil:
		return
	case len(values) == 0:
		f.conds = append(f.conds, `1 = 0`)
		return
	}
	f.conds = append(f.conds, columnIn+db.In(len(f.args)+1, len(values)))
	for _, v := range values {
		f.args = append(f.args, arg(v))
	}
}

func anything(n int64) any    { return n }
func word[T ~string](v T) any { return storable(string(v)) }

// storable gives a text to look for. One that no row can hold becomes NULL, which is equal to nothing.
func storable(s string) any {
	if !db.Storable(s) {
		return nil
	}
	return s
}
