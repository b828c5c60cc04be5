package browse

import (
	"context"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
)

// TermKind says which words are meant.
type TermKind string

// The kinds.
const (
	Tags    TermKind = "product_tags"
	Types   TermKind = "product_types"
	Vendors TermKind = "vendors"
)

// TermQuery is what a list of words asks for. Empty members ask for nothing.
type TermQuery struct {
	Q       string // found in the value, whatever the case
	ID      TextFilter
	Value   TextFilter
	Created Window
	Updated Window
	Order   Order // by "created_at", the default, "updated_at", "value", "id"
	Limit   int   // 0 for MaxWords, as for what is above it
	Offset  int
}

// Terms lists the tags, types or vendors of the shop and counts them: two statements.
func (s *Service) Terms(ctx context.Context, kind TermKind, q TermQuery) ([]catalog.Term, int, error) {
	value, metadata, by := `t.value`, `t.metadata`, q.Order
	if kind == Vendors {
		value, metadata = `t.name`, `null`
		if by.By == "value" {
			by.By = "name"
		}
	}
	var f filter
	if q.Q != "" {
		f.like(q.Q, value)
	}
	f.text(`t.id`, q.ID)
	f.text(value, q.Value)
	f.window(`t.created_at`, q.Created)
	f.window(`t.updated_at`, q.Updated)
	order, err := orderOf(by, `t`, "created_at", "updated_at", value[len(`t.`):], "id")
	if err != nil {
		return nil, 0, err
	}
	c := newCells(6)
	scan := func(row db.Scanner) (catalog.Term, error) {
		if err := c.read(row); err != nil {
			return catalog.Term{}, err
		}
		t := c.term()
		return t, c.err
	}
	return listed(ctx, s, scan, words{columns: `t.id, t.number, ` + value + `, ` + metadata + `, t.created_at, t.updated_at`,
		from: ` from ` + string(kind) + ` t`, filter: f, order: order, limit: q.Limit, offset: q.Offset})
}
