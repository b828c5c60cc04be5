package catalog

import (
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"kaidian/internal/platform/db"
)

// Save writes changes that Settle has not refused. New rows of all of them go into few statements; rows that are there
// are written one by one. It fills in the number of new products. What it may violate, Fault knows.
func (s *Service) Save(tx *db.Tx, changes []*Change) error {
	var open []*Change
	for _, c := range changes {
		if c.Err == nil && c.Changed() {
			open = append(open, c)
		}
	}
	if len(open) == 0 {
		return nil
	}
	now := s.clock.Now()
	words, err := fileUnder(tx, open, now)
	if err != nil {
		return err
	}
	for _, step := range []func(*db.Tx, []*Change, time.Time) error{
		letGo, insertProducts, updateProducts, saveOptions, saveImages, saveVariants, dropImages,
	} {
		if err := step(tx, open, now); err != nil {
			return err
		}
	}
	return saveLinks(tx, open, words)
}

// words is the ids of types and tags by their values.
type words struct{ types, tags map[string]string }

// fileUnder finds or makes the types, tags and vendors of the changes.
func fileUnder(tx *db.Tx, changes []*Change, now time.Time) (words, error) {
	var inTypes, inTags, inVendors []string
	for _, c := range changes {
		inTypes, inTags = append(inTypes, c.After.Types...), append(inTags, c.After.Tags...)
		if c.After.Vendor != "" {
			inVendors = append(inVendors, c.After.Vendor)
		}
	}
	var w words
	var err error
	if w.types, err = types.ids(tx, inTypes, now); err != nil {
		return words{}, err
	}
	if w.tags, err = tags.ids(tx, inTags, now); err != nil {
		return words{}, err
	}
	byName, err := vendors.ids(tx, inVendors, now)
	for _, c := range changes {
		r := &c.After
		r.TypeID, r.VendorID = nil, nil
		if len(r.Types) > 0 {
			id := w.types[r.Types[0]]
			r.TypeID = &id
		}
		if id, ok := byName[r.Vendor]; ok {
			r.VendorID = &id
		}
	}
	return w, err
}

// letGo deletes the variants that go and frees what must be unique in rows that are to have another value of it: one row
// may get what the other has.
func letGo(tx *db.Tx, changes []*Change, now time.Time) error {
	var gone, recoded, renamed []string
	for _, c := range changes {
		if c.Before == nil {
			continue
		}
		if c.Before.Handle != c.After.Handle || !same(c.Before.ExternalID, c.After.ExternalID) {
			renamed = append(renamed, c.After.ID)
		}
		gone = append(gone, c.Gone()...)
		for i := range c.After.Variants {
			v := &c.After.Variants[i]
			if was := c.Was(v.ID); was != nil && (was.key() != v.key() || !slices.Equal(was.codes(), v.codes())) {
				recoded = append(recoded, v.ID)
			}
		}
	}
	_, err := tx.ExecIn(`update variants set deleted_at = $1, updated_at = $1, image_id = null where id in {keys}`, gone, db.Millis(now))
	if err != nil {
		return err
	}
	if _, err := tx.ExecIn(`update variants set sku = null, ean = null, upc = null, option_key = id where id in {keys}`, recoded); err != nil {
		return err
	}
	_, err = tx.ExecIn(`update products set handle = id, external_id = null where id in {keys}`, renamed)
	return err
}

func (v *Variant) codes() []string {
	out := make([]string, len(uniques))
	for i, u := range uniques {
		if text := *u.of(v); text != nil {
			out[i] = "=" + *text
		}
	}
	return out
}

const productFields = `title, subtitle, description, handle, is_giftcard, discountable, status, thumbnail, weight, length, height,
	width, hs_code, origin_country, mid_code, material, collection_id, type_id, vendor_id, profile_id, external_id, page_title,
	page_description, page_keywords, translations, metadata, updated_at`

