package catalog

import (
	"slices"

	"kaidian/internal/platform/db"
)

// Record is a product with all that this package keeps of it, as those who change it see it.
type Record struct {
	Product
	Types      []string // values in their order
	Tags       []string // values in their order
	Vendor     string   // name; empty for none
	Categories []string // ids of those that hold it directly, sorted
	Channels   []string // ids, sorted
	Options    []Option
	Images     []Image
	Variants   []Variant // by rank
}

// Visible tells whether shoppers find the product in lists.
func (r *Record) visible() bool { return r.Status == Published }

// Load takes living products for the rest of the transaction and reads them. Those that are not there are missing in the
// map. Ten statements at most, whatever the number.
func (s *Service) Load(tx *db.Tx, ids []string) (map[string]*Record, error) {
	out := make(map[string]*Record, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	if err := holdTree(tx); err != nil {
		return nil, err
	}
	if tx.Dialect() == db.Postgres {
		// A statement of its own: one that has waited for a row would still read the other tables as they were before.
		sorted := slices.Sorted(slices.Values(ids)) // two who take the same rows take them in one order
		_, err := db.AllIn(tx, db.Text, `select p.id from products p where p.id in {keys} and p.deleted_at is null
			order by p.id for update`, sorted)
		if err != nil {
			return nil, err
		}
	}
	scan := func(row db.Scanner) (struct{}, error) {
		var vendor *string
		p, err := ScanProduct(row, &vendor)
		r := &Record{Product: p}
		if vendor != nil {
			r.Vendor = *vendor
		}
		out[p.ID] = r
		return struct{}{}, err
	}
	_, err := db.AllIn(tx, scan, `select `+ProductColumns+`, w.name from products p left join vendors w on w.id = p.vendor_id
		where p.id in {keys} and p.deleted_at is null`, ids)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return out[id] == nil })
	if err := loadRows(tx, ids, out); err != nil {
		return nil, err
	}
	return out, loadLinks(tx, ids, out)
}

func loadRows(tx *db.Tx, ids []string, to map[string]*Record) error {
	options, err := db.AllIn(tx, ScanOption, `select `+OptionColumns+` from product_options o where o.product_id in {keys}
		order by o.position`, ids)
	if err != nil {
		return err
	}
	for _, o := range options {
		to[o.ProductID].Options = append(to[o.ProductID].Options, o)
	}
	images, err := db.AllIn(tx, ScanImage, `select `+ImageColumns+` from product_images i where i.product_id in {keys}
		order by i.position, i.number`, ids)
	if err != nil {
		return err
	}
	for _, i := range images {
		to[i.ProductID].Images = append(to[i.ProductID].Images, i)
	}
	scan := func(row db.Scanner) (Variant, error) { return ScanVariant(row) }
	variants, err := db.AllIn(tx, scan, `select `+VariantColumns+` from variants v where v.product_id in {keys}
		and v.deleted_at is null order by v.rank, v.number`, ids)
	for _, v := range variants {
		to[v.ProductID].Variants = append(to[v.ProductID].Variants, v)
	}
	return err
}

func loadLinks(tx *db.Tx, ids []string, to map[string]*Record) error {
	for _, l := range []struct {
		query string
		list  func(*Record) *[]string
	}{
		{`select l.product_id, t.value from product_type_links l join product_types t on t.id = l.type_id
			where l.product_id in {keys} order by l.position`, func(r *Record) *[]string { return &r.Types }},
		{`select l.product_id, t.value from product_tag_links l join product_tags t on t.id = l.tag_id
			where l.product_id in {keys} order by l.position`, func(r *Record) *[]string { return &r.Tags }},
		{`select l.product_id, l.category_id from product_category_links l where l.product_id in {keys} and l.direct = 1
			order by l.category_id`, func(r *Record) *[]string { return &r.Categories }},
		{`select l.product_id, l.channel_id from product_channel_links l where l.product_id in {keys}
			order by l.channel_id`, func(r *Record) *[]string { return &r.Channels }},
	} {
		pairs, err := db.AllIn(tx, scanPair, l.query, ids)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			to := l.list(to[p.key])
			*to = append(*to, p.value)
		}
	}
	// the database may sort ids by the rules of a language
	for _, r := range to {
		slices.Sort(r.Categories)
		slices.Sort(r.Channels)
	}
	return nil
}

// Named finds the living product that is meant, without taking it. Fault: ErrProductNotFound.
func (s *Service) Named(tx *db.Tx, which Ref) (string, error) {
	where, arg := which.where("p")
	return found(tx.QueryRow(`select p.id from products p where p.deleted_at is null and `+where, arg), ErrProductNotFound)
}

// ByKey finds living products by the values of one of their unique columns: "id", "handle" or "external_id". It gives
// their ids by the value.
func (s *Service) ByKey(tx *db.Tx, column string, values []string) (map[string]string, error) {
	query := map[string]string{
		"id":          `select id, id from products where deleted_at is null and id in {keys}`,
		"handle":      `select handle, id from products where deleted_at is null and handle in {keys}`,
		"external_id": `select external_id, id from products where deleted_at is null and external_id in {keys}`,
	}[column]
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !db.Storable(v) }) // nobody has those
	return owners(tx, query, values)
}

// owners reads pairs.
func owners(tx *db.Tx, query string, keys []string) (map[string]string, error) {
	pairs, err := db.AllIn(tx, scanPair, query, keys)
	out := make(map[string]string, len(pairs))
	for _, p := range pairs {
		out[p.key] = p.value
	}
	return out, err
}
