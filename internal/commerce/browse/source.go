package browse

import (
	"fmt"
	"strings"

	"kaidian/internal/platform/db"
)

// source is a set of products that a query asks for: those of some categories, tags, types, collections or channels, of a
// vendor, or of a time. A walk is driven by one of them.
type source struct {
	links  string // table of the links; "" for a condition on the products themselves
	column string // of the links
	values []any
	one    string // what the column is: "?", or a statement that finds the id by a value
	many   string // what it is one of: "%s", or a statement with it
	direct bool   // of categories: not of their descendants
	hidden bool   // of categories: some of their descendants may be hidden from shoppers
	own    func(f *filter)
	name   string // of a condition: what its size is remembered by
}

// collectionLinks stands for the table of links that collections do not have: the product has its collection's id.
const collectionLinks = "products"

// sources gives what a query asks for.
func (q *Query) sources(channels []string) []source {
	var out []source
	plain := func(links, column string, values []string) {
		if values != nil {
			out = append(out, source{links: links, column: column, values: texts(values), one: `?`, many: `%s`})
		}
	}
	if q.Categories != nil {
		s := source{links: "product_category_links", column: "category_id", values: texts(q.Categories), one: `?`, many: `%s`,
			direct: !q.Children, hidden: q.Children && !q.Staff}
		if !q.Staff {
			s.one = `(select g.id from product_categories g where g.id = ? and g.is_active = 1 and g.is_internal = 0)`
			s.many = `(select g.id from product_categories g where g.id in %s and g.is_active = 1 and g.is_internal = 0)`
		}
		out = append(out, s)
	}
	plain("product_tag_links", "tag_id", q.Tags)
	plain("product_type_links", "type_id", q.Types)
	if q.TypeName != nil {
		out = append(out, source{links: "product_type_links", column: "type_id", values: []any{storable(*q.TypeName)},
			one: `(select y.id from product_types y where y.value = ?)`})
	}
	plain(collectionLinks, "collection_id", q.Collections)
	plain("product_channel_links", "channel_id", channels)
	if q.Vendor != nil {
		out = append(out, source{name: "vendor " + *q.Vendor, own: func(f *filter) {
			f.add(`p.vendor_id = (select n.id from vendors n where n.name = ?)`, storable(*q.Vendor))
		}})
	}
	if q.Updated != (Window{}) {
		out = append(out, timed("updated_at", q.Updated))
	}
	if q.Staff && q.Created != (Window{}) {
		out = append(out, timed("created_at", q.Created))
	}
	return out
}

func timed(column string, w Window) source {
	return source{name: fmt.Sprint(column, w.GT.UnixMilli(), w.GTE.UnixMilli(), w.LT.UnixMilli(), w.LTE.UnixMilli()),
		own: func(f *filter) { f.window(`p.`+column, w) }}
}

// pick asks that a column is one of the source's values.
func (s *source) pick(f *filter, column string) {
	if len(s.values) == 1 {
		f.add(column+` = `+s.one, s.values[0])
		return
	}
	f.conds = append(f.conds, column+` in `+fmt.Sprintf(s.many, f.list(s.values)))
}

// pickDirect leaves out the links to ancestors.
func (s *source) pickDirect(f *filter, alias string) {
	if s.direct {
		f.add(alias + `.direct = 1`)
	}
}

// inside gives the condition that a link is one of the source.
func (s *source) inside(f *filter, alias string) string {
	g := &filter{args: f.args}
	s.pickDirect(g, alias)
	s.pick(g, alias+`.`+s.column)
	f.args = g.args
	return strings.Join(g.conds, ` and `)
}

