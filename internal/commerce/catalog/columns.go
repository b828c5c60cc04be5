package catalog

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"kaidian/internal/platform/db"
)

// The columns of the tables with the aliases that the scanners of this file expect, for those who join them.
const (
	ProductColumns = `p.id, p.number, p.title, p.subtitle, p.description, p.handle, p.is_giftcard, p.discountable, p.status,
	p.thumbnail, p.weight, p.length, p.height, p.width, p.hs_code, p.origin_country, p.mid_code, p.material,
	p.collection_id, p.type_id, p.vendor_id, p.profile_id, p.external_id, p.page_title, p.page_description, p.page_keywords,
	p.translations, p.metadata, p.created_at, p.updated_at`
	OptionColumns  = `o.id, o.number, o.product_id, o.title, o.position, o.metadata, o.created_at, o.updated_at`
	VariantColumns = `v.id, v.number, v.product_id, v.title, v.rank, v.sku, v.barcode, v.ean, v.upc, v.weight, v.length,
	v.height, v.width, v.hs_code, v.origin_country, v.mid_code, v.material, v.volume, v.allow_backorder, v.manage_inventory,
	v.compare_amount, v.reward_point, v.sold, v.image_id, v.option_values, v.translations, v.metadata, v.created_at, v.updated_at`
	ImageColumns      = `i.id, i.number, i.product_id, i.url, i.file_name, i.alt, i.position, i.blob, i.metadata, i.created_at, i.updated_at`
	CollectionColumns = `c.id, c.number, c.title, c.handle, c.translations, c.metadata, c.created_at, c.updated_at`
	CategoryColumns   = `c.id, c.number, c.parent_id, c.name, c.handle, c.description, c.mpath, c.rank, c.is_active, c.is_internal,
	c.translations, c.metadata, c.created_at, c.updated_at`
)

func (m *Measures) dest() []any {
	return []any{&m.Weight, &m.Length, &m.Height, &m.Width, &m.HSCode, &m.OriginCountry, &m.MIDCode, &m.Material}
}

// rest is the columns that most tables end with.
type rest struct {
	translations, metadata sql.NullString
	created, updated       int64
}

func (r *rest) fill(translations *Translations, metadata *json.RawMessage, created, updated *time.Time) error {
	*created, *updated = moment(r.created), moment(r.updated)
	if r.metadata.Valid {
		*metadata = json.RawMessage(r.metadata.String)
	}
	if r.translations.Valid {
		if err := json.Unmarshal([]byte(r.translations.String), translations); err != nil {
			return fmt.Errorf("read translations: %w", err)
		}
	}
	return nil
}

// ScanProduct reads ProductColumns, and what else a row has into more.
func ScanProduct(row db.Scanner, more ...any) (Product, error) {
	var p Product
	var r rest
	dest := []any{&p.ID, &p.Number, &p.Title, &p.Subtitle, &p.Description, &p.Handle, &p.GiftCard, &p.Discountable, &p.Status, &p.Thumbnail}
	dest = append(append(dest, p.Measures.dest()...), &p.CollectionID, &p.TypeID, &p.VendorID, &p.ProfileID, &p.ExternalID,
		&p.PageTitle, &p.PageDescription, &p.PageKeywords, &r.translations, &r.metadata, &r.created, &r.updated)
	if err := row.Scan(append(dest, more...)...); err != nil {
		return Product{}, err
	}
	err := r.fill(&p.Translations, &p.Metadata, &p.CreatedAt, &p.UpdatedAt)
	return p, err
}

// ScanOption reads OptionColumns.
func ScanOption(row db.Scanner) (Option, error) {
	var o Option
	var r rest
	err := row.Scan(&o.ID, &o.Number, &o.ProductID, &o.Title, &o.Position, &r.metadata, &r.created, &r.updated)
	if err != nil {
		return Option{}, err
	}
	err = r.fill(nil, &o.Metadata, &o.CreatedAt, &o.UpdatedAt)
	return o, err
}

