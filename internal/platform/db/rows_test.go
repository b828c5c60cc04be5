package db_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func TestInsertOfAnyNumberOfRows(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		from := 0
		for _, n := range []int{0, 1, 3, 255, 256, 700} {
			ctx, counter := db.WithCounter(t.Context())
			rows := make([][]any, n)
			for i := range rows {
				rows[i] = []any{fmt.Sprintf("evt_%05d", from+i), "t", "s", "{}", int64(i)}
			}
			var numbers []int64
			err := d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
				var err error
				numbers, err = db.Inserted(tx, scanNumber, `insert into events (id, topic, subject, payload, created_at)`, rows, `returning number`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(numbers) != n {
				t.Errorf("%d rows gave %d numbers", n, len(numbers))
			}
			if most := int64(n/256 + 9); counter.N() > most {
				t.Errorf("%d rows took %d statements, want %d at most", n, counter.N(), most)
			}
			from += n
		}
		if got := countEvents(t, d); got != from {
			t.Errorf("%d rows, want %d", got, from)
		}
	})
}

func TestStatementsAboutManyKeys(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		var rows [][]any
		var keys []string
		for i := range 600 {
			keys = append(keys, fmt.Sprintf("evt_%05d", i))
			rows = append(rows, []any{keys[i], "t", "s", "{}", int64(i)})
		}
		insert(t, d, rows)
		for _, n := range []int{0, 1, 5, 256, 600} {
			var ids []string
			read(t, d, func(tx *db.Tx) (err error) {
				ids, err = db.AllIn(tx, db.Text, `select id from events where topic = $1 and id in {keys}`, keys[:n], "t")
				return err
			})
			slices.Sort(ids)
			if !slices.Equal(ids, keys[:n]) {
				t.Errorf("%d keys gave %d rows", n, len(ids))
			}
			var done int64
			err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) (err error) {
				done, err = tx.ExecIn(`update events set subject = $1 where id in {keys}`, keys[:n], fmt.Sprint(n))
				return err
			})
			if err != nil || done != int64(n) {
				t.Errorf("%d keys touched %d rows: %v", n, done, err)
			}
		}
	})
}

func insert(t *testing.T, d *db.DB, rows [][]any) {
	t.Helper()
	err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
		return tx.Insert(`insert into events (id, topic, subject, payload, created_at)`, rows, `on conflict do nothing`)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error { return fn(tx) }); err != nil {
		t.Fatal(err)
	}
}

func countEvents(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	read(t, d, func(tx *db.Tx) error { return tx.QueryRow(`select count(*) from events`).Scan(&n) })
	return n
}

func scanNumber(row db.Scanner) (n int64, err error) {
	err = row.Scan(&n)
	return n, err
}
