package browse

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/search"
)

// Indexer keeps the search index true to the catalogue. It implements shelf.Indexer. The table belongs to platform/search;
// what a product is found by is said here.
//
// A product is found by its title, and after that by its subtitle, description, tags, types, vendor, collection and
// categories, the titles of its variants, and their SKUs and other codes: all in each language that there is. Shoppers find
// it in the channels where its links are visible.
type Indexer struct{ db *db.DB }

// NewIndexer makes the indexer.
func NewIndexer(d *db.DB) *Indexer { return &Indexer{db: d} }

// Index brings the entries of the products up to what the tables say in tx; entries of deleted products go. What is no
// different is not written. Four statements for a portion of products, three to five more for what is different.
func (x *Indexer) Index(tx *db.Tx, products []string) error {
	if len(products) == 0 {
		return nil
	}
	ids := slices.Compact(slices.Sorted(slices.Values(products)))
	if tx.Dialect() == db.Postgres {
		// A statement of its own: one that has waited for a row would still read the other tables as they were before.
		_, err := db.AllIn(tx, db.Text, `select id from products where id in {keys} order by id for no key update`, ids)
		if err != nil {
			return err
		}
	}
	docs, gone, err := documents(tx, ids)
	if err != nil {
		return fmt.Errorf("read what to index: %w", err)
	}
	if err := search.Delete(tx, gone); err != nil {
		return fmt.Errorf("clear the index: %w", err)
	}
	if _, err := search.Upsert(tx, docs); err != nil {
		return fmt.Errorf("write the index: %w", err)
	}
	return nil
}

// listing is a product on its way into the index.
type listing struct {
	search.Doc
	facts facts
}

// documents reads what products are found by. gone are the numbers of the deleted ones.
func documents(tx *db.Tx, ids []string) (docs []search.Doc, gone []int64, err error) {
	all := make(map[string]*listing, len(ids))
	_, err = db.AllIn(tx, func(row db.Scanner) (struct{}, error) {
		l, deleted, err := scanListing(row)
		if deleted {
			gone = append(gone, l.Number)
			return struct{}{}, err
		}
		all[l.facts.id] = l
		return struct{}{}, err
	}, `select p.id, p.number, p.title, p.subtitle, p.description, p.translations, p.deleted_at is not null,
		c.id, c.title, c.translations, w.id, w.name from products p
		left join product_collections c on c.id = p.collection_id and c.deleted_at is null
		left join vendors w on w.id = p.vendor_id where p.id in {keys}`, ids)
	if err != nil {
		return nil, nil, err
	}
	if err := readVariants(tx, ids, all); err != nil {
		return nil, nil, err
	}
	if err := readShelves(tx, ids, all); err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		if l := all[id]; l != nil {
			l.Marks, l.Data = l.facts.marks(), l.facts.String()
			docs = append(docs, l.Doc)
		}
	}
	return docs, gone, nil
}

func scanListing(row db.Scanner) (*listing, bool, error) {
	l := &listing{}
	var title string
	var deleted bool
	var subtitle, description, translations, collection, collectionTitle, collectionTexts, vendor, vendorName sql.NullString
	err := row.Scan(&l.facts.id, &l.Number, &title, &subtitle, &description, &translations, &deleted,
		&collection, &collectionTitle, &collectionTexts, &vendor, &vendorName)
	if err != nil {
		return nil, false, err
	}
	l.Titles = append(l.Titles, title)
	l.Names = append(l.Names, subtitle.String)
	l.Bodies = append(l.Bodies, search.Visible(description.String))
	err = translated(translations, func(field, text string) {
		switch field {
		case "title":
			l.Titles = append(l.Titles, text)
		case "subtitle":
			l.Names = append(l.Names, text)
		case "description":
			l.Bodies = append(l.Bodies, search.Visible(text))
		}
	})
	if err != nil {
		return nil, false, err
	}
	if collection.Valid {
		l.facts.add(factCollection, collection.String, "")
		l.Names = append(l.Names, collectionTitle.String)
		if err := l.names(collectionTexts, "title"); err != nil {
			return nil, false, err
		}
	}
	if vendor.Valid {
		l.facts.add(factVendor, vendor.String, vendorName.String)
		l.Names = append(l.Names, vendorName.String)
	}
	return l, deleted, nil
}

// names adds a text in the languages that it is translated into.
func (l *listing) names(translations sql.NullString, field string) error {
	return translated(translations, func(f, text string) {
		if f == field {
			l.Names = append(l.Names, text)
		}
	})
}

// translated calls fn with each translated text, in the order of the languages.
func translated(column sql.NullString, fn func(field, text string)) error {
	if !column.Valid {
		return nil
	}
	var all catalog.Translations
	if err := json.Unmarshal([]byte(column.String), &all); err != nil {
		return fmt.Errorf("read translations: %w", err)
	}
	for _, lang := range slices.Sorted(maps.Keys(all)) {
		for _, field := range slices.Sorted(maps.Keys(all[lang])) {
			fn(field, all[lang][field])
		}
	}
	return nil
}

