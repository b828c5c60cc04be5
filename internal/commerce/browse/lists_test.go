package browse_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/shoptest/fill"
)

func TestOneProduct(t *testing.T) {
	t.Parallel()
	both(t, 40, func(t *testing.T, s *stall) {
		id := s.made.Products[3]
		number := column[int64](s, `select number from products where id = $1`, id)[0]
		s.exec(`update products set status = 'draft' where id = $1`, id)
		for _, which := range []catalog.Ref{catalog.ByID(id), catalog.ByNumber(number)} {
			p, err := s.Product(t.Context(), which, everything, europe)
			if err != nil || p.ID != id || p.Number != number || len(p.Variants) == 0 {
				t.Errorf("%+v: %+v (%v)", which, p, err)
			}
		}
		s.exec(`update products set deleted_at = 1 where id = $1`, id)
		for _, which := range []catalog.Ref{catalog.ByID(id), catalog.ByNumber(number), catalog.ByID("prod_none"), catalog.ByID("\x00"), {}} {
			if _, err := s.Product(t.Context(), which, everything, europe); !errors.Is(err, catalog.ErrProductNotFound) {
				t.Errorf("%+v: %v", which, err)
			}
			if in, err := s.InChannels(t.Context(), which.ID, []string{"sc_none", "\xff"}); in || err != nil {
				t.Errorf("%+v is in a channel: %v", which, err)
			}
		}
		other := s.texts(`select product_id from product_channel_links where channel_id = $1`, s.made.Channel)[0]
		for _, c := range []struct {
			channels []string
			want     bool
		}{{[]string{s.made.Channel}, true}, {[]string{"sc_none", s.made.Channel}, true}, {[]string{"sc_none"}, false}, {nil, false}} {
			if in, err := s.InChannels(t.Context(), other, c.channels); in != c.want || err != nil {
				t.Errorf("in %v: %v, %v", c.channels, in, err)
			}
		}
		if _, err := s.Products(t.Context(), browse.Query{Order: browse.Order{By: "price"}}, browse.Parts{}, browse.Pricing{}); err == nil {
			t.Error("an order that there is not")
		}
	})
}

// Texts come in the language that is asked for, of the region before the language alone, and stay where there is none.
func TestTranslations(t *testing.T) {
	t.Parallel()
	both(t, 0, func(t *testing.T, s *stall) {
		id := s.add("mug", opening)
		s.exec(`update products set subtitle = 'sub', translations = '{"zh":{"title":"杯子","description":"一个杯子"},"zh-TW":{"title":"杯"}}', collection_id = $1`, s.made.Collections[0])
		s.exec(`update variants set translations = '{"zh":{"title":"默认"}}'`)
		s.exec(`update product_collections set translations = '{"zh":{"title":"系列"}}' where id = $1`, s.made.Collections[0])
		base := s.text(`select title from product_collections where id = $1`, s.made.Collections[0])
		parts := browse.Parts{Collection: true, Variants: true}
		for locale, want := range map[string][]string{
			"":      {"mug", "sub", "-", base, "Default"},
			"en":    {"mug", "sub", "-", base, "Default"},
			"zh":    {"杯子", "sub", "一个杯子", "系列", "默认"},
			"zh-CN": {"杯子", "sub", "一个杯子", "系列", "默认"},
			"zh-TW": {"杯", "sub", "一个杯子", "系列", "默认"},
		} {
			one, err := s.Product(t.Context(), catalog.ByID(id), parts, browse.Pricing{Locale: locale})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range []browse.Product{one, s.products(browse.Query{}, parts, browse.Pricing{Locale: locale}).Products[0]} {
				description := "-"
				if p.Description != nil {
					description = *p.Description
				}
				same(t, "in "+locale, []string{p.Title, *p.Subtitle, description, p.Collection.Title, p.Variants[0].Title}, want)
				if p.Translations != nil {
					t.Errorf("translations that nobody asked for: %v", p.Translations)
				}
			}
			v, err := s.Variant(t.Context(), catalog.ByID("variant_mug"), browse.VariantParts{Product: true}, browse.Pricing{Locale: locale})
			if err != nil || v.Title != want[4] || v.Product.Title != want[0] {
				t.Errorf("variant in %s: %q of %q (%v)", locale, v.Title, v.Product.Title, err)
			}
			c, err := s.Collection(t.Context(), catalog.ByID(s.made.Collections[0]), locale)
			if err != nil || c.Title != want[3] {
				t.Errorf("collection in %s: %q (%v)", locale, c.Title, err)
			}
		}
	})
}

