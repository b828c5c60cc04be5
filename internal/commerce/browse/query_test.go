package browse_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
)

// fact is what the naive reading of a query looks at.
type fact struct {
	id, title, description, handle, status, collection, vendor string
	number, created, updated                                   int64
	channels, direct, categories, tags, types, typeNames       []string
	words                                                      string // all that q looks at
	byTitle, byHandle, byID                                    int    // places in the engine's order of texts
}

// facts reads all of the catalogue.
func (s *stall) facts() []fact {
	s.t.Helper()
	places := func(by string) map[string]int {
		out := map[string]int{}
		for i, id := range s.texts(`select id from products order by ` + by) {
			out[id] = i
		}
		return out
	}
	titles, handles, ids := places(`title, id`), places(`handle`), places(`id`)
	var out []fact
	for _, id := range s.texts(`select id from products where deleted_at is null order by number`) {
		f := fact{id: id, byTitle: titles[id], byHandle: handles[id], byID: ids[id]}
		texts := s.texts(`select v from (select 1 as n, title as v from products where id = $1 union all select 2, coalesce(description, '') from products where id = $1
			union all select 3, handle from products where id = $1 union all select 4, status from products where id = $1
			union all select 5, coalesce(collection_id, '') from products where id = $1
			union all select 6, coalesce((select w.name from vendors w where w.id = products.vendor_id), '') from products where id = $1) x order by n`, id)
		f.title, f.description, f.handle, f.status, f.collection, f.vendor = texts[0], texts[1], texts[2], texts[3], texts[4], texts[5]
		numbers := column[int64](s, `select v from (select 1 as n, number as v from products where id = $1 union all select 2, created_at from products where id = $1
			union all select 3, updated_at from products where id = $1) x order by n`, id)
		f.number, f.created, f.updated = numbers[0], numbers[1], numbers[2]
		f.channels = s.texts(`select channel_id from product_channel_links where product_id = $1`, id)
		f.categories = s.texts(`select category_id from product_category_links where product_id = $1`, id)
		f.direct = s.texts(`select category_id from product_category_links where product_id = $1 and direct = 1`, id)
		f.tags = s.texts(`select tag_id from product_tag_links where product_id = $1`, id)
		f.types = s.texts(`select type_id from product_type_links where product_id = $1`, id)
		f.typeNames = s.texts(`select t.value from product_type_links l join product_types t on t.id = l.type_id where product_id = $1`, id)
		words := append([]string{f.title, f.description}, s.texts(`select title || ' ' || coalesce(sku, '') from variants where product_id = $1`, id)...)
		words = append(words, s.texts(`select c.title from product_collections c join products p on p.collection_id = c.id where p.id = $1`, id)...)
		f.words = strings.ToLower(strings.Join(words, "\n"))
		out = append(out, f)
	}
	return out
}

// meets tells whether a product is one that a query asks for.
func (f *fact) meets(q browse.Query, channel string) bool {
	in := func(asked, have []string) bool {
		return asked == nil || slices.ContainsFunc(asked, func(a string) bool { return slices.Contains(have, a) })
	}
	is := func(asked *string, have string) bool { return asked == nil || *asked == have }
	categories := f.direct
	if q.Children {
		categories = f.categories
	}
	channels := q.Channels
	if channels == nil && !q.Staff {
		channels = []string{channel}
	}
	return (q.Staff || f.status == "published") && in(channels, f.channels) && in(q.IDs, []string{f.id}) &&
		(q.Numbers == nil || slices.Contains(q.Numbers, f.number)) && in(q.Categories, categories) && in(q.Tags, f.tags) &&
		in(q.Types, f.types) && (q.TypeName == nil || slices.Contains(f.typeNames, *q.TypeName)) && in(q.Collections, []string{f.collection}) &&
		is(q.Title, f.title) && is(q.Description, f.description) && is(q.Handle, f.handle) && is(q.Vendor, f.vendor) &&
		(q.NameLike == nil || strings.Contains(strings.ToLower(f.title), strings.ToLower(*q.NameLike))) &&
		strings.Contains(f.words, strings.ToLower(q.Q)) && (q.GiftCard == nil || !*q.GiftCard) &&
		(q.Statuses == nil || slices.Contains(q.Statuses, catalog.Status(f.status))) && f.number > q.SinceNumber &&
		meets(q.Created, f.created) && meets(q.Updated, f.updated)
}

func meets(w browse.Window, at int64) bool {
	return (w.GT.IsZero() || at > w.GT.UnixMilli()) && (w.GTE.IsZero() || at >= w.GTE.UnixMilli()) &&
		(w.LT.IsZero() || at < w.LT.UnixMilli()) && (w.LTE.IsZero() || at <= w.LTE.UnixMilli())
}

// expected is the naive answer: everything that meets the query, in its order.
func expected(facts []fact, q browse.Query, channel string) []string {
	var found []fact
	for _, f := range facts {
		if f.meets(q, channel) {
			found = append(found, f)
		}
	}
	compare := map[string]func(a, b fact) int{
		"":           func(a, b fact) int { return cmp.Compare(a.created, b.created) },
		"created_at": func(a, b fact) int { return cmp.Compare(a.created, b.created) },
		"updated_at": func(a, b fact) int { return cmp.Compare(a.updated, b.updated) },
		"title":      func(a, b fact) int { return cmp.Compare(a.byTitle, b.byTitle) },
		"handle":     func(a, b fact) int { return cmp.Compare(a.byHandle, b.byHandle) },
		"number":     func(a, b fact) int { return cmp.Compare(a.number, b.number) },
		"status":     func(a, b fact) int { return cmp.Compare(a.status, b.status) },
		"id":         func(a, b fact) int { return cmp.Compare(a.byID, b.byID) },
	}[q.Order.By]
	slices.SortFunc(found, func(a, b fact) int {
		n := cmp.Or(compare(a, b), cmp.Compare(a.byID, b.byID))
		if !q.Order.Asc {
			n = -n
		}
		return n
	})
	out := make([]string, len(found))
	for i, f := range found {
		out[i] = f.id
	}
	return out
}

