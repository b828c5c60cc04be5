package transfer_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"kaidian/internal/commerce/transfer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// Whatever is wrong is told at once, by its path, before anything is written.
func TestSeedFilesThatAreWrong(t *testing.T) {
	t.Parallel()
	s := newSeeded(t, dbtest.OpenSQLite(t))
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"a section": {`{"produts": [], "stores": {"a": 1}}`, []string{`produts: there is no such section`, `stores: there is no such section`}},
		"members": {`{"products": [{"title": "A", "prise": 1, "variants": [{"sku": "A", "prices": [{"currency_code": "cny", "amount": 1, "ammount": 2}]}, {"skuu": "B"}]}]}`,
			[]string{`products[0].variants[0].prices[0].ammount: there is no such member`, `products[0].variants[1].skuu: there is no such member`, `products[0].prise: there is no such member`}},
		"members of the store": {`{"store": {"nam": "x", "currencies": [{"code": "eur", "tax": true}]}}`,
			[]string{`store.currencies[0].tax: there is no such member`, `store.nam: there is no such member`}},
		"of children": {`{"categories": [{"name": "A", "category_children": [{"name": "B", "nam": "C"}]}], "return_reasons": [{"value": "a", "label": "A", "children": [{"value": "b", "label": "B", "children": []}]}]}`,
			[]string{`categories[0].category_children[0].nam: there is no such member`, `return_reasons[0].children[0].children: there is no such member`}},
		"types": {`{"products": [{"title": 1, "weight": "1", "is_giftcard": "no", "options": "Size", "metadata": [], "status": "live", "created_at": "yesterday", "type": 5, "tags": [null], "images": [{}]}]}`,
			[]string{`products[0].created_at: must be a time such as 2024-05-20T04:30:00Z, from 1970 to 9999`, `products[0].title: must be text without zero characters`,
				`products[0].is_giftcard: must be true or false`, `products[0].status: must be one of draft, proposed, published, rejected`, `products[0].weight: must be a whole number`,
				`products[0].type: must be an object`, `products[0].tags[0]: must be an object`,
				`products[0].options: must be a list`, `products[0].images[0].url: is missing`, `products[0].metadata: must be an object`}},
		"numbers": {`{"tax_rates": [{"name": "A", "code": "a", "region_id": "", "rate": "7"}], "gift_cards": [{"code": "A", "region_id": "x", "value": 1.5}],
			"regions": [{"name": "A", "currency_code": "cny", "tax_rate": 1000.1}]}`,
			[]string{`tax_rates[0].region_id: should not be empty`, `tax_rates[0].rate: must be a percentage from 0 to 1000 with four decimal places at most`,
				`tax_rates[0].region_id: is missing`, `tax_rates[0].rate: must be a percentage`, `gift_cards[0].value: must be a whole number`,
				`gift_cards[0]: must have a value of 1 or more and a balance from 0 to the value`, `regions[0].tax_rate: must be a percentage from 0 to 1000 with four decimal places at most`}},
		"what is missing": {`{"regions": [{}], "users": [{"email": "a@example.com"}], "discounts": [{"code": "A"}], "products": [5, null]}`,
			[]string{`regions[0].name: is missing`, `regions[0].currency_code: is missing`, `users[0].password: is missing`, `discounts[0].rule: is missing`,
				`products[0]: must be an object`, `products[1]: must be an object`}},
		"a list for an object": {`{"store": [{}, {}], "products": {"title": "A"}}`, []string{`store: must be an object`, `products: must be a list`}},
		"option values": {`{"products": [{"title": "A", "options": ["Size"], "variants": [{"options": []}, {"options": ["S", "Blue"]}]}]}`,
			[]string{`products[0].variants[0].options: must be 1, one for each option of the product`, `products[0].variants[1].options: must be 1, one for each option of the product`}},
		"conditions": {`{"discounts": [{"code": "A", "regions": ["x"], "rule": {"type": "percentage", "allocation": "total", "value": 1, "conditions": [{"type": "products", "operator": "in", "product_tags": ["a"]}]}}]}`,
			[]string{`discounts[0].rule.conditions[0]: must name what it is about, in the member that its type says`, `discounts[0].rule.conditions[0].product_tags: there is no such member`}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.problems(c.file); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
	if n := s.number(`select count(*) from events`); n != 0 {
		t.Errorf("%d events", n)
	}
}

// What a file refers to is in it or in the shop.
func TestSeedReferences(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		s.load(goodsFile(t))
		before := s.fingerprint()
		got := s.problems(`{
			"store": {"default_sales_channel": "sc_none"},
			"sales_channels": [{"name": "X", "products": ["plain-tee", "no-tee"]}],
			"publishable_api_keys": [{"title": "X", "sales_channels": ["X", "Y", "B2B"]}],
			"shipping_options": [{"name": "X", "region_id": "moon", "provider_id": "manual", "amount": 1}, {"name": "X", "region_id": "eu", "profile_id": "sp_none", "provider_id": "manual", "amount": 1}],
			"customers": [{"email": "a@example.com", "password": "x", "groups": ["VIP", "cgrp_none"]}],
			"products": [
				{"title": "A", "collection_id": "pcol_none", "categories": [{"id": "pcat_none"}, {"id": "pcat_goods_tees"}, {"id": "tops"}], "sales_channels": ["none"], "profile_id": "none",
					"variants": [{"sku": "A", "prices": [{"currency_code": "gbp", "amount": 1}, {"currency_code": "eur", "amount": 1, "region_id": "na"}, {"currency_code": "eur", "amount": 1, "region_id": "moon"}]}]},
				{"title": "A"}, {"title": "B", "variants": [{"sku": "A"}]}],
			"tax_rates": [{"name": "X", "code": "x", "rate": 1, "region_id": "eu", "products": ["none"], "product_types": ["none", "book"], "shipping_options": ["Standard", "快递"]}],
			"price_lists": [{"name": "X", "customer_groups": ["none"], "prices": [{"sku": "NONE", "currency_code": "eur", "amount": 1}, {"sku": "TEE-S", "currency_code": "usd", "amount": 1, "region_id": "eu"}]}],
			"discounts": [{"code": "X", "regions": ["moon"], "rule": {"type": "percentage", "value": 1, "allocation": "item", "conditions": [
				{"type": "product_tags", "operator": "in", "product_tags": ["none", "sale"]}, {"type": "product_collections", "operator": "in", "product_collections": ["winter", "none"]}]}},
				{"code": "Y", "is_dynamic": true, "parent_code": "none"}],
			"gift_cards": [{"code": "X", "value": 1, "region_id": "moon"}]}`)
		want := []string{
			`products[1]: a is there already, at products[0]`,
			`products[2]: A is there already, at products[0]`,
			`products[0].variants[0].prices[0]: the shop does not sell in gbp`,
			`products[0].variants[0].prices[1]: the region na sells in usd`,
			`products[0].variants[0].prices[2]: there is no region moon`,
			`price_lists[0].prices[1]: the region eu sells in eur`,
			`store.default_sales_channel: there is no sales channel sc_none`,
			`sales_channels[0].products[1]: there is no product no-tee`,
			`publishable_api_keys[0].sales_channels[1]: there is no sales channel Y`,
			`shipping_options[0].region_id: there is no region moon`,
			`shipping_options[1].profile_id: there is no shipping profile sp_none`,
			`customers[0].groups[1]: there is no customer group cgrp_none`,
			`products[0].collection_id: there is no collection pcol_none`,
			`products[0].categories[0]: there is no category pcat_none`,
			`products[0].sales_channels[0]: there is no sales channel none`,
			`products[0].profile_id: there is no shipping profile none`,
			`tax_rates[0].products[0]: there is no product none`,
			`tax_rates[0].product_types[0]: there is no product type none`,
			`price_lists[0].customer_groups[0]: there is no customer group none`,
			`price_lists[0].prices[0].sku: there is no variant with the sku NONE`,
			`discounts[0].regions[0]: there is no region moon`,
			`discounts[0].rule.conditions[0].product_tags[0]: there is no product tag none`,
			`discounts[0].rule.conditions[1].product_collections[1]: there is no collection none`,
			`discounts[1].parent_code: there is no discount NONE`,
			`gift_cards[0].region_id: there is no region moon`,
			`tax_rates[0].shipping_options[1]: there is no shipping option 快递 in the region eu`,
		}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if after := s.fingerprint(); after != before {
			t.Errorf("something was written:\nbefore %s\nafter  %s", before, after)
		}
	})
}

