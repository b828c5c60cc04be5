package browse

import (
	"context"
	"fmt"
	"strings"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
)

// walk is a way through the products that a query finds: what comes first in the statement, what else must hold, and the
// order. Its filter holds all of it but the place to start from.
type walk struct {
	filter
	from string // "product_tag_links l cross join products p"
	id   string // the column with the product's id
	key  string // the column that the order is by before the id; the same as id when there is none
	by   column // the order
	asc  bool
	slow bool // every row is looked at, however it is walked
}

// column is a column that lists are ordered by.
type column struct {
	name    string // of products
	unique  bool   // no two products share a value: the id is not needed
	integer bool
}

// columnsOf are the orders there are. Of what shoppers see all have one status, so that order is the one by id.
var columnsOf = map[string]column{
	"":           {name: "created_at", integer: true},
	"created_at": {name: "created_at", integer: true},
	"updated_at": {name: "updated_at", integer: true},
	"title":      {name: "title"},
	"status":     {name: "status"},
	"handle":     {name: "handle", unique: true},
	"number":     {name: "number", unique: true, integer: true},
	"id":         {name: "id", unique: true},
}

// walk plans the way through what a query finds.
func (s *Service) walk(ctx context.Context, tx *db.Tx, q *Query) (*walk, error) {
	by, ok := columnsOf[q.Order.By]
	if !ok {
		return nil, fmt.Errorf("browse: no order by %q", q.Order.By)
	}
	if by.name == "status" && !q.Staff {
		by = columnsOf["id"]
	}
	w := &walk{by: by, asc: q.Order.Asc, slow: q.Q != "" || q.NameLike != nil}
	channels := q.Channels
	if channels == nil && !q.Staff {
		m, err := s.o.Shop.Markets(ctx)
		if err != nil {
			return nil, err
		}
		channels = []string{m.DefaultChannel}
	}
	sources := q.sources(channels)
	driver, gather, err := s.driver(tx, q, by, sources)
	if err != nil {
		return nil, err
	}
	w.drive(q, driver, gather)
	for i := range sources {
		if &sources[i] != driver {
			w.member(q, &sources[i])
		}
	}
	w.products(q)
	return w, nil
}

// drive puts in what comes first: the links of a source, or the products along the index of the order. What is gathered is
// sorted; then no index of the order may lure the engine.
func (w *walk) drive(q *Query, driver *source, gather bool) {
	w.from, w.id, w.key = `products p`, `p.id`, `p.`+w.by.name
	switch {
	case driver == nil:
		w.add(`p.deleted_at is null`)
	case driver.links == "":
		w.add(`p.deleted_at is null`)
		driver.own(&w.filter)
	case driver.links == collectionLinks:
		w.add(`p.deleted_at is null and p.status = 'published'`)
		driver.pick(&w.filter, `p.collection_id`)
	default:
		w.from, w.id = driver.links+` l`, `l.product_id`
		if len(driver.values) > 1 {
			w.from = `(select k.product_id, k.listed_at from ` + driver.links + ` k where k.visible = 1 and ` +
				driver.inside(&w.filter, `k`) + ` group by k.product_id, k.listed_at) l`
		} else {
			w.add(`l.visible = 1`)
			driver.pickDirect(&w.filter, `l`)
			driver.pick(&w.filter, `l.`+driver.column)
		}
		driver.shown(&w.filter, `l.product_id`)
		if w.by.name == "created_at" {
			w.key, gather = `l.listed_at`, false
		} else {
			w.join()
		}
	}
	if w.by.unique && w.by.name == "id" {
		w.key = w.id
	}
	if gather {
		w.key = w.sorted()
	}
	if driver == nil && !q.Staff || driver != nil && driver.links == "" && !q.Staff {
		w.add(`p.status = 'published'`)
	}
}

// sorted gives the key so that no index has it.
func (w *walk) sorted() string {
	if w.by.integer {
		return `(` + w.key + ` + 0)`
	}
	return `(` + w.key + ` || '')`
}

// join puts the products' rows beside the links, after them.
func (w *walk) join() {
	if w.id == `p.id` || strings.HasSuffix(w.from, ` products p`) {
		return
	}
	w.from += ` cross join products p`
	w.add(`p.id = l.product_id`)
}