// shown asks that a product is in a category that shoppers see, not only in descendants that they do not. It is looked up for
// each product only in a shop that has hidden categories.
func (s *source) shown(f *filter, id string) {
	if !s.hidden {
		return
	}
	f.conds = append(f.conds, `(not exists (select 1 from product_categories h where h.is_active = 0 or h.is_internal = 1) or
		exists (select 1 from product_category_links d cross join product_categories g cross join product_categories a
		where d.product_id = `+id+` and d.direct = 1 and g.id = d.category_id and g.is_active = 1 and g.is_internal = 0
		and a.id in `+f.list(s.values)+` and a.is_active = 1 and a.is_internal = 0
		and substr(g.mpath, 1, length(a.mpath)) = a.mpath))`)
}

// single tells whether the index of the source has the order of created_at.
func (s *source) single() bool { return s.links != "" && len(s.values) == 1 }

// same tells sources apart.
func (s *source) same() string {
	return fmt.Sprint(s.links, s.column, s.one, s.direct, s.values, s.name)
}

// size puts in the statement that counts the source as far as most.
func (s *source) size(f *filter, most int64) string {
	g := &filter{args: f.args}
	from := s.links + ` k`
	switch {
	case s.links == "":
		from = `products p`
		g.add(`p.deleted_at is null`)
		s.own(g)
	case s.links == collectionLinks:
		g.add(`k.deleted_at is null and k.status = 'published'`)
		g.conds = append(g.conds, s.inside(g, `k`))
	default:
		g.add(`k.visible = 1`)
		g.conds = append(g.conds, s.inside(g, `k`))
	}
	f.args = g.args
	return `(select count(*) from (select 1 from ` + from + g.where() + f.bind(` limit ?) n)`, most)
}

// driver says which source drives, nil for the products along the index of the order, and whether its products are gathered
// and sorted.
func (s *Service) driver(tx *db.Tx, q *Query, by column, sources []source) (driver *source, gather bool, err error) {
	if q.IDs != nil || q.Numbers != nil || q.Handle != nil || q.Title != nil {
		return nil, true, nil // a few, found by their index
	}
	candidates := make([]*source, 0, len(sources))
	for i := range sources {
		if sources[i].links != "" && len(sources[i].values) == 0 {
			return nil, false, nil // which finds nothing
		}
		if !q.Staff || sources[i].links == "" && !(sources[i].name == "" || by.name == "created_at" && q.Created != (Window{})) {
			candidates = append(candidates, &sources[i])
		}
	}
	newest := by.name == "created_at"
	if newest && len(candidates) == 1 && candidates[0].single() {
		return candidates[0], false, nil
	}
	sizes, err := s.sizes(tx, candidates)
	if err != nil {
		return nil, false, err
	}
	best, large := -1, -1
	for i, c := range candidates {
		if sizes[i] < s.reach.large && (best < 0 || sizes[i] < sizes[best]) {
			best = i
		}
		if large < 0 && newest && c.single() {
			large = i // the channel comes late: it holds nearly everything
		}
	}
	switch {
	case best >= 0:
		return candidates[best], !newest || !candidates[best].single(), nil
	case large >= 0:
		return candidates[large], false, nil
	}
	return nil, false, nil
}

// sizes counts the candidates as far as it takes to know that they are large: one statement, none when all are remembered.
func (s *Service) sizes(tx *db.Tx, candidates []*source) ([]int64, error) {
	out := make([]int64, len(candidates))
	var f filter
	var ask []int
	var texts []string
	for i, c := range candidates {
		n, ok := s.known.get(c.same())
		if ok {
			out[i] = n
			continue
		}
		ask, texts = append(ask, i), append(texts, c.size(&f, s.reach.large))
	}
	if len(ask) == 0 {
		return out, nil
	}
	dest := make([]any, len(ask))
	for i, at := range ask {
		dest[i] = &out[at]
	}
	if err := tx.QueryRow(`select `+strings.Join(texts, `, `), f.args...).Scan(dest...); err != nil {
		return nil, fmt.Errorf("look at the sizes: %w", err)
	}
	for _, at := range ask {
		s.known.put(candidates[at].same(), out[at])
	}
	return out, nil
}
