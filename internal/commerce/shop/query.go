package shop

import (
	"context"
	"fmt"
	"time"

	"github.com/huandu/go-sqlbuilder"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

const (
	defaultLimit = 10
	maxLimit     = 50
	maxPage      = 1 << 31
	maxIDs       = 1000
)

// Query selects metafields. The zero value selects the first page of all.
type Query struct {
	Limit int // of one page; under 1 means 10, over 50 means 50
	Page  int // from 1; under 1 means 1

	SinceID       int64   // only numbers above it; 0 means all
	IDs           []int64 // only these numbers, 1000 at most; empty means all
	Name          string  // "" means any
	OwnerResource string  // "" means any; one that does not exist has no metafields
	OwnerNumber   *int64  // nil means any

	// Windows of time, both ends included; the zero time leaves an end open.
	CreatedMin, CreatedMax, UpdatedMin, UpdatedMax time.Time
}

// List gives a page of the metafields that q selects, by rising number. It returns an Invalid fault for too many IDs.
func (m *Metafields) List(ctx context.Context, q Query) (out []Metafield, err error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	limit := min(q.Limit, maxLimit)
	if limit < 1 {
		limit = defaultLimit
	}
	sb := q.selecting(metafieldColumns).OrderBy("number").Limit(limit)
	if page := min(q.Page, maxPage); page > 1 {
		sb.Offset((page - 1) * limit)
	}
	text, args := sb.Build()
	err = m.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		out, err = db.All(tx, scanMetafield, text, args...)
		return err
	})
	return out, err
}

// Count tells how many metafields q selects; Limit and Page do not matter. It returns an Invalid fault for too many
// IDs.
func (m *Metafields) Count(ctx context.Context, q Query) (n int64, err error) {
	if err := q.check(); err != nil {
		return 0, err
	}
	text, args := q.selecting("count(*)").Build()
	err = m.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(text, args...).Scan(&n)
	})
	return n, err
}

func (q Query) check() error {
	if len(q.IDs) <= maxIDs {
		return nil
	}
	return fault.Fields(invalidQuery, fault.Field{
		Name: "ids", Rule: fault.TooLong, Message: fmt.Sprintf("ids must be %d at most", maxIDs),
	})
}

// selecting builds the statement up to its conditions.
func (q Query) selecting(columns string) *sqlbuilder.SelectBuilder {
	sb := sqlbuilder.PostgreSQL.NewSelectBuilder() // SQLite takes $n as well
	sb.Select(columns).From("metafields")
	if q.SinceID > 0 {
		sb.Where(sb.GreaterThan("number", q.SinceID))
	}
	if len(q.IDs) > 0 {
		sb.Where(sb.In("number", db.Args(q.IDs)...))
	}
	if q.OwnerNumber != nil {
		sb.Where(sb.Equal("owner_number", *q.OwnerNumber))
	}
	for _, t := range []struct{ column, value string }{{"name", q.Name}, {"owner_resource", q.OwnerResource}} {
		switch {
		case t.value == "":
		case storable(t.value):
			sb.Where(sb.Equal(t.column, t.value))
		default:
			sb.Where("1 = 0") // nothing has it, and PostgreSQL would refuse to look
		}
	}
	for _, w := range []struct {
		column   string
		min, max time.Time
	}{{"created_at", q.CreatedMin, q.CreatedMax}, {"updated_at", q.UpdatedMin, q.UpdatedMax}} {
		if !w.min.IsZero() {
			sb.Where(sb.GreaterEqualThan(w.column, w.min.UnixMilli()))
		}
		if !w.max.IsZero() {
			sb.Where(sb.LessEqualThan(w.column, w.max.UnixMilli()))
		}
	}
	return sb
}
