package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"kaidian/internal/platform/db"
)

// Finding is something that is not as it must be.
type Finding struct {
	Rule    string // what was looked at: "order.lines"
	Table   string
	ID      string // of the row; where rows have no id, what tells them apart
	Problem string // one line with both figures
}

// Report says what a check came to.
type Report struct {
	Tables   []Count // what was looked at, in the order of a sale
	Findings int64
}

// Count is how many rows a table has.
type Count struct {
	Table string
	Rows  int64
}

// Options says how to check.
type Options struct {
	Now   time.Time           // zero for the machine's
	Found func(Finding) error // gets each finding as it is found; its error ends the check. Nil only counts
}

// tables are those that are counted.
var tables = []string{"carts", "checkout_attempts", "orders", "order_lines", "order_shipping_methods", "payments", "discounts",
	"gift_cards", "gift_card_transactions", "promotion_claims", "stock_levels", "stock_movements", "stock_reservations", "prices"}

// books is one check: all of a shop at one moment.
type books struct {
	ctx    context.Context
	tx     *sql.Tx
	engine db.Dialect
	o      Options
	report Report
}

// Check looks at every rule. It takes no lock that a sale waits for. Its error says that the check itself could not be done.
func Check(ctx context.Context, d *db.DB, o Options) (Report, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	if o.Found == nil {
		o.Found = func(Finding) error { return nil }
	}
	// A reading transaction is a snapshot on both engines: SQLite's begins without the lock that its writers take.
	tx, err := d.SQL().BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return Report{}, fmt.Errorf("begin to read: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // it has only read
	return check(&books{ctx: ctx, tx: tx, engine: d.Dialect(), o: o})
}

func check(b *books) (Report, error) {
	for _, look := range []func() error{b.count, b.plain, b.orderLines, b.discountUses, b.references, b.foreignKeys} {
		if err := look(); err != nil {
			return b.report, err
		}
	}
	return b.report, nil
}

func (b *books) count() error {
	for _, table := range tables {
		c := Count{Table: table}
		if err := b.tx.QueryRowContext(b.ctx, `select count(*) from `+table).Scan(&c.Rows); err != nil {
			return fmt.Errorf("count %s: %w", table, err)
		}
		b.report.Tables = append(b.report.Tables, c)
	}
	return nil
}

// found hands a finding over.
func (b *books) found(rule, table, id, problem string) error {
	b.report.Findings++
	return b.o.Found(Finding{Rule: rule, Table: table, ID: id, Problem: problem})
}

// each calls do for every row of a query, one at a time.
func (b *books) each(rule, query string, args []any, do func(row db.Scanner) error) error {
	rows, err := b.tx.QueryContext(b.ctx, query, args...)
	if err != nil {
		return fmt.Errorf("look at %s: %w", rule, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			return fmt.Errorf("look at %s: %w", rule, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("look at %s: %w", rule, err)
	}
	return nil
}

// rule is a rule that a query can tell: it gives a row for each that breaks it.
type rule struct {
	name  string
	table string
	// query gives the id, and then the values that says has a place for.
	query string
	says  string
}

// plain looks at the rules that a query can tell.
func (b *books) plain() error {
	grace := b.o.Now.Add(-orphaned).UnixMilli()
	for _, r := range append(append(append(orderRules(), moneyRules(grace)...), stockRules()...), cartRules()...) {
		if err := b.look(r); err != nil {
			return err
		}
	}
	return nil
}

func (b *books) look(r rule) error {
	return b.each(r.name, r.query, nil, func(row db.Scanner) error {
		id, values, err := texts(row.(*sql.Rows))
		if err != nil {
			return err
		}
		return b.found(r.name, r.table, id, fmt.Sprintf(r.says, values...))
	})
}

// texts reads the columns of a row as texts: the first, and the others.
func texts(row *sql.Rows) (string, []any, error) {
	columns, err := row.Columns()
	if err != nil {
		return "", nil, err
	}
	all, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range all {
		into[i] = &all[i]
	}
	if err := row.Scan(into...); err != nil {
		return "", nil, err
	}
	values := make([]any, len(all)-1)
	for i, v := range all[1:] {
		values[i] = v.String
		if !v.Valid {
			values[i] = "nothing"
		}
	}
	return all[0].String, values, nil
}