func (r *Record) row() ([]any, error) {
	translations, err := r.Translations.stored()
	return append(append([]any{r.ID, r.Title, orNull(r.Subtitle), orNull(r.Description), r.Handle, db.Flag(r.GiftCard), db.Flag(r.Discountable),
		string(r.Status), orNull(r.Thumbnail)}, r.Measures.row()...),
		orNull(r.CollectionID), orNull(r.TypeID), orNull(r.VendorID), orNull(r.ProfileID), orNull(r.ExternalID), r.PageTitle,
		r.PageDescription, r.PageKeywords, translations, object(r.Metadata), db.Millis(r.UpdatedAt)), err
}

func (m Measures) row() []any {
	return []any{orNull(m.Weight), orNull(m.Length), orNull(m.Height), orNull(m.Width), orNull(m.HSCode), orNull(m.OriginCountry),
		orNull(m.MIDCode), orNull(m.Material)}
}

func insertProducts(tx *db.Tx, changes []*Change, now time.Time) error {
	fresh := map[string]*Change{}
	var rows [][]any
	for _, c := range changes {
		if c.Before != nil {
			continue
		}
		c.After.UpdatedAt = now
		row, err := c.After.row()
		if err != nil {
			return err
		}
		rows, fresh[c.After.ID] = append(rows, append(row, c.After.CreatedAt.UnixMilli())), c
	}
	scan := func(row db.Scanner) (struct{}, error) {
		var id string
		var number int64
		err := row.Scan(&id, &number)
		if c := fresh[id]; c != nil {
			c.After.Number = number
		}
		return struct{}{}, err
	}
	_, err := db.Inserted(tx, scan, `insert into products (id, `+productFields+`, created_at)`, rows, `returning id, number`)
	return err
}

func updateProducts(tx *db.Tx, changes []*Change, now time.Time) error {
	for _, c := range changes {
		if c.Before == nil {
			continue
		}
		c.After.UpdatedAt = now
		row, err := c.After.row()
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`update products set (`+productFields+`) = `+db.In(2, len(row)-1)+` where id = $1`, row...); err != nil {
			return err
		}
	}
	return nil
}

func saveOptions(tx *db.Tx, changes []*Change, now time.Time) error {
	var fresh [][]any
	var moved, gone []string // of products, of options
	var changed []Option
	for _, c := range changes {
		var before []Option
		if c.Before != nil {
			before = c.Before.Options
		}
		for _, o := range before {
			if !slices.ContainsFunc(c.After.Options, func(a Option) bool { return a.ID == o.ID }) {
				gone = append(gone, o.ID)
			}
		}
		for _, o := range c.After.Options {
			at := slices.IndexFunc(before, func(b Option) bool { return b.ID == o.ID })
			switch {
			case at < 0:
				fresh = append(fresh, []any{o.ID, o.ProductID, o.Title, o.Position, now.UnixMilli(), now.UnixMilli()})
			case before[at].Title != o.Title || before[at].Position != o.Position:
				moved, changed = append(moved, o.ID), append(changed, o)
			}
		}
	}
	if _, err := tx.ExecIn(`delete from product_options where id in {keys}`, gone); err != nil {
		return err
	}
	// a position that another has must be free first
	if _, err := tx.ExecIn(`update product_options set position = -position where id in {keys}`, moved); err != nil {
		return err
	}
	for _, o := range changed {
		if _, err := tx.Exec(`update product_options set title = $2, position = $3, updated_at = $4 where id = $1`,
			o.ID, o.Title, o.Position, now.UnixMilli()); err != nil {
			return err
		}
	}
	return tx.Insert(`insert into product_options (id, product_id, title, position, created_at, updated_at)`, fresh, ``)
}

const imageFields = `url, file_name, alt, position, blob, metadata, updated_at`

