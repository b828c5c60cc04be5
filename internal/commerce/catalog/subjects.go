package catalog

import (
	"slices"

	"kaidian/internal/platform/db"
)

// SubjectNeeds says what has to be known of products.
type SubjectNeeds struct{ Types, Tags bool }

// Subject is what a product is filed under, by id, in the product's order.
type Subject struct {
	Types []string
	Tags  []string
}

// Subjects gives what products are filed under, as far as it is needed: a statement, none when nothing is needed or for no
// products. The map is by product id; a product that is filed under nothing is missing.
func (s *Service) Subjects(tx *db.Tx, products []string, o SubjectNeeds) (map[string]Subject, error) {
	types := `select product_id, 0 as kind, type_id as term, position from product_type_links where product_id in {keys}`
	tags := `select product_id, 1 as kind, tag_id as term, position from product_tag_links where product_id in {keys}`
	query := ``
	switch {
	case o.Types && o.Tags:
		query = types + ` union all ` + tags
	case o.Types:
		query = types
	case o.Tags:
		query = tags
	default:
		return nil, nil
	}
	type link struct {
		product string
		tag     bool
		term    string
	}
	links, err := db.AllIn(tx, func(row db.Scanner) (link, error) {
		var l link
		var position int64
		err := row.Scan(&l.product, &l.tag, &l.term, &position)
		return l, err
	}, query+` order by 1, 2, 4, 3`, storableKeys(products))
	out := make(map[string]Subject)
	for _, l := range links {
		of := out[l.product]
		if l.tag {
			of.Tags = append(of.Tags, l.term)
		} else {
			of.Types = append(of.Types, l.term)
		}
		out[l.product] = of
	}
	return out, err
}

// storableKeys gives keys in order, without doubles and without those that the database cannot hold: nothing has them.
func storableKeys(keys []string) []string {
	return slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(keys))), func(k string) bool { return k == "" || !db.Storable(k) })
}