// ScanVariant reads VariantColumns, and what else a row has into more.
func ScanVariant(row db.Scanner, more ...any) (Variant, error) {
	var v Variant
	var r rest
	var values string
	dest := []any{&v.ID, &v.Number, &v.ProductID, &v.Title, &v.Rank, &v.SKU, &v.Barcode, &v.EAN, &v.UPC}
	dest = append(append(dest, v.Measures.dest()...), &v.Volume, &v.AllowBackorder, &v.ManageInventory, &v.CompareAmount,
		&v.RewardPoint, &v.Sold, &v.ImageID, &values, &r.translations, &r.metadata, &r.created, &r.updated)
	if err := row.Scan(append(dest, more...)...); err != nil {
		return Variant{}, err
	}
	if values != "[]" {
		if err := json.Unmarshal([]byte(values), &v.Values); err != nil {
			return Variant{}, fmt.Errorf("read the option values of %s: %w", v.ID, err)
		}
	}
	err := r.fill(&v.Translations, &v.Metadata, &v.CreatedAt, &v.UpdatedAt)
	return v, err
}

// ScanImage reads ImageColumns.
func ScanImage(row db.Scanner) (Image, error) {
	var i Image
	var r rest
	err := row.Scan(&i.ID, &i.Number, &i.ProductID, &i.URL, &i.FileName, &i.Alt, &i.Position, &i.Blob, &r.metadata, &r.created, &r.updated)
	if err != nil {
		return Image{}, err
	}
	err = r.fill(nil, &i.Metadata, &i.CreatedAt, &i.UpdatedAt)
	return i, err
}

// ScanCollection reads CollectionColumns.
func ScanCollection(row db.Scanner) (Collection, error) {
	var c Collection
	var r rest
	err := row.Scan(&c.ID, &c.Number, &c.Title, &c.Handle, &r.translations, &r.metadata, &r.created, &r.updated)
	if err != nil {
		return Collection{}, err
	}
	err = r.fill(&c.Translations, &c.Metadata, &c.CreatedAt, &c.UpdatedAt)
	return c, err
}

// ScanCategory reads CategoryColumns.
func ScanCategory(row db.Scanner) (Category, error) {
	var c Category
	var r rest
	err := row.Scan(&c.ID, &c.Number, &c.ParentID, &c.Name, &c.Handle, &c.Description, &c.MPath, &c.Rank, &c.Active, &c.Internal,
		&r.translations, &r.metadata, &r.created, &r.updated)
	if err != nil {
		return Category{}, err
	}
	err = r.fill(&c.Translations, &c.Metadata, &c.CreatedAt, &c.UpdatedAt)
	return c, err
}

func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// orNull is how the database keeps what may be missing.
func orNull[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

// object is how the database keeps JSON that may be missing.
func object(m json.RawMessage) any {
	if m == nil {
		return nil
	}
	return string(m)
}

func (t Translations) stored() (any, error) {
	if len(t) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(t)
	return string(text), err
}

// forUpdate ends a select of rows that the transaction is about to change. SQLite needs nothing: a writing transaction
// there has the database to itself.
func forUpdate(tx *db.Tx) string {
	if tx.Dialect() == db.Postgres {
		return ` for update`
	}
	return ``
}

// forShare ends a select of rows that must stay as they are until the transaction ends.
func forShare(tx *db.Tx) string {
	if tx.Dialect() == db.Postgres {
		return ` for share`
	}
	return ``
}

// holdTree keeps the tree of categories as it is until the transaction ends; changeTree also keeps others from holding it.
// Either comes before any row is taken. A product's links and a move touch the same categories and products, each in its own
// order; on PostgreSQL they would wait for each other in a circle, which it takes a second to find.
func holdTree(tx *db.Tx) error { return lockTree(tx, `share`) }

func changeTree(tx *db.Tx) error { return lockTree(tx, `share row exclusive`) }

func lockTree(tx *db.Tx, mode string) error {
	if tx.Dialect() != db.Postgres {
		return nil
	}
	_, err := tx.Exec(`lock table product_categories in ` + mode + ` mode`)
	return err
}

type pair struct{ key, value string }

func scanPair(row db.Scanner) (pair, error) {
	var p pair
	err := row.Scan(&p.key, &p.value)
	return p, err
}
