package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// A commit on SQLite waits for the disk, and there is one writer. So those who wait for it while another writes join his
// transaction, one after the other, each behind a savepoint: one commit, and one wait for the disk, serves all of them. Who finds
// nobody waiting commits for everybody before him. To a closure nothing is different: it is alone in the database while it runs,
// what it did is undone when it fails, and Write returns once it is on disk. Only a statement that runs is not interrupted when
// its context ends: that would end the transaction of the others too.
const (
	mostTogether = 64                    // closures in one transaction
	longTogether = 20 * time.Millisecond // after which nobody joins any more
)

// writer is SQLite's writing connection and those who share its transaction. Its fields, but the first two, are for who has the
// turn.
type writer struct {
	turn    chan struct{} // held by the closure that runs
	waiting atomic.Int64  // how many want the turn
	pool    *pool
	conn    *sql.Conn // nil before the first write, and after the connection broke
	stmts   map[string]*sql.Stmt
	open    *shared // nil when there is no transaction
}

// shared is one transaction of several closures.
type shared struct {
	joined  int
	started time.Time
	broken  error         // it cannot be committed any more
	done    chan struct{} // closed when it is committed, or never will be
	err     error         // of the commit; read after done
}

func newWriter(p *pool) *writer { return &writer{turn: make(chan struct{}, 1), pool: p} }

// join runs fn in the writer's transaction and returns when that is committed.
func (d *DB) join(ctx context.Context, fn func(context.Context, *Tx) error) (*Tx, error) {
	w := d.shared
	w.waiting.Add(1)
	w.turn <- struct{}{} // whatever ctx says: those before may count on this one to commit
	w.waiting.Add(-1)
	s, tx, err := d.take(ctx, fn)
	if err != nil {
		return nil, err
	}
	<-s.done
	if s.err != nil {
		return nil, fmt.Errorf("commit: %w", d.named(s.err))
	}
	return tx, nil
}

// take runs fn in the open transaction, or in a new one, and gives the turn on, also when fn panics.
func (d *DB) take(ctx context.Context, fn func(context.Context, *Tx) error) (s *shared, tx *Tx, err error) {
	w, undo := d.shared, false
	defer func() {
		if undo {
			w.undo()
		}
		w.leave()
	}()
	if s, err = w.enter(ctx); err != nil {
		return nil, nil, err
	}
	undo = true
	inner := context.WithoutCancel(ctx) // which counts between statements
	tx = &Tx{ctx: inner, until: ctx, db: d, pool: d.writer, writer: w, count: counterOf(ctx)}
	if err = tx.run(inner, fn); err == nil {
		err = ctx.Err()
	}
	if err == nil && s.joined > 0 {
		err = w.exec(`release joined`)
	}
	if err != nil {
		return nil, nil, err
	}
	undo = false
	s.joined++
	return s, tx, nil
}

// enter gives the open transaction with a savepoint, or a new one.
func (w *writer) enter(ctx context.Context) (*shared, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if w.open != nil {
		return w.open, w.exec(`savepoint joined`)
	}
	if err := w.connect(ctx); err != nil {
		return nil, err
	}
	if err := w.exec(`begin immediate`); err != nil {
		w.disconnect(err)
		return nil, fmt.Errorf("begin: %w", err)
	}
	w.open = &shared{started: time.Now(), done: make(chan struct{})}
	return w.open, nil
}

func (w *writer) connect(ctx context.Context) error {
	if w.conn != nil {
		return nil
	}
	conn, err := w.pool.Conn(context.WithoutCancel(ctx))
	if err != nil {
		return fmt.Errorf("take the writing connection: %w", err)
	}
	w.conn, w.stmts = conn, map[string]*sql.Stmt{}
	return nil
}

// disconnect gives a connection up that is no use any more. Being busy is no reason.
func (w *writer) disconnect(err error) {
	if retryable(err) || w.conn == nil {
		return
	}
	for _, s := range w.stmts {
		s.Close()
	}
	w.conn.Close()
	w.conn, w.stmts = nil, nil
}

// undo takes back what the closure that has the turn did: all of the transaction, when it is the first.
func (w *writer) undo() {
	s := w.open
	if s.joined > 0 {
		w.exec(`rollback to joined`) //nolint:errcheck // then the transaction is broken, which exec keeps
		w.exec(`release joined`)     //nolint:errcheck
		return
	}
	w.open = nil
	if err := w.exec(`rollback`); err != nil {
		w.disconnect(err)
	}
}

// leave gives the turn on, after a commit when nobody is there to go on with the transaction.
func (w *writer) leave() {
	if s := w.open; s != nil && (w.waiting.Load() == 0 || s.joined >= mostTogether || s.broken != nil || time.Since(s.started) > longTogether) {
		w.end(s)
	}
	<-w.turn
}

// end commits the transaction and tells those who joined.
func (w *writer) end(s *shared) {
	s.err = s.broken
	if s.err == nil {
		s.err = w.exec(`commit`)
	}
	w.open = nil
	if s.err != nil {
		if err := w.exec(`rollback`); err != nil {
			w.disconnect(err)
		}
	}
	close(s.done)
}

// exec runs a statement that begins or ends something. When one fails inside a transaction, nobody can tell any more what in it is
// whose.
func (w *writer) exec(query string) error {
	stmt, err := w.stmt(query)
	if err == nil {
		_, err = stmt.ExecContext(context.Background())
	}
	if err != nil && w.open != nil && w.open.broken == nil {
		w.open.broken = err
	}
	return err
}

// stmt gives the kept prepared form of a text. Beyond maxStmts texts the others are forgotten.
func (w *writer) stmt(query string) (*sql.Stmt, error) {
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	if len(w.stmts) >= maxStmts {
		for _, s := range w.stmts {
			s.Close()
		}
		clear(w.stmts)
	}
	s, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	w.stmts[query] = s
	return s, nil
}

// close gives the connection back. Nobody writes any more.
func (w *writer) close() error {
	if w.conn == nil {
		return nil
	}
	var errs []error
	for _, s := range w.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}
