package browse

import (
	"context"
	"fmt"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
)

// VariantQuery is what a list of variants asks for. Empty members ask for nothing; a list that is empty but not nil finds
// nothing.
type VariantQuery struct {
	Staff bool // those of drafts and of any channel too

	Product  catalog.Ref // of this product alone
	IDs      []string
	Numbers  []int64
	Titles   []string
	SKUs     []string
	Q        string // found in the title, the SKU or the product's title, whatever the case
	Stock    Range
	Channels []string // nil for the default channel; Staff: nil for any
	Created  Window
	Updated  Window

	Order       Order // by "created_at", the default, "id", "number", or "rank", which has a meaning within a product
	SinceNumber int64 // only larger numbers
	Limit       int   // 0 for MaxLimit, as for what is above it
	Offset      int
}

// VariantParts says which relations of a variant to load.
type VariantParts struct {
	Prices, Product bool
	Translations    bool // as in Parts
}

// Variants lists variants: four statements at most. Faults: shop.ErrNoRegion, shop.ErrNoCurrency.
func (s *Service) Variants(ctx context.Context, q VariantQuery, parts VariantParts, p Pricing) ([]Variant, error) {
	by, ties, err := q.columns()
	if err != nil {
		return nil, err
	}
	q.note(ctx)
	var out []Variant
	err = s.o.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.variantFilter(ctx, q)
		if err != nil {
			return err
		}
		release, err := s.turn(ctx, q.slow())
		if err != nil {
			return err
		}
		defer release()
		order := direction(q.Order.Asc) + ties
		keys := `select v.id, ` + by + ` as k from variants v cross join products p` + f.where() + ` order by ` + by + order
		keys += f.page(q.Limit, q.Offset, MaxLimit)
		out, err = s.variants(ctx, tx, variantRows{from: `(` + keys + `) k cross join variants v cross join products p
			where v.id = k.id and p.id = v.product_id order by k.k` + order, args: f.args, parts: parts, pricing: p})
		return err
	})
	return out, err
}

// columns gives the column that variants are ordered by, and the words for those that are equal in it.
func (q *VariantQuery) columns() (by, ties string, err error) {
	switch q.Order.By {
	case "", "created_at":
		return `v.created_at`, `, v.id` + direction(q.Order.Asc), nil
	case "id", "number":
		return `v.` + q.Order.By, ``, nil
	case "rank":
		return `v.rank`, `, v.number` + direction(q.Order.Asc), nil
	}
	return "", "", fmt.Errorf("browse: no order of variants by %q", q.Order.By)
}

// slow tells whether every variant is looked at.
func (q *VariantQuery) slow() bool {
	if q.IDs != nil || q.Numbers != nil || q.SKUs != nil || q.Product != (catalog.Ref{}) {
		return false
	}
	return q.Q != "" || q.Titles != nil || q.Stock != (Range{}) || q.Updated != (Window{})
}

// note notes that the stock of any product may change what the query finds, when it does.
func (q *VariantQuery) note(ctx context.Context) {
	if q.Stock != (Range{}) {
		NoteAny(ctx)
	}
}

// CountVariants counts what a query finds without its limit and offset.
func (s *Service) CountVariants(ctx context.Context, q VariantQuery) (int, error) {
	q.note(ctx)
	n := 0
	err := s.o.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.variantFilter(ctx, q)
		if err != nil {
			return err
		}
		n, err = s.countOnce(ctx, tx, q.slow(), `select count(*) from variants v cross join products p`+f.where(), f.args)
		return err
	})
	return n, err
}

// Variant gives one variant, of a product of any status and channel. Faults: catalog.ErrVariantNotFound, shop.ErrNoRegion,
// shop.ErrNoCurrency.
func (s *Service) Variant(ctx context.Context, which catalog.Ref, parts VariantParts, p Pricing) (Variant, error) {
	var found []Variant
	err := s.o.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		where, arg := named(which, `v`)
		var err error
		found, err = s.variants(ctx, tx, variantRows{from: `variants v cross join products p where p.id = v.product_id and ` + where +
			` and v.deleted_at is null and p.deleted_at is null`, args: []any{arg}, parts: parts, pricing: p})
		return err
	})
	if err != nil {
		return Variant{}, err
	}
	if len(found) == 0 {
		return Variant{}, catalog.ErrVariantNotFound
	}
	return found[0], nil
}

