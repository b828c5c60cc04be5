package browse

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
)

// loader reads products and what hangs on them for one question.
type loader struct {
	tx     *db.Tx
	parts  Parts
	staff  bool
	tongue tongue
	prices *priced // nil when none are asked for
	shops  map[string]shop.Channel

	products []Product
	ids      []string
	places   map[string]int // of products by id
}

// loader makes one. It reads no products yet.
func (s *Service) loader(ctx context.Context, tx *db.Tx, parts Parts, p Pricing) (*loader, error) {
	var err error
	l := &loader{tx: tx, parts: parts, tongue: newTongue(p.Locale, parts.Translations)}
	if parts.Prices {
		l.parts.Variants = true
		if l.prices, err = s.priced(ctx, p); err != nil {
			return nil, err
		}
	}
	if parts.Channels {
		m, err := s.o.Shop.Markets(ctx)
		if err != nil {
			return nil, err
		}
		l.shops = m.Channels
	}
	return l, nil
}

const (
	collectionJoin = ` left join product_collections c on c.id = p.collection_id and c.deleted_at is null`
	typeColumns    = `t.number, t.value, t.metadata, t.created_at, t.updated_at`
	typeJoin       = ` left join product_types t on t.id = p.type_id`
	vendorColumns  = `w.number, w.name, null, w.created_at, w.updated_at`
	vendorJoin     = ` left join vendors w on w.id = p.vendor_id`
)

// columns gives what to select of a product, and the joins that it takes. What comes before the product's where is the
// caller's.
func (l *loader) columns() (columns, joins string) {
	columns = productColumns
	if l.parts.Collection {
		columns, joins = columns+`, `+collectionColumns, joins+collectionJoin
	}
	if l.parts.Type {
		columns, joins = columns+`, `+typeColumns, joins+typeJoin
	}
	if l.parts.Vendor {
		columns, joins = columns+`, `+vendorColumns, joins+vendorJoin
	}
	return columns, joins
}

// scanner gives the function that reads rows of columns.
func (l *loader) scanner() func(db.Scanner) (Product, error) {
	columns, _ := l.columns()
	c := newCells(count(columns))
	return func(row db.Scanner) (Product, error) {
		if err := c.read(row); err != nil {
			return Product{}, err
		}
		p := Product{Product: c.product(l.tongue)}
		if l.parts.Collection {
			if c.null() {
				c.skip(count(collectionColumns))
			} else {
				found := c.collection(*p.CollectionID, l.tongue)
				p.Collection = &found
			}
		}
		if l.parts.Type {
			p.Type = c.joined(p.TypeID)
		}
		if l.parts.Vendor {
			p.Vendor = c.joined(p.VendorID)
		}
		return p, c.err
	}
}

// joined reads a word that was joined, without its id.
func (c *cells) joined(id *string) *catalog.Term {
	if c.null() {
		c.skip(count(typeColumns))
		return nil
	}
	return &catalog.Term{ID: *id, Number: c.number(), Value: c.text(), Metadata: c.raw(), CreatedAt: c.moment(), UpdatedAt: c.moment()}
}

// hang loads what hangs on the products: one statement for each relation.
func (l *loader) hang(ctx context.Context, products []Product) error {
	if len(products) == 0 {
		return nil
	}
	l.products, l.ids, l.places = products, make([]string, len(products)), make(map[string]int, len(products))
	for i := range products {
		l.ids[i], l.places[products[i].ID] = products[i].ID, i
	}
	for _, part := range []struct {
		wanted bool
		load   func() error
	}{
		{l.parts.Options, l.options}, {l.parts.Images, l.images}, {l.parts.Tags, l.tags}, {l.parts.Types, l.types},
		{l.parts.Categories, l.categories}, {l.parts.Channels, l.channels}, {l.parts.Variants, l.variants},
	} {
		if !part.wanted {
			continue
		}
		if err := part.load(); err != nil {
			return err
		}
	}
	if l.parts.Variants {
		Note(ctx, l.ids...)
	}
	return nil
}

// related reads a relation by one statement, whose rows have the product's id as their first column, and hands it out. The
// rows of a product are sorted here: to PostgreSQL and SQLite alike an order by over all of them costs more.
func related[T any](l *loader, query string, columns int, read func(*cells) T, compare func(a, b T) int) ([][]T, error) {
	c := newCells(columns)
	owners := make([]int, 0, 2*len(l.ids))
	rows, err := readAll(l.tx, 2*len(l.ids), func(row db.Scanner) (T, error) {
		if err := c.read(row); err != nil {
			var none T
			return none, err
		}
		id, _ := c.values[0].(string)
		owners = append(owners, l.places[id])
		v := read(c)
		return v, c.err
	}, query, l.ids)
	if err != nil {
		return nil, err
	}
	out := grouped(rows, owners, len(l.products))
	for _, list := range out {
		if compare != nil && !slices.IsSortedFunc(list, compare) {
			slices.SortFunc(list, compare)
		}
	}
	return out, nil
}

