package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/platform/fault"
)

// Tx is what a closure runs statements on. It must not outlive its closure.
type Tx struct {
	ctx    context.Context
	until  context.Context // counts between statements; nil when ctx does
	db     *DB
	pool   *pool
	tx     *sql.Tx // when writing on PostgreSQL
	writer *writer // when writing on SQLite
	count  *Counter
	last   []func() error // what is written before the commit
	lots   map[any]any    // what Gather has, by its key
	after  []func()
}

type ctxKey int

const (
	writing ctxKey = iota
	counting
)

// attempts bounds how often Write runs a closure that the engine keeps refusing.
const attempts = 12

// ErrBusy says that the database refused a transaction again and again because of others.
var ErrBusy = fault.New(fault.Conflict, "db.busy", "The request conflicts with others in flight; try it again")

// Read runs fn. Each of its statements sees what was committed when that statement started.
func (d *DB) Read(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return fn(ctx, &Tx{ctx: ctx, db: d, pool: d.reader, count: counterOf(ctx)})
}

// Write runs fn in a transaction and commits it when fn returns nil. fn may run again, so it must change nothing but
// the database. A Write inside a Write is a bug and panics.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if ctx.Value(writing) != nil {
		panic("db: Write inside Write")
	}
	inner := context.WithValue(ctx, writing, true)
	var err error
	for n := range attempts {
		var tx *Tx
		if tx, err = d.once(inner, fn); err == nil {
			for _, f := range tx.after {
				f()
			}
			return nil
		}
		if !retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(rand.N(time.Duration(n+1) * 5 * time.Millisecond)):
		}
	}
	return ErrBusy.Wrap(err)
}

func (d *DB) once(ctx context.Context, fn func(context.Context, *Tx) error) (*Tx, error) {
	if d.shared != nil {
		return d.join(ctx, fn)
	}
	stx, err := d.writer.BeginTx(ctx, &sql.TxOptions{Isolation: d.isolation})
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer stx.Rollback() // does nothing after a commit
	tx := &Tx{ctx: ctx, db: d, pool: d.writer, tx: stx, count: counterOf(ctx)}
	if err := tx.run(ctx, fn); err != nil {
		return nil, err
	}
	if err := stx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", d.named(err))
	}
	return tx, nil
}

// run runs fn and writes what it has gathered.
func (tx *Tx) run(ctx context.Context, fn func(context.Context, *Tx) error) error {
	if err := fn(ctx, tx); err != nil {
		return err
	}
	for i := 0; i < len(tx.last); i++ { // what is written may gather more
		if err := tx.last[i](); err != nil {
			return err
		}
	}
	return nil
}

// Gather keeps something that a transaction writes together with others like it, in their order, by one call of write after its
// closure has returned nil. The first of a key says how.
func Gather[T any](tx *Tx, key any, item T, write func([]T) error) {
	if lot, ok := tx.lots[key].(*[]T); ok {
		*lot = append(*lot, item)
		return
	}
	if tx.lots == nil {
		tx.lots = map[any]any{}
	}
	lot := &[]T{item}
	tx.lots[key] = lot
	tx.last = append(tx.last, func() error {
		delete(tx.lots, key)
		return write(*lot)
	})
}

// AfterCommit has f run once the transaction is committed, before Write returns. It is for dropping what is cached
// and for waking workers, never for work that must not be lost.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// Dialect tells the engine.
func (tx *Tx) Dialect() Dialect { return tx.db.dialect }

// Writing tells whether tx is a Write's.
func (tx *Tx) Writing() bool { return tx.tx != nil || tx.writer != nil }

// errReading says that a closure of Read wants to write. SQLite would refuse it too; PostgreSQL would not.
var errReading = errors.New("db: Exec inside Read")

// Exec runs a statement and tells how many rows it touched.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	if !tx.Writing() {
		return 0, errReading
	}
	var res sql.Result
	stmt, err := tx.prepare(query, args)
	switch {
	case err != nil:
	case stmt != nil:
		res, err = stmt.ExecContext(tx.ctx, args...)
	default:
		res, err = tx.tx.ExecContext(tx.ctx, query, args...)
	}
	if err != nil {
		return 0, tx.db.named(err)
	}
	return res.RowsAffected()
}

// Query runs a statement that gives rows. The caller closes them before the next statement.
func (tx *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	var rows *sql.Rows
	stmt, err := tx.prepare(query, args)
	switch {
	case err != nil:
	case stmt != nil:
		rows, err = stmt.QueryContext(tx.ctx, args...)
	case tx.tx != nil:
		rows, err = tx.tx.QueryContext(tx.ctx, query, args...)
	default:
		rows, err = tx.pool.QueryContext(tx.ctx, query, args...)
	}
	if err != nil {
		return nil, tx.db.named(err)
	}
	return rows, nil
}

// Row is the result of QueryRow.
type Row struct {
	db  *DB
	row *sql.Row
	err error
}

// Scan reads the row's columns, or returns ErrNoRows.
func (r Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	return r.db.named(r.row.Scan(dest...))
}

// QueryRow runs a statement that gives one row at most.
func (tx *Tx) QueryRow(query string, args ...any) Row {
	stmt, err := tx.prepare(query, args)
	switch {
	case err != nil:
		return Row{err: err}
	case stmt != nil:
		return Row{db: tx.db, row: stmt.QueryRowContext(tx.ctx, args...)}
	case tx.tx != nil:
		return Row{db: tx.db, row: tx.tx.QueryRowContext(tx.ctx, query, args...)}
	default:
		return Row{db: tx.db, row: tx.pool.QueryRowContext(tx.ctx, query, args...)}
	}
}

// prepare counts a statement, looks at its arguments and gives its kept prepared form, or nil when there is none.
func (tx *Tx) prepare(query string, args []any) (*sql.Stmt, error) {
	tx.count.add()
	if !storable(args) {
		return nil, ErrText
	}
	if tx.until != nil && tx.until.Err() != nil {
		return nil, tx.until.Err()
	}
	switch {
	case tx.writer != nil:
		return tx.writer.stmt(query)
	case tx.pool.prepare:
		return tx.pool.stmt(tx.ctx, query)
	}
	return nil, nil
}

// All runs a query and scans every row with scan.
func All[T any](tx *Tx, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, tx.db.named(rows.Err())
}

// Scanner is a row: of Query or of QueryRow.
type Scanner interface{ Scan(dest ...any) error }

// Text scans a row of one column: a text, not null.
func Text(row Scanner) (s string, err error) {
	err = row.Scan(&s)
	return s, err
}

// In gives the placeholders of an IN list of n values, one or more, that start at $from: "($3,$4,$5)".
func In(from, n int) string {
	var b strings.Builder
	b.WriteByte('(')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(from + i))
	}
	b.WriteByte(')')
	return b.String()
}

// Args turns values of one type into arguments, after those given first.
func Args[T any](values []T, first ...any) []any {
	for _, v := range values {
		first = append(first, v)
	}
	return first
}
