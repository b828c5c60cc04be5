package db

import (
	"fmt"
	"regexp"
)

var tableName = regexp.MustCompile(`^[a-z_]+$`)

// AdvanceNumber makes the engine allocate numbers above n for the rows of a table from now on, and never one that it has
// allocated before. An importer that keeps the numbers of another system calls it once after its rows. SQLite does so by
// itself for rows inserted; the call also serves to start above n when the table is empty.
func (tx *Tx) AdvanceNumber(table string, n int64) error {
	if !tableName.MatchString(table) {
		return fmt.Errorf("db: no table %q", table)
	}
	if tx.Dialect() == Postgres {
		_, err := tx.Exec(`select setval(seq, greatest(last, 1), last > 0)
			from (select pg_get_serial_sequence($1, 'number')::regclass as seq) s,
			lateral (select greatest($2::bigint, coalesce(pg_sequence_last_value(seq), 0),
				(select coalesce(max(number), 0) from `+table+`)) as last) l`, table, n)
		return err
	}
	done, err := tx.Exec(`update sqlite_sequence set seq = max(seq, $2) where name = $1`, table, n)
	if err == nil && done == 0 {
		_, err = tx.Exec(`insert into sqlite_sequence (name, seq) values ($1, $2)`, table, n)
	}
	return err
}