// asked draws a query that mixes filters, and values that there are with ones that there are not.
func asked(t *rapid.T, s *stall, facts []fact) browse.Query {
	some := func(label string, of []string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(append(slices.Clone(of), "nothing", "\x00")), 1, 3, rapid.ID).Draw(t, label)
	}
	one := func(label string, of func(f fact) string) *string {
		v := of(rapid.SampledFrom(facts).Draw(t, label))
		return &v
	}
	q := browse.Query{Staff: rapid.Bool().Draw(t, "staff")}
	for range rapid.IntRange(0, 3).Draw(t, "filters") {
		switch rapid.IntRange(0, 17).Draw(t, "filter") {
		case 0:
			q.Categories, q.Children = some("categories", s.made.Categories), rapid.Bool().Draw(t, "children")
		case 1:
			q.Tags = some("tags", s.made.Tags[:8])
		case 2:
			q.Types = some("types", s.made.Types)
		case 3:
			q.Collections = some("collections", s.made.Collections)
		case 4:
			q.Channels = some("channels", []string{s.made.Channel, "sc_fill_wholesale"})
		case 5:
			q.TypeName = &rapid.SampledFrom(facts).Draw(t, "type name").typeNames[0]
		case 6:
			q.Vendor = one("vendor", func(f fact) string { return cmp.Or(f.vendor, "nobody") })
		case 7:
			q.Title = one("title", func(f fact) string { return f.title })
		case 8:
			q.Handle = one("handle", func(f fact) string { return f.handle })
		case 9:
			q.IDs = some("ids", s.made.Products)
		case 10:
			q.Numbers = rapid.SliceOfN(rapid.Int64Range(1, 500), 0, 9).Draw(t, "numbers")
		case 11:
			q.Q = rapid.SampledFrom([]string{"dress", "纯棉", "SKU-000001", "精选1", "%", "_", `\`, "zzz", "MUG", "S", "\x00"}).Draw(t, "q")
		case 12:
			q.NameLike = ptr(rapid.SampledFrom([]string{"cotton", "茶", "100%"}).Draw(t, "name"))
		case 13:
			q.Created.GTE = time.UnixMilli(rapid.SampledFrom(facts).Draw(t, "created").created)
		case 14:
			q.Updated = browse.Window{GT: time.UnixMilli(rapid.SampledFrom(facts).Draw(t, "from").updated), LTE: time.UnixMilli(rapid.SampledFrom(facts).Draw(t, "to").updated)}
		case 15:
			q.Statuses = rapid.SliceOfN(rapid.SampledFrom([]catalog.Status{catalog.Draft, catalog.Published, catalog.Rejected}), 0, 2).Draw(t, "statuses")
		case 16:
			q.SinceNumber = rapid.Int64Range(0, 500).Draw(t, "since")
		case 17:
			q.GiftCard = ptr(rapid.Bool().Draw(t, "gift card"))
		}
	}
	q.Order = browse.Order{By: rapid.SampledFrom([]string{"", "created_at", "updated_at", "title", "handle", "number", "id", "status"}).Draw(t, "by"),
		Asc: rapid.Bool().Draw(t, "asc")}
	return q
}

// Every mix of filters and orders gives what a naive reading gives, page by page, whether by offset or from product to product.
func TestProductsFindsWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	both(t, 500, func(t *testing.T, s *stall) {
		facts := s.facts()
		rapid.Check(t, func(rt *rapid.T) {
			q := asked(rt, s, facts)
			want := expected(facts, q, s.made.Channel)
			q.Limit = rapid.IntRange(1, 40).Draw(rt, "limit")
			q.Offset = rapid.IntRange(0, len(want)+1).Draw(rt, "offset")
			from := min(q.Offset, len(want))
			to := min(from+q.Limit, len(want))
			page, err := s.Products(context.Background(), q, browse.Parts{}, browse.Pricing{})
			if err != nil {
				rt.Fatalf("%+v: %v", q, err)
			}
			if got := idsOf(page.Products); !slices.Equal(got, want[from:to]) || page.Count != len(want) {
				rt.Fatalf("%+v: got %v of %d, want %v of %d", q, short(got), page.Count, short(want[from:to]), len(want))
			}
			if n, err := s.CountProducts(context.Background(), q); n != len(want) || err != nil {
				rt.Fatalf("%+v: counted %d, %v, want %d", q, n, err, len(want))
			}
			if from > 0 && from < len(want) { // the same page by what comes before it
				q.After, q.Offset = want[from-1], 0
				page, err := s.Products(context.Background(), q, browse.Parts{}, browse.Pricing{})
				if got := idsOf(page.Products); !slices.Equal(got, want[from:to]) || err != nil {
					rt.Fatalf("%+v: got %v (%v), want %v", q, short(got), err, short(want[from:to]))
				}
			}
		})
	})
}