func TestSeedProblemsAreBounded(t *testing.T) {
	t.Parallel()
	s := newSeeded(t, dbtest.OpenSQLite(t))
	var users []string
	for i := range 60 {
		users = append(users, fmt.Sprintf(`{"email": "a%d@example.com", "password": "supersecret", "x": 1}`, i))
	}
	got := s.problems(`{"users": [` + strings.Join(users, ",") + `]}`)
	if len(got) != 51 || got[49] != "users[49].x: there is no such member" || got[50] != "… and 10 more" {
		t.Errorf("got %d: %q", len(got), got[len(got)-2:])
	}
}

func TestSeedFilesThatAreNoJSON(t *testing.T) {
	t.Parallel()
	s := newSeeded(t, dbtest.OpenSQLite(t))
	for file, want := range map[string]string{
		``:                                  `line 1: the file ends in the middle`,
		`[]`:                                `line 1: a seed file is an object of sections`,
		"{\n\"users\": [\n":                 `line 3: the file ends in the middle`,
		"{\n\"users\": [\n{]}":              `line 3: invalid character ']'`,
		"{}\n{}":                            `line 2: there is something after the end of the object`,
		"{\"users\": [],\n\"users\": []}":   `line 2: "users" is there twice`,
		`{"users": [{"name":1,"name":2}]}`:  `line 1: "name" is there twice`,
		"{\"a\": \"\xff\"}":                 `the file is not text in UTF-8`,
		`{"a":` + strings.Repeat(`[`, 5000): `line 1: the file is nested too deep`,
		`{"products": [{"metadata":` + strings.Repeat(`{"a":`, 5000): `line 1: the file is nested too deep`,
	} {
		done, err := s.Seed(t.Context(), strings.NewReader(file))
		if err == nil || err.Error() != want || done != nil {
			t.Errorf("%.40q: got %v, want %s", file, err, want)
		}
	}
	if done, err := s.Seed(t.Context(), strings.NewReader("\ufeff{ }\n")); err != nil || len(done) != 0 {
		t.Errorf("an empty one: %v, %v", done, err)
	}
	if _, err := s.Seed(t.Context(), failing{}); err == nil || !strings.Contains(err.Error(), "read the seed file") {
		t.Errorf("got %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

// No file makes the reader panic, and what it takes it takes the same way twice.
func FuzzSeed(f *testing.F) {
	for _, seed := range []string{`{}`, `{"store": {"currencies": ["eur"]}}`, `{"products": [{"title": "A", "variants": [{"options": ["S"]}], "options": [{"title": "Size"}]}]}`,
		`{"categories": [{"name": "A", "category_children": [{"name": "B"}]}]}`, `{"discounts": [{"code": "A", "rule": {"conditions": [{"type": "products", "products": ["a"]}]}}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, second := transfer.ReadSeed(data), transfer.ReadSeed(data)
		if (first == nil) != (second == nil) || first != nil && first.Error() != second.Error() {
			t.Errorf("%v and %v", first, second)
		}
	})
}