func saveImages(tx *db.Tx, changes []*Change, now time.Time) error {
	var fresh [][]any
	for _, c := range changes {
		for _, i := range c.After.Images {
			if was := c.imageBefore(i.ID); was != nil && was.equal(i) {
				continue
			}
			row := []any{i.ID, i.URL, i.FileName, i.Alt, i.Position, i.Blob, object(i.Metadata), now.UnixMilli()}
			if i.Number == 0 {
				fresh = append(fresh, append(row, i.ProductID, now.UnixMilli()))
				continue
			}
			if _, err := tx.Exec(`update product_images set (`+imageFields+`) = ($2, $3, $4, $5, $6, $7, $8) where id = $1`, row...); err != nil {
				return err
			}
		}
	}
	return tx.Insert(`insert into product_images (id, `+imageFields+`, product_id, created_at)`, fresh, ``)
}

func (c *Change) imageBefore(id string) *Image {
	if c.Before == nil {
		return nil
	}
	if at := slices.IndexFunc(c.Before.Images, func(i Image) bool { return i.ID == id }); at >= 0 {
		return &c.Before.Images[at]
	}
	return nil
}

func (i *Image) equal(o Image) bool {
	return i.URL == o.URL && i.FileName == o.FileName && i.Alt == o.Alt && i.Position == o.Position && i.Blob == o.Blob &&
		string(i.Metadata) == string(o.Metadata)
}

// dropImages deletes the pictures that go, once no variant names them.
func dropImages(tx *db.Tx, changes []*Change, _ time.Time) error {
	var gone []string
	for _, c := range changes {
		if c.Before == nil {
			continue
		}
		for _, i := range c.Before.Images {
			if !slices.ContainsFunc(c.After.Images, func(a Image) bool { return a.ID == i.ID }) {
				gone = append(gone, i.ID)
			}
		}
	}
	_, err := tx.ExecIn(`delete from product_images where id in {keys}`, gone)
	return err
}

const variantFields = `title, rank, sku, barcode, ean, upc, weight, length, height, width, hs_code, origin_country, mid_code,
	material, volume, allow_backorder, manage_inventory, compare_amount, reward_point, image_id, option_values, option_key,
	translations, metadata, updated_at`

func (v *Variant) row(now time.Time) ([]any, error) {
	translations, err := v.Translations.stored()
	if err != nil {
		return nil, err
	}
	values := []byte(`[]`)
	if len(v.Values) > 0 {
		if values, err = json.Marshal(v.Values); err != nil {
			return nil, err
		}
	}
	return append(append([]any{v.ID, v.Title, v.Rank, orNull(v.SKU), orNull(v.Barcode), orNull(v.EAN), orNull(v.UPC)}, v.Measures.row()...),
		orNull(v.Volume), db.Flag(v.AllowBackorder), db.Flag(v.ManageInventory), v.CompareAmount, v.RewardPoint, orNull(v.ImageID),
		string(values), v.key(), translations, object(v.Metadata), now.UnixMilli()), nil
}

func saveVariants(tx *db.Tx, changes []*Change, now time.Time) error {
	var fresh [][]any
	for _, c := range changes {
		for i := range c.After.Variants {
			v := &c.After.Variants[i]
			if was := c.Was(v.ID); was != nil && reflect.DeepEqual(*was, *v) {
				continue
			}
			row, err := v.row(now)
			if err != nil {
				return err
			}
			if v.Number == 0 {
				fresh = append(fresh, append(row, v.ProductID, now.UnixMilli()))
				continue
			}
			if _, err := tx.Exec(`update variants set (`+variantFields+`) = `+db.In(2, len(row)-1)+` where id = $1`, row...); err != nil {
				return err
			}
		}
	}
	return tx.Insert(`insert into variants (id, `+variantFields+`, product_id, created_at, sold)`, withZero(fresh), ``)
}

// withZero adds what a new variant has sold.
func withZero(rows [][]any) [][]any {
	for i := range rows {
		rows[i] = append(rows[i], 0)
	}
	return rows
}
