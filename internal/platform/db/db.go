package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the "sqlite" driver
)

// Dialect names an engine.
type Dialect string

// The engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// ErrNoRows is what Row.Scan returns when there is none.
var ErrNoRows = sql.ErrNoRows

// Options tunes a database. The zero value is right for a server.
type Options struct {
	// Readers is the size of SQLite's pool of reading connections; 0 means one per core, four at least.
	Readers int
	// MaxConns is the size of PostgreSQL's pool; 0 means 8 per core, 16 at least.
	MaxConns int
	// NoSync lets SQLite acknowledge a commit before it is on disk. Only tests that kill nothing set it.
	NoSync bool
	// Isolation is the level of PostgreSQL's writing transactions; 0 means read committed.
	Isolation sql.IsolationLevel
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	dialect   Dialect
	url       string
	isolation sql.IsolationLevel
	writer    *pool
	reader    *pool   // the same pool as writer on PostgreSQL
	shared    *writer // the writing connection of SQLite; nil on PostgreSQL
}

// pool is a database/sql pool with the prepared statements that SQLite wants kept; pgx keeps its own.
type pool struct {
	*sql.DB
	prepare bool
	stmts   sync.Map // SQL text → *sql.Stmt
	kept    atomic.Int64
}

// maxStmts bounds the kept statements of a pool; texts beyond it run unprepared.
const maxStmts = 512

// Open opens a database: "postgres://…" or "postgresql://…" is PostgreSQL, anything else is the path of a SQLite
// file, which is made with its folder, for its owner alone, when absent.
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	if DialectOf(dsn) == Postgres {
		return openPostgres(ctx, dsn, o)
	}
	return openSQLite(ctx, dsn, o)
}

// DialectOf tells which engine a database is of.
func DialectOf(dsn string) Dialect {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return Postgres
	}
	return SQLite
}

func openSQLite(ctx context.Context, path string, o Options) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("make the database's folder: %w", err)
	}
	if err := touch(path); err != nil { // SQLite would let everybody read a new one
		return nil, fmt.Errorf("make the database's file: %w", err)
	}
	sync := "FULL"
	if o.NoSync {
		sync = "OFF"
	}
	common := []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(" + sync + ")", "foreign_keys(1)", "temp_store(MEMORY)"}
	writer, err := openPool("sqlite", sqliteDSN(path, common, "immediate"), 2, false)
	if err != nil {
		return nil, err
	}
	if err := writer.PingContext(ctx); err != nil {
		writer.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	readers := o.Readers
	if readers == 0 {
		readers = max(4, runtime.GOMAXPROCS(0))
	}
	reader, err := openPool("sqlite", sqliteDSN(path, append(common, "query_only(1)"), "deferred"), readers, true)
	if err != nil {
		writer.Close()
		return nil, err
	}
	return &DB{dialect: SQLite, url: path, writer: writer, reader: reader, shared: newWriter(writer)}, nil
}

func sqliteDSN(path string, pragmas []string, lock string) string {
	q := url.Values{"_pragma": pragmas, "_txlock": {lock}}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func openPool(driver, dsn string, size int, prepare bool) (*pool, error) {
	d, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	d.SetMaxOpenConns(size)
	d.SetMaxIdleConns(size)
	return &pool{DB: d, prepare: prepare}, nil
}

func openPostgres(ctx context.Context, dsn string, o Options) (*DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("the database's URL is not understood (is it postgres://user:password@host:port/name?)")
	}
	size := o.MaxConns
	if size == 0 {
		size = max(16, 8*runtime.GOMAXPROCS(0))
	}
	d := stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(noJIT))
	d.SetMaxOpenConns(size)
	d.SetMaxIdleConns(size)
	d.SetConnMaxIdleTime(5 * time.Minute)
	if err := d.PingContext(ctx); err != nil {
		d.Close()
		return nil, fmt.Errorf("reach PostgreSQL at %s:%d, database %q: %w", cfg.Host, cfg.Port, cfg.Database, err)
	}
	p := &pool{DB: d}
	return &DB{dialect: Postgres, url: dsn, isolation: o.Isolation, writer: p, reader: p}, nil
}

// noJIT keeps PostgreSQL from compiling a shop's statements, all of which are shorter than the tenth of a second that this
// takes. A server that knows no such setting does not compile.
func noJIT(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `set jit = off`)
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

// Dialect tells the engine.
func (d *DB) Dialect() Dialect { return d.dialect }

// SQL gives the writing pool, for libraries that bring their own statements: migrations and the job queue.
func (d *DB) SQL() *sql.DB { return d.writer.DB }

// Stats gives the figures of the pools by name.
func (d *DB) Stats() map[string]sql.DBStats {
	if d.reader == d.writer {
		return map[string]sql.DBStats{"main": d.writer.Stats()}
	}
	return map[string]sql.DBStats{"writer": d.writer.Stats(), "reader": d.reader.Stats()}
}

// Close closes the pools. Statements still running fail.
func (d *DB) Close() error {
	var err error
	if d.shared != nil {
		err = d.shared.close()
	}
	err = errors.Join(err, d.reader.Close())
	if d.writer != d.reader {
		if werr := d.writer.Close(); err == nil {
			err = werr
		}
	}
	return err
}

// stmt gives the kept prepared statement of a text, or nil when the text should run as it is.
func (p *pool) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if !p.prepare {
		return nil, nil
	}
	if s, ok := p.stmts.Load(query); ok {
		return s.(*sql.Stmt), nil
	}
	if p.kept.Load() >= maxStmts {
		return nil, nil
	}
	s, err := p.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if other, loaded := p.stmts.LoadOrStore(query, s); loaded {
		s.Close()
		return other.(*sql.Stmt), nil
	}
	p.kept.Add(1)
	return s, nil
}

// Millis turns a time into what the database keeps; the zero time becomes nil, which is NULL.
func Millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// Time turns what the database keeps into a time; NULL becomes the zero time.
func Time(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}

// Flag is how the database keeps a truth: as 1 or 0.
func Flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
