package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

// Insert puts a job in the queue, in the caller's transaction. The payload must marshal to JSON. The job starts
// after the commit, not before at; the zero time means at once.
func (q *Queue) Insert(ctx context.Context, tx *db.Tx, kind string, payload any, at time.Time) error {
	return q.InsertAll(ctx, tx, kind, []any{payload}, at)
}

// InsertAll puts one job for each payload in the queue, with one statement for each 1000 of them.
func (q *Queue) InsertAll(_ context.Context, tx *db.Tx, kind string, payloads []any, at time.Time) error {
	if len(payloads) == 0 {
		return nil
	}
	if !tx.Writing() {
		return errors.New("job: Insert outside a Write")
	}
	now := q.o.Clock.Now()
	if at.IsZero() {
		at = now
	}
	for some := range slices.Chunk(payloads, 1000) {
		var rows []string
		var args []any
		for _, p := range some {
			body, err := json.Marshal(p)
			if err != nil {
				return fmt.Errorf("job %s: %w", kind, err)
			}
			rows = append(rows, insertRow(len(args)))
			args = append(args, id.New("job", now), kind, string(body), at.UnixMilli(), now.UnixMilli())
		}
		if _, err := tx.Exec(insertSQL+strings.Join(rows, ", "), args...); err != nil {
			return fmt.Errorf("job %s: %w", kind, err)
		}
	}
	if at.Before(now.Add(q.o.Poll)) {
		tx.AfterCommit(q.poke)
	}
	return nil
}

const insertSQL = `insert into jobs (id, kind, payload, state, run_at, attempts, created_at) values `

func insertRow(n int) string {
	p := func(i int) string { return "$" + strconv.Itoa(n+i) }
	return "(" + p(1) + ", " + p(2) + ", " + p(3) + ", 'waiting', " + p(4) + ", 0, " + p(5) + ")"
}