// member asks that a product is in a source that does not drive.
func (w *walk) member(q *Query, s *source) {
	switch {
	case len(s.values) == 0 && s.links != "":
		w.nothing()
	case s.links == "":
		w.join()
		s.own(&w.filter)
	case s.links == collectionLinks:
		w.join()
		s.pick(&w.filter, `p.collection_id`)
	default:
		w.add(`exists (select 1 from ` + s.links + ` k where k.product_id = ` + w.id + ` and ` + s.inside(&w.filter, `k`) + `)`)
		s.shown(&w.filter, w.id)
	}
}

// products puts in what is asked of the products themselves.
func (w *walk) products(q *Query) {
	before := len(w.conds)
	if q.Title != nil {
		w.add(`p.title = ?`, storable(*q.Title))
	}
	if q.Description != nil {
		w.add(`p.description = ?`, storable(*q.Description))
	}
	if q.NameLike != nil {
		w.like(*q.NameLike, `p.title`)
	}
	if q.Q != "" {
		w.matching(q.Q)
	}
	if q.Handle != nil {
		w.add(`p.handle = ?`, storable(*q.Handle))
	}
	if q.GiftCard != nil {
		w.add(`p.is_giftcard = ?`, map[bool]int{true: 1}[*q.GiftCard])
	}
	if q.IDs != nil {
		w.in(w.id, texts(q.IDs))
	}
	if q.Statuses != nil {
		w.in(`p.status`, statuses(q.Statuses))
	}
	w.numbers(q)
	if len(w.conds) > before {
		w.join()
	}
	created := `p.created_at`
	if w.id == `l.product_id` {
		created = `l.listed_at`
	}
	w.window(created, q.Created)
}

func (w *walk) numbers(q *Query) {
	if q.Numbers != nil {
		w.in(`p.number`, db.Args(q.Numbers))
	}
	if q.SinceNumber > 0 {
		w.add(`p.number > ?`, q.SinceNumber)
	}
}

func statuses(list []catalog.Status) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// order gives the words for the order, of columns with these names.
func (w *walk) order(key, id string) string {
	if w.by.unique {
		return ` order by ` + key + direction(w.asc)
	}
	return ` order by ` + key + direction(w.asc) + `, ` + id + direction(w.asc)
}

// keys gives the statement for the ids and keys of what comes after a place, and its values.
func (w *walk) keys(after *place, limit, offset int) (string, []any) {
	f := w.start(after)
	text := `select ` + w.id + ` as id, ` + w.key + ` as k from ` + w.from + f.where() + w.order(w.key, w.id)
	text += f.page(limit, offset, limit)
	return text, f.args
}

// counted gives the statement that counts as far as most, and its values; all when most is 0.
func (w *walk) counted(most int) (string, []any) {
	if most == 0 {
		return `select count(*) from ` + w.from + w.where(), w.args
	}
	f := w.start(nil)
	text := `select 1 from ` + w.from + f.where()
	return `select count(*) from (` + text + f.bind(` limit ?`, most) + `) n`, f.args
}

// start gives a copy of the conditions, with the place to start from.
func (w *walk) start(after *place) *filter {
	f := &filter{conds: w.conds[:len(w.conds):len(w.conds)], args: w.args[:len(w.args):len(w.args)]}
	if after == nil {
		return f
	}
	than := ` < `
	if w.asc {
		than = ` > `
	}
	key := after.bind(f, w.by)
	if w.by.unique {
		f.add(w.key + than + key)
		return f
	}
	f.add(`(` + w.key + `, ` + w.id + `)` + than + `(` + key + `, ` + f.bind(`?`, storable(after.id)) + `)`)
	return f
}

// place is where a page ends: the key and the id of its last product.
type place struct {
	key any // nil to look it up by the id
	id  string
}

// bind puts the key in as a value. The id that it is looked up by may be anything that a caller sent.
func (p *place) bind(f *filter, by column) string {
	if p.key != nil {
		return f.bind(`?`, p.key)
	}
	return f.bind(`(select a.`+by.name+` from products a where a.id = ?)`, storable(p.id))
}

// same tells two walks apart: by all that they ask.
func (w *walk) same() string {
	var b strings.Builder
	b.WriteString(w.from)
	for _, c := range w.conds {
		b.WriteString(c)
		b.WriteByte(0)
	}
	fmt.Fprint(&b, w.by.name, w.asc)
	for _, a := range w.args {
		fmt.Fprintf(&b, "\x00%v", a)
	}
	return b.String()
}