func TestVariants(t *testing.T) {
	t.Parallel()
	both(t, 50, func(t *testing.T, s *stall) {
		mug := s.add("mug", opening)
		s.add("cup", opening.Add(-time.Hour))
		s.add("draft", opening)
		s.exec(`update products set status = 'draft' where id = 'prod_draft'`)
		s.exec(`update stock_levels set stocked = 5000 where variant_id = 'variant_cup'`)
		numbers := column[int64](s, `select number from variants where id in ('variant_mug', 'variant_cup') order by number`)
		type q = browse.VariantQuery
		for name, c := range map[string]struct {
			q    q
			want []string
		}{
			"newest":                {q{Limit: 2}, []string{"variant_mug", "variant_cup"}},
			"the second":            {q{Limit: 1, Offset: 1}, []string{"variant_cup"}},
			"of staff":              {q{Staff: true, IDs: []string{"variant_draft", "variant_mug"}}, []string{"variant_mug", "variant_draft"}},
			"ids":                   {q{IDs: []string{"variant_draft", "variant_mug", "none", "\x00"}}, []string{"variant_mug"}},
			"no ids":                {q{IDs: []string{}}, nil},
			"numbers":               {q{Numbers: numbers, Order: browse.Order{By: "number", Asc: true}}, []string{"variant_mug", "variant_cup"}},
			"since":                 {q{SinceNumber: numbers[0], Order: browse.Order{By: "number", Asc: true}}, []string{"variant_cup"}},
			"by id":                 {q{SinceNumber: numbers[0] - 1, Order: browse.Order{By: "id", Asc: true}}, []string{"variant_cup", "variant_mug"}},
			"skus":                  {q{SKUs: []string{"SKU-cup"}}, []string{"variant_cup"}},
			"titles":                {q{Titles: []string{"Default", "x"}}, []string{"variant_mug", "variant_cup"}},
			"words of the variant":  {q{Q: "sku-mU"}, []string{"variant_mug"}},
			"words of the product":  {q{Q: "cU"}, []string{"variant_cup"}},
			"no wildcards":          {q{Q: "m_g"}, nil},
			"stock":                 {q{Stock: browse.Range{GT: ptr(int64(1000))}}, []string{"variant_cup"}},
			"stock of both":         {q{IDs: []string{"variant_cup", "variant_mug"}, Stock: browse.Range{GTE: ptr(int64(7)), LT: ptr(int64(4997))}}, []string{"variant_mug"}},
			"stock exactly":         {q{Stock: browse.Range{EQ: ptr(int64(4997)), LTE: ptr(int64(5000))}}, []string{"variant_cup"}},
			"of a product":          {q{Product: catalog.ByID(mug), Order: browse.Order{By: "rank", Asc: true}}, []string{"variant_mug"}},
			"of another channel":    {q{Channels: []string{fill.Wholesale}, Titles: []string{"Default"}}, nil},
			"of either channel":     {q{Channels: []string{fill.Wholesale, s.made.Channel}, Titles: []string{"Default"}}, []string{"variant_mug", "variant_cup"}},
			"of no channel":         {q{Channels: []string{}}, nil},
			"created":               {q{Created: browse.Window{GTE: opening}}, []string{"variant_mug"}},
			"updated":               {q{Updated: browse.Window{GT: opening.Add(-2 * time.Hour), LT: opening}}, []string{"variant_cup"}},
			"of a product's number": {q{Product: catalog.ByNumber(column[int64](s, `select number from products where id = $1`, mug)[0])}, []string{"variant_mug"}},
		} {
			list, err := s.Variants(t.Context(), c.q, browse.VariantParts{Product: true, Prices: true}, europe)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var got []string
			for _, v := range list {
				got = append(got, v.ID)
				if v.Product == nil || v.Product.ID != v.ProductID || num(v.Price.CalculatedInclTax) != 1200 {
					t.Errorf("%s: %s is of %+v and costs %d", name, v.ID, v.Product, num(v.Price.CalculatedInclTax))
				}
			}
			same(t, name, got, c.want)
			if n, err := s.CountVariants(t.Context(), c.q); c.q.Limit == 0 && n != len(c.want) || err != nil {
				t.Errorf("%s: counted %d (%v), want %d", name, n, err, len(c.want))
			}
		}
		if _, err := s.Variants(t.Context(), q{Order: browse.Order{By: "price"}}, browse.VariantParts{}, europe); err == nil {
			t.Error("an order that there is not")
		}
		s.exec(`update variants set deleted_at = 1 where id = 'variant_cup'`)
		for _, which := range []catalog.Ref{catalog.ByID("variant_cup"), catalog.ByNumber(numbers[1]), catalog.ByID("none")} {
			if _, err := s.Variant(t.Context(), which, browse.VariantParts{}, europe); !errors.Is(err, catalog.ErrVariantNotFound) {
				t.Errorf("%+v: %v", which, err)
			}
		}
	})
}