// seedSchedules makes the one row of each schedule, and brings forward those whose interval became shorter.
func (q *Queue) seedSchedules(ctx context.Context) error {
	if !slices.ContainsFunc(q.kinds, func(kind string) bool { return q.lanes[kind].every > 0 }) {
		return nil
	}
	return q.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		now := q.o.Clock.Now()
		for kind, l := range q.lanes {
			if l.every == 0 {
				continue
			}
			_, err := tx.Exec(insertSQL+insertRow(0)+` on conflict (id) do nothing`, kind, kind, "{}", now.UnixMilli(), now.UnixMilli())
			if err != nil {
				return err
			}
			_, err = tx.Exec(`update jobs set run_at = $1 where id = $2 and state = 'waiting' and run_at > $1`,
				now.Add(l.every).UnixMilli(), kind)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// earliest reads when the first job of each kind is due; kinds without one are left out.
func (q *Queue) earliest(ctx context.Context, kinds []string) (map[string]time.Time, error) {
	due := map[string]time.Time{}
	if len(kinds) == 0 {
		return due, nil
	}
	asks, at, dest := make([]string, len(kinds)), make([]sql.NullInt64, len(kinds)), make([]any, len(kinds))
	for i := range kinds {
		asks[i] = `(select min(run_at) from jobs where kind = $` + strconv.Itoa(i+1) + ` and state <> 'dead')`
		dest[i] = &at[i]
	}
	err := q.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select `+strings.Join(asks, ", "), db.Args(kinds)...).Scan(dest...)
	})
	for i, k := range kinds {
		if at[i].Valid {
			due[k] = db.Time(at[i])
		}
	}
	return due, err
}

// claim leases up to n due jobs of a kind. On PostgreSQL processes claim at once and skip each other's.
func claim(tx *db.Tx, kind string, n int, now, lease time.Time) ([]Job, error) {
	lock := ""
	if tx.Dialect() == db.Postgres {
		lock = ` for update skip locked`
	}
	return db.All(tx, scan, `with due as materialized (
			select id from jobs where kind = $1 and state <> 'dead' and run_at <= $2 order by run_at, id limit $3`+lock+`)
		update jobs set state = 'running', attempts = attempts + 1, run_at = $4
		where id in (select id from due) returning id, kind, payload, attempts`,
		kind, now.UnixMilli(), n, lease.UnixMilli())
}

func scan(row db.Scanner) (Job, error) {
	var j Job
	var payload string
	err := row.Scan(&j.ID, &j.Kind, &payload, &j.Attempt)
	j.Payload = json.RawMessage(payload)
	return j, err
}

// extend moves the end of the leases of running jobs.
func extend(tx *db.Tx, ids []string, lease time.Time) error {
	_, err := tx.Exec(`update jobs set run_at = $1 where state = 'running' and id in `+db.In(2, len(ids)),
		db.Args(ids, any(lease.UnixMilli()))...)
	return err
}

// remove forgets jobs that are done.
func remove(tx *db.Tx, ids []string) error {
	_, err := tx.Exec(`delete from jobs where id in `+db.In(1, len(ids)), db.Args(ids)...)
	return err
}

// row is what a job that is not done becomes.
type row struct {
	state    string
	runAt    time.Time
	attempts int
	err      error // nil is NULL
}

// put writes what becomes of a job, unless its lease ended and another process has it now.
func put(tx *db.Tx, j Job, r row) error {
	var text any
	if r.err != nil {
		text = shorten(r.err.Error())
	}
	_, err := tx.Exec(`update jobs set state = $1, run_at = $2, attempts = $3, last_error = $4
		where id = $5 and state = 'running' and attempts = $6`, r.state, r.runAt.UnixMilli(), r.attempts, text, j.ID, j.Attempt)
	return err
}

// shorten keeps the beginning of an error, as valid UTF-8 without NUL, which PostgreSQL does not store.
func shorten(s string) string {
	s = strings.ReplaceAll(s[:min(len(s), 2000)], "\x00", "")
	return strings.ToValidUTF8(s, "")
}

// Depth counts the jobs by state: "due", "scheduled" for later, "running" and "dead". All four are always there.
func (q *Queue) Depth(ctx context.Context) (map[string]int64, error) {
	depth := map[string]int64{"due": 0, "scheduled": 0, "running": 0, "dead": 0}
	err := q.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		rows, err := tx.Query(`select case when state <> 'waiting' then state when run_at > $1 then 'scheduled' else 'due' end
			as bucket, count(*) from jobs group by bucket`, q.o.Clock.Now().UnixMilli())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var state string
			var n int64
			if err := rows.Scan(&state, &n); err != nil {
				return err
			}
			depth[state] = n
		}
		return rows.Err()
	})
	return depth, err
}

// Dead is a job that failed for the last time.
type Dead struct {
	ID       string
	Kind     string
	Payload  json.RawMessage
	Attempts int
	Error    string    // of the last attempt
	At       time.Time // when it was inserted
}

// DeadJobs reads dead jobs, newest first.
func (q *Queue) DeadJobs(ctx context.Context, limit int) ([]Dead, error) {
	var out []Dead
	err := q.db.Read(ctx, func(_ context.Context, tx *db.Tx) (err error) {
		out, err = db.All(tx, func(row db.Scanner) (Dead, error) {
			var j Dead
			var payload string
			var at sql.NullInt64
			err := row.Scan(&j.ID, &j.Kind, &payload, &j.Attempts, &j.Error, &at)
			j.Payload, j.At = json.RawMessage(payload), db.Time(at)
			return j, err
		}, `select id, kind, payload, attempts, coalesce(last_error, ''), created_at from jobs
			where state = 'dead' order by id desc limit $1`, limit)
		return err
	})
	return out, err
}

// ErrNotDead says that no dead job has the id.
var ErrNotDead = fault.New(fault.NotFound, "job.not_dead", "There is no dead job with this id")

// Revive gives a dead job all its attempts again, starting now. It returns ErrNotDead.
func (q *Queue) Revive(ctx context.Context, id string) error {
	return q.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		n, err := tx.Exec(`update jobs set state = 'waiting', attempts = 0, run_at = $1 where id = $2 and state = 'dead'`,
			q.o.Clock.Now().UnixMilli(), id)
		if err == nil && n == 0 {
			return ErrNotDead
		}
		tx.AfterCommit(q.poke)
		return err
	})
}