// variantRows is what to read variants by: the tables v and p with their conditions and order.
type variantRows struct {
	from    string
	args    []any
	parts   VariantParts
	pricing Pricing
}

// variants reads variants and what hangs on them.
func (s *Service) variants(ctx context.Context, tx *db.Tx, r variantRows) ([]Variant, error) {
	more := `p.type_id`
	if r.parts.Product {
		more = productColumns
	}
	c, t := newCells(count(variantColumns)+1+count(more)), newTongue(r.pricing.Locale, r.parts.Translations)
	products := map[string]*catalog.Product{}
	out, err := db.All(tx, func(row db.Scanner) (Variant, error) {
		if err := c.read(row); err != nil {
			return Variant{}, err
		}
		v := Variant{Variant: c.variant(t), Stock: c.number()}
		if r.parts.Product {
			v.Product = &Product{Product: c.product(t)}
			products[v.ID] = &v.Product.Product
		} else {
			products[v.ID] = &catalog.Product{ID: v.ProductID, TypeID: c.textOrNil()}
		}
		return v, c.err
	}, `select `+variantColumns+`, `+stockOf+`, `+more+` from `+r.from, r.args...)
	if err != nil {
		return nil, fmt.Errorf("read variants: %w", err)
	}
	for i := range out {
		Note(ctx, out[i].ProductID)
	}
	if !r.parts.Prices {
		return out, nil
	}
	prices, err := s.priced(ctx, r.pricing)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	all := make([]*Variant, len(out))
	for i := range out {
		all[i] = &out[i]
	}
	return out, prices.put(tx, all, func(v *Variant) *catalog.Product { return products[v.ID] })
}

// variantFilter gives the conditions of a query on the tables v and p.
func (s *Service) variantFilter(ctx context.Context, q VariantQuery) (*filter, error) {
	f := &filter{}
	f.add(`p.id = v.product_id and v.deleted_at is null and p.deleted_at is null`)
	switch {
	case q.Product.ID != "":
		f.add(`v.product_id = ?`, storable(q.Product.ID))
	case q.Product.Number != 0:
		f.add(`v.product_id = (select o.id from products o where o.number = ?)`, q.Product.Number)
	}
	for _, list := range []struct {
		column string
		values []string
	}{{`v.id`, q.IDs}, {`v.title`, q.Titles}, {`v.sku`, q.SKUs}} {
		if list.values != nil {
			f.in(list.column, texts(list.values))
		}
	}
	if q.Numbers != nil {
		f.in(`v.number`, db.Args(q.Numbers))
	}
	if q.SinceNumber > 0 {
		f.add(`v.number > ?`, q.SinceNumber)
	}
	if q.Q != "" {
		f.like(q.Q, `v.title`, `v.sku`, `p.title`)
	}
	f.bounds(stockOf, q.Stock)
	f.window(`v.created_at`, q.Created)
	f.window(`v.updated_at`, q.Updated)
	return f, s.inScope(ctx, f, q)
}

// inScope asks that the variants are those that shoppers see, and of the channels.
func (s *Service) inScope(ctx context.Context, f *filter, q VariantQuery) error {
	channels := q.Channels
	if !q.Staff {
		f.add(`p.status = 'published'`)
		if channels == nil {
			m, err := s.o.Shop.Markets(ctx)
			if err != nil {
				return err
			}
			channels = []string{m.DefaultChannel}
		}
	}
	switch {
	case channels == nil:
	case len(channels) == 0:
		f.nothing()
	default:
		f.conds = append(f.conds, `exists (select 1 from product_channel_links k where k.product_id = v.product_id and k.channel_id in `+
			f.list(texts(channels))+`)`)
	}
	return nil
}

// InChannels tells whether a product is sold in one of the channels, whatever its status. There is no fault for a product
// that is none.
func (s *Service) InChannels(ctx context.Context, productID string, channels []string) (bool, error) {
	if len(channels) == 0 {
		return false, nil
	}
	n := 0
	err := s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var f filter
		f.add(`k.product_id = ?`, storable(productID))
		f.in(`k.channel_id`, texts(channels))
		return tx.QueryRow(`select count(*) from product_channel_links k`+f.where(), f.args...).Scan(&n)
	})
	return n > 0, err
}