func (l *loader) options() error {
	list, err := related(l, `select `+optionColumns+` from product_options o where o.product_id in {keys}`, count(optionColumns),
		(*cells).option, func(a, b catalog.Option) int { return cmp.Compare(a.Position, b.Position) })
	if err != nil {
		return fmt.Errorf("load options: %w", err)
	}
	for i := range list {
		l.products[i].Options = list[i]
	}
	return nil
}

func (l *loader) images() error {
	list, err := related(l, `select `+imageColumns+` from product_images i where i.product_id in {keys}`, count(imageColumns),
		(*cells).image, func(a, b catalog.Image) int {
			return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Number, b.Number))
		})
	if err != nil {
		return fmt.Errorf("load images: %w", err)
	}
	for i := range list {
		l.products[i].Images = list[i]
	}
	return nil
}

// placed is a word with its place in the list of its product.
type placed struct {
	catalog.Term
	position int64
}

func (l *loader) words(table, links, column string) ([][]catalog.Term, error) {
	query := `select k.product_id, k.position, t.id, t.number, t.value, t.metadata, t.created_at, t.updated_at
		from ` + links + ` k cross join ` + table + ` t where t.id = k.` + column + ` and k.product_id in {keys}`
	read := func(c *cells) placed {
		c.skip(1)
		return placed{position: c.number(), Term: c.term()}
	}
	list, err := related(l, query, 8, read, func(a, b placed) int { return cmp.Or(cmp.Compare(a.position, b.position), cmp.Compare(a.ID, b.ID)) })
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", table, err)
	}
	out := make([][]catalog.Term, len(list))
	for i, words := range list {
		out[i] = make([]catalog.Term, len(words))
		for j := range words {
			out[i][j] = words[j].Term
		}
	}
	return out, nil
}

func (l *loader) tags() error {
	list, err := l.words("product_tags", "product_tag_links", "tag_id")
	for i := range list {
		l.products[i].Tags = list[i]
	}
	return err
}

func (l *loader) types() error {
	list, err := l.words("product_types", "product_type_links", "type_id")
	for i := range list {
		l.products[i].Types = list[i]
	}
	return err
}

func (l *loader) categories() error {
	query := `select k.product_id, ` + categoryColumns + ` from product_category_links k cross join product_categories c
		where c.id = k.category_id and k.direct = 1 and k.product_id in {keys}`
	if !l.staff {
		query += ` and c.is_active = 1 and c.is_internal = 0`
	}
	read := func(c *cells) catalog.Category {
		c.skip(1)
		return c.category(l.tongue)
	}
	list, err := related(l, query, 1+count(categoryColumns), read, func(a, b catalog.Category) int { return cmp.Compare(a.MPath, b.MPath) })
	if err != nil {
		return fmt.Errorf("load categories: %w", err)
	}
	for i := range list {
		l.products[i].Categories = list[i]
	}
	return nil
}

// channels loads the ids of the channels; what they are is known.
func (l *loader) channels() error {
	query := `select k.product_id, k.channel_id from product_channel_links k where k.product_id in {keys}`
	read := func(c *cells) shop.Channel {
		c.skip(1)
		return l.shops[c.text()]
	}
	list, err := related(l, query, 2, read, func(a, b shop.Channel) int { return cmp.Compare(a.ID, b.ID) })
	if err != nil {
		return fmt.Errorf("load channels: %w", err)
	}
	for i := range list {
		// One that another process made a moment ago, or that is deleted, is not known.
		l.products[i].Channels = slices.DeleteFunc(list[i], func(c shop.Channel) bool { return c.ID == "" })
	}
	return nil
}

// variants loads the variants with their stock, and their prices when they are asked for.
func (l *loader) variants() error {
	c := newCells(count(variantColumns) + 1)
	owners := make([]int, 0, 3*len(l.ids))
	rows, err := readAll(l.tx, 3*len(l.ids), func(row db.Scanner) (Variant, error) {
		if err := c.read(row); err != nil {
			return Variant{}, err
		}
		v := Variant{Variant: c.variant(l.tongue), Stock: c.number()}
		owners = append(owners, l.places[v.ProductID])
		return v, c.err
	}, `select `+variantColumns+`, `+stockOf+` from variants v where v.deleted_at is null and v.product_id in {keys}`, l.ids)
	if err != nil {
		return fmt.Errorf("load variants: %w", err)
	}
	list := grouped(rows, owners, len(l.products))
	all := make([]*Variant, 0, len(rows))
	for i := range list {
		byRank := func(a, b Variant) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Number, b.Number)) }
		if !slices.IsSortedFunc(list[i], byRank) {
			slices.SortFunc(list[i], byRank)
		}
		l.products[i].Variants = list[i]
		for j := range list[i] {
			all = append(all, &list[i][j])
		}
	}
	if l.prices == nil {
		return nil
	}
	return l.prices.put(l.tx, all, func(v *Variant) *catalog.Product { return &l.products[l.places[v.ProductID]].Product })
}