func readVariants(tx *db.Tx, ids []string, all map[string]*listing) error {
	_, err := db.AllIn(tx, func(row db.Scanner) (struct{}, error) {
		var product, title string
		var translations sql.NullString
		var codes [4]sql.NullString
		err := row.Scan(&product, &title, &translations, &codes[0], &codes[1], &codes[2], &codes[3])
		l := all[product]
		if err != nil || l == nil {
			return struct{}{}, err
		}
		l.Names = append(l.Names, title)
		for _, c := range codes {
			if c.Valid {
				l.Codes = append(l.Codes, c.String)
			}
		}
		return struct{}{}, l.names(translations, "title")
	}, `select product_id, title, translations, sku, barcode, ean, upc from variants
		where deleted_at is null and product_id in {keys} order by product_id, rank, number`, ids)
	return err
}

// readShelves reads where products stand: tags, types, categories that shoppers see, and channels where they are visible.
func readShelves(tx *db.Tx, ids []string, all map[string]*listing) error {
	_, err := db.AllIn(tx, func(row db.Scanner) (struct{}, error) {
		var product, kind, id, name string
		var translations sql.NullString
		err := row.Scan(&product, &kind, &id, &name, &translations)
		l := all[product]
		if err != nil || l == nil {
			return struct{}{}, err
		}
		if kind == inChannel {
			l.Scopes = append(l.Scopes, channelScope(id))
			return struct{}{}, nil
		}
		l.facts.add(kind[0], id, name)
		l.Names = append(l.Names, name)
		return struct{}{}, l.names(translations, "name")
	}, `select k.product_id, 'g', t.id, t.value, null from product_tag_links k cross join product_tags t
			where t.id = k.tag_id and k.product_id in {keys}
		union all select k.product_id, 't', t.id, t.value, null from product_type_links k cross join product_types t
			where t.id = k.type_id and k.product_id in {keys}
		union all select k.product_id, 'd', c.id, c.name, c.translations from product_category_links k cross join product_categories c
			where c.id = k.category_id and c.is_active = 1 and c.is_internal = 0 and k.product_id in {keys}
		union all select product_id, '`+inChannel+`', channel_id, '', null from product_channel_links
			where visible = 1 and product_id in {keys} order by 1, 2, 3`, ids)
	return err
}

// inChannel marks the rows of channels among those of what products are filed under.
const inChannel = "s"

func channelScope(id string) string { return "channel " + id }

// indexChunk is how many products one transaction of a reindexing takes: a moment's work, so that nobody waits long.
const indexChunk = 100

// Reindex brings the whole shop's index up to date, in chunks of one transaction each. progress hears after each chunk how
// many products are done; nil for nobody. It may be run at any time, and again.
func (x *Indexer) Reindex(ctx context.Context, progress func(done int)) error {
	err := x.chunks(ctx, progress, func(after stop) (string, []any) {
		return `select number, id from products where number > $1 order by number limit $2`, []any{after.at, indexChunk}
	})
	if err != nil {
		return err
	}
	return search.Unite(ctx, x.db)
}

// Tidy keeps searches quick: it merges what small changes of the index left. It is for now and then.
func (x *Indexer) Tidy(ctx context.Context) error { return search.Tidy(ctx, x.db) }

// ReindexOf brings the entries of all visible products up to date that are filed under a collection or a category, in
// chunks of one transaction each. Those that are not visible are indexed when they are published.
func (x *Indexer) ReindexOf(ctx context.Context, id string) error {
	for _, query := range []string{
		`select created_at, id from products where collection_id = $1 and deleted_at is null and status = 'published'
			and (created_at, id) > ($2, $3) order by created_at, id limit $4`,
		`select listed_at, product_id from product_category_links where category_id = $1 and visible = 1
			and (listed_at, product_id) > ($2, $3) order by listed_at, product_id limit $4`,
	} {
		err := x.chunks(ctx, nil, func(after stop) (string, []any) { return query, []any{id, after.at, after.id, indexChunk} })
		if err != nil {
			return err
		}
	}
	return nil
}

// stop is how far a walk over products has come.
type stop struct {
	at int64
	id string
}

// chunks indexes the products that the queries give, each of which goes on after a place.
func (x *Indexer) chunks(ctx context.Context, progress func(done int), query func(after stop) (string, []any)) error {
	after, done := stop{at: math.MinInt64}, 0
	for {
		var ids []string
		err := x.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
			text, args := query(after)
			_, err := db.All(tx, func(row db.Scanner) (struct{}, error) {
				err := row.Scan(&after.at, &after.id)
				ids = append(ids, after.id)
				return struct{}{}, err
			}, text, args...)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := x.db.Write(ctx, func(_ context.Context, tx *db.Tx) error { return x.Index(tx, ids) }); err != nil {
			return err
		}
		done += len(ids)
		if progress != nil {
			progress(done)
		}
	}
}
