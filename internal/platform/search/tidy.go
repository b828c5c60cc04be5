package search

import (
	"context"
	"fmt"

	"kaidian/internal/platform/db"
)

// Each transaction that changes the index of SQLite leaves a piece of it, and a search looks into each piece: a dozen of
// them make it several times as long. FTS5 merges pieces while it writes, though not to the last. mergePages is how much one
// step of a merge writes, in pages of a thousand bytes: a moment's work.
const mergePages = 500

// Tidy merges the small pieces of the index, in short transactions between those of others. It is for now and then.
func Tidy(ctx context.Context, d *db.DB) error { return merge(ctx, d, mergePages) }

// Unite merges all pieces of the index into one, in short transactions between those of others. It is for when all is
// indexed anew: it writes the whole index, and needs room for it once more.
func Unite(ctx context.Context, d *db.DB) error { return merge(ctx, d, -mergePages) }

// merge takes steps until there is nothing to do. The first one says by its sign whether all pieces are meant.
func merge(ctx context.Context, d *db.DB, pages int) error {
	if d.Dialect() != db.SQLite {
		return nil
	}
	for {
		var done int64
		err := d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
			var before, after int64
			if err := tx.QueryRow(`select total_changes()`).Scan(&before); err != nil {
				return err
			}
			if _, err := tx.Exec(`insert into search_index (search_index, rank) values ('merge', $1)`, pages); err != nil {
				return err
			}
			err := tx.QueryRow(`select total_changes()`).Scan(&after)
			done = after - before
			return err
		})
		if err != nil {
			return fmt.Errorf("merge the index: %w", err)
		}
		if done < 2 { // the statement itself is one change
			return nil
		}
		pages = mergePages
	}
}
