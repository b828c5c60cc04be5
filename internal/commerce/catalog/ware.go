package catalog

import (
	"database/sql"
	"strings"

	"kaidian/internal/platform/db"
)

// Ware is a variant with its product, in the shop's own words, without translations: what a line of a cart is about.
type Ware struct {
	Variant
	Product Product
	Stock   int64 // what can still be sold of the variant: stocked - reserved at all locations
	Counted bool  // there is a stock level
}

// Purchasable tells whether shoppers may buy it at all: its product is published.
func (w *Ware) Purchasable() bool { return w.Product.Status == Published }

// Has tells whether there is enough for a quantity: it may be promised beyond the stock, its stock is not managed, or there is
// as much.
func (w *Ware) Has(quantity int64) bool {
	return w.AllowBackorder || !w.ManageInventory || w.Stock >= quantity
}

// stockOfVariant is what there is of the variant v over all locations, NULL without a level. A sum is numeric to PostgreSQL.
const stockOfVariant = `(select cast(sum(s.stocked - s.reserved) as bigint) from stock_levels s where s.variant_id = v.id)`

// wareColumns leave out what carts do not show and what takes long to read.
var wareColumns = strings.NewReplacer(`v.translations`, `null`, `p.translations`, `null`).Replace(VariantColumns + `, ` + ProductColumns)

// Wares gives the living variants of living products, of any status, with their stock: a statement, none for no variants. The map
// is by variant id; what there is not is missing.
func (s *Service) Wares(tx *db.Tx, variants []string) (map[string]Ware, error) {
	all, err := db.AllIn(tx, scanWare, `select `+wareColumns+`, `+stockOfVariant+`
		from variants v join products p on p.id = v.product_id
		where v.id in {keys} and v.deleted_at is null and p.deleted_at is null`, storableKeys(variants))
	out := make(map[string]Ware, len(all))
	for i := range all {
		out[all[i].ID] = all[i]
	}
	return out, err
}

// Stocks gives what can still be sold of variants over all locations: a statement, none for no variants. One without a level is
// missing.
func (s *Service) Stocks(tx *db.Tx, variants []string) (map[string]int64, error) {
	type level struct {
		variant string
		n       int64
	}
	all, err := db.AllIn(tx, func(row db.Scanner) (l level, err error) {
		err = row.Scan(&l.variant, &l.n)
		return l, err
	}, `select variant_id, cast(sum(stocked - reserved) as bigint) from stock_levels where variant_id in {keys} group by variant_id`, variants)
	out := make(map[string]int64, len(all))
	for _, l := range all {
		out[l.variant] = l.n
	}
	return out, err
}

// scanWare reads the columns of a variant, of its product, and the stock.
func scanWare(row db.Scanner) (Ware, error) {
	var w Ware
	var stock sql.NullInt64
	var err error
	// The product is told to scan what comes after the variant in the same row.
	w.Product, err = ScanProduct(scanFunc(func(dest ...any) error {
		var err error
		w.Variant, err = ScanVariant(row, append(dest, &stock)...)
		return err
	}))
	w.Stock, w.Counted = stock.Int64, stock.Valid
	return w, err
}

type scanFunc func(dest ...any) error

// Scan implements db.Scanner.
func (f scanFunc) Scan(dest ...any) error { return f(dest...) }

// SoldIn tells which of some products shoppers see in a sales channel: published and not deleted. It takes a statement, none for
// no products.
func (s *Service) SoldIn(tx *db.Tx, channel string, products []string) (map[string]bool, error) {
	if !db.Storable(channel) {
		return nil, nil
	}
	found, err := db.AllIn(tx, db.Text, `select product_id from product_channel_links
		where channel_id = $1 and visible = 1 and product_id in {keys}`, storableKeys(products), channel)
	out := make(map[string]bool, len(found))
	for _, product := range found {
		out[product] = true
	}
	return out, err
}