func TestCollections(t *testing.T) {
	t.Parallel()
	both(t, 0, func(t *testing.T, s *stall) {
		newest := s.texts(`select id from product_collections order by created_at desc, id desc`)
		at := column[int64](s, `select created_at from product_collections where handle = 'collection-4'`)[0]
		s.exec(`update product_collections set deleted_at = 1 where handle = 'collection-24'`)
		newest = slices.DeleteFunc(newest, func(id string) bool { return id == s.made.Collections[23] })
		type q = browse.CollectionQuery
		for name, c := range map[string]struct {
			q     q
			want  []string
			count int
		}{
			"newest":     {q{}, newest, 23},
			"a page":     {q{Limit: 5, Offset: 5}, newest[5:10], 23},
			"the last":   {q{Limit: 5, Offset: 20}, newest[20:], 23},
			"beyond":     {q{Limit: 5, Offset: 25}, nil, 23},
			"handles":    {q{Handles: []string{"collection-2", "collection-1", "none", "\x00"}, Order: browse.Order{By: "handle", Asc: true}}, s.made.Collections[:2], 2},
			"no handles": {q{Handles: []string{}}, nil, 0},
			"ids":        {q{IDs: s.made.Collections[:1]}, s.made.Collections[:1], 1},
			"of a time":  {q{Created: browse.Window{GTE: time.UnixMilli(at), LT: time.UnixMilli(at + 1)}, Order: browse.Order{By: "id", Asc: true}}, sorted(s.made.Collections[3:6]), 3},
		} {
			list, n, err := s.Collections(t.Context(), c.q)
			var got []string
			for _, c := range list {
				got = append(got, c.ID)
			}
			if same(t, name, got, c.want); n != c.count || err != nil {
				t.Errorf("%s: counted %d (%v), want %d", name, n, err, c.count)
			}
		}
		one, err := s.Collection(t.Context(), catalog.ByID(s.made.Collections[0]), "")
		if err != nil || one.Handle != "collection-1" || one.Translations["en"]["title"] == "" {
			t.Errorf("%+v (%v)", one, err)
		}
		for _, id := range []string{s.made.Collections[23], "none", "\x00"} {
			if _, err := s.Collection(t.Context(), catalog.ByID(id), ""); !errors.Is(err, catalog.ErrCollectionNotFound) {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// node spells a category and what is below it.
func node(c browse.Category) string {
	out := c.Name
	if len(c.Children) > 0 {
		out += "["
		for i, child := range c.Children {
			out += map[bool]string{true: " "}[i > 0] + node(child)
		}
		out += "]"
	}
	return out
}

func TestCategories(t *testing.T) {
	t.Parallel()
	both(t, 0, func(t *testing.T, s *stall) {
		s.exec(`delete from product_categories`)
		add := func(name, parent string, rank int, seen bool) {
			mpath, above := name+".", any(nil)
			if parent != "" {
				mpath, above = s.text(`select mpath from product_categories where id = $1`, parent)+mpath, parent
			}
			s.exec(`insert into product_categories (id, parent_id, name, handle, description, mpath, rank, is_active, is_internal, translations, created_at, updated_at)
				values ($1, $2, $1, $3, '', $4, $5, $6, 0, '{"zh":{"name":"中"}}', 0, 0)`, name, above, "h-"+name, mpath, rank, map[bool]int{true: 1}[seen])
		}
		add("B", "", 1, true)
		add("A", "", 0, true)
		add("C", "", 2, false)
		add("a2", "A", 1, true)
		add("a1", "A", 0, true)
		add("a3", "A", 2, false)
		add("x", "a1", 0, true)
		add("y", "a3", 0, true)
		add("z", "x", 0, true)
		s.exec(`update product_categories set is_internal = 1, is_active = 1 where id = 'C'`)
		type q = browse.CategoryQuery
		for name, c := range map[string]struct {
			q    q
			want string
		}{
			"by rank":                   {q{}, "[A[a1 a2] a1[x] x[z] y z B a2]"},
			"roots":                     {q{Parent: ptr("")}, "[A[a1 a2] B]"},
			"the whole tree":            {q{Parent: ptr(""), Tree: true}, "[A[a1[x[z]] a2] B]"},
			"of staff":                  {q{Parent: ptr(""), Tree: true, Staff: true}, "[A[a1[x[z]] a2 a3[y]] B C]"},
			"of a parent":               {q{Parent: ptr("A")}, "[a1[x] a2]"},
			"of a parent, a page":       {q{Parent: ptr("A"), Limit: 1, Offset: 1}, "[a2]"},
			"of none":                   {q{Parent: ptr("\x00")}, "[]"},
			"words":                     {q{Q: "H-X"}, "[x[z]]"},
			"a handle":                  {q{Handle: ptr("h-a1")}, "[a1[x]]"},
			"a hidden handle":           {q{Handle: ptr("h-a3")}, "[]"},
			"one in the tree of others": {q{Q: "a", Tree: true}, "[A[a1[x[z]] a2] a1[x[z]] a2]"},
		} {
			list, n, err := s.Categories(t.Context(), c.q)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got := []string{}
			for _, c := range list {
				got = append(got, node(c))
			}
			if fmt.Sprint(got) != c.want || c.q.Limit == 0 && n != len(list) {
				t.Errorf("%s: got %v of %d, want %s", name, got, n, c.want)
			}
		}
		one, err := s.Category(t.Context(), catalog.ByID("a1"), q{Locale: "zh"})
		if err != nil || one.Name != "中" || one.Parent == nil || one.Parent.ID != "A" || one.Parent.Name != "中" || one.Children[0].Parent != nil {
			t.Errorf("%+v (%v)", one, err)
		}
		under, err := s.Category(t.Context(), catalog.ByID("y"), q{})
		if err != nil || under.Parent != nil || *under.ParentID != "a3" {
			t.Errorf("under a hidden one: %+v (%v)", under, err)
		}
		for _, id := range []string{"a3", "C", "none", "\x00"} {
			if _, err := s.Category(t.Context(), catalog.ByID(id), q{}); !errors.Is(err, catalog.ErrCategoryNotFound) {
				t.Errorf("%q: %v", id, err)
			}
		}
		if c, err := s.Category(t.Context(), catalog.ByID("C"), q{Staff: true}); err != nil || c.ID != "C" {
			t.Errorf("staff sees %+v (%v)", c, err)
		}
	})
}

// Shoppers find nothing through a hidden category: neither by it, nor by what is above it.
func TestHiddenCategories(t *testing.T) {
	t.Parallel()
	both(t, 0, func(t *testing.T, s *stall) {
		root := s.made.Categories[0]
		middle := s.text(`select min(id) from product_categories where parent_id = $1`, root)
		link := func(product, category string, direct int) {
			s.exec(`insert into product_category_links (category_id, product_id, listed_at, visible, direct) values ($1, $2, $3, 1, $4)`,
				category, product, opening.UnixMilli(), direct)
		}
		in, above := s.add("in", opening), s.add("above", opening)
		link(in, middle, 1)
		link(in, root, 0)
		link(above, root, 1)
		other := s.made.Categories[len(s.made.Categories)-1]
		find := func(staff bool, categories ...string) string {
			direct, _ := s.ids(browse.Query{Staff: staff, Categories: categories})
			below, _ := s.ids(browse.Query{Staff: staff, Categories: categories, Children: true})
			return fmt.Sprint(len(direct), len(below), len(s.products(browse.Query{IDs: []string{in}}, browse.Parts{Categories: true}, browse.Pricing{}).Products[0].Categories))
		}
		want := func(what, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: direct, below, shown: %s, want %s", what, got, want)
			}
		}
		want("all are seen", find(false, root)+find(false, middle)+find(false, other, root), "1 2 11 1 11 2 1")
		s.exec(`update product_categories set is_internal = 1 where id = $1`, middle)
		want("the middle is hidden", find(false, root)+find(false, middle)+find(false, other, root), "1 1 00 0 01 1 0")
		want("of staff", find(true, root)+find(true, middle), "1 2 01 1 0")
		s.exec(`update product_categories set is_internal = 0 where id = $1`, middle)
		s.exec(`update product_categories set is_active = 0 where id = $1`, root)
		want("the root is hidden", find(false, root)+find(false, middle)+find(false, other, root), "0 0 11 1 10 0 1")
	})
}
