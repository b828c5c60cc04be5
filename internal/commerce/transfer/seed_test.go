package transfer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/transfer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// What a file says is there, and to load it again, when time has passed, changes nothing.
func TestSeedTwice(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{"goods": goodsFile(t), "everything": read(t, "testdata/seed.json")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Engines(t, func(t *testing.T, d *db.DB) {
				s := newSeeded(t, d)
				for section, c := range s.load(file) {
					if section != "store" && (c.New != sectionSize(t, file, section) || c.Changed > 0 || c.Same > 0) {
						t.Errorf("the first time gives %+v", c)
					}
				}
				before := s.fingerprint()
				s.clock.Advance(time.Hour)
				for section, c := range s.load(file) {
					if c.New > 0 || c.Changed > 0 || c.Same == 0 {
						t.Errorf("%s the second time: %+v", section, c)
					}
				}
				if after := s.fingerprint(); after != before {
					t.Errorf("the second time writes something:\nbefore %s\nafter  %s", before, after)
				}
			})
		})
	}
}

// sectionSize counts the records of a section of a file, those inside others too.
func sectionSize(t *testing.T, file, section string) int {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(file), &all); err != nil {
		t.Fatal(err)
	}
	var list []any
	if err := json.Unmarshal(all[section], &list); err != nil {
		t.Fatal(err)
	}
	return countNested(list)
}

func countNested(list []any) int {
	n := len(list)
	for _, e := range list {
		m, _ := e.(map[string]any)
		for _, below := range []string{"category_children", "children"} {
			if inside, ok := m[below].([]any); ok {
				n += countNested(inside)
			}
		}
	}
	return n
}

// fingerprint sums up all that a load may write: rows, times and events.
func (s *seeded) fingerprint() string {
	s.t.Helper()
	var out []string
	for _, table := range []string{"shop", "currencies", "regions", "sales_channels", "publishable_keys", "shipping_options", "staff_accounts",
		"customer_groups", "customers", "addresses", "product_collections", "product_categories", "products", "product_options", "product_images",
		"variants", "stock_levels", "prices", "tax_rates", "price_lists", "discounts", "discount_conditions", "gift_cards", "return_reasons",
		"product_tags", "product_types", "vendors"} {
		out = append(out, fmt.Sprintf("%s %d %d", table, s.number(`select count(*) from `+table), s.number(`select cast(coalesce(sum(updated_at), 0) as bigint) from `+table)))
	}
	for _, table := range []string{"events", "region_countries", "publishable_key_channels", "customer_group_members", "product_channel_links",
		"product_category_links", "product_tag_links", "product_type_links", "stock_movements", "price_list_groups", "tax_rate_products",
		"tax_rate_types", "tax_rate_shipping_options", "shipping_option_requirements", "discount_regions", "discount_condition_resources"} {
		out = append(out, fmt.Sprintf("%s %d", table, s.number(`select count(*) from `+table)))
	}
	return strings.Join(out, ", ")
}

// Every member of every section ends up where it belongs.
func TestSeedEverything(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		s.load(read(t, "testdata/seed.json"))
		for _, c := range [][2]string{
			{`select name || ' ' || default_currency || ' ' || default_channel_id from shop`, `Everything eur sc_main`},
			{`select string_agg(code || includes_tax, ' ' order by code) from currencies`, `cny1 eur0`},
			{`select string_agg(email || ' ' || name || ' ' || account_type, ', ' order by email) from staff_accounts`, `boss@example.com Boss owner, help@example.com help staff`},
			{`select name || ' ' || currency_code || ' ' || tax_rate || ' ' || tax_code || ' ' || gift_cards_taxable || automatic_taxes || includes_tax || ' ' || metadata from regions where id = 'eu'`,
				`Europe eur 195000 vat 101 {"a":[true,null,1.5],"b":1}`},
			{`select string_agg(country_code, ' ' order by country_code) from region_countries`, `cn de fr`},
			{`select name || ' ' || description || ' ' || is_disabled || ' ' || metadata from sales_channels where id = 'sc_main'`, `Main Where all is sold 0 {"a":1}`},
			{`select string_agg(k.title || ' ' || coalesce(c.name, '-'), ', ' order by k.title, c.name) from publishable_keys k
				left join publishable_key_channels l on l.key_id = k.id left join sales_channels c on c.id = l.channel_id`, `Everywhere -, Main Main, Main Partner`},
			{`select name || ' ' || region_id || ' ' || profile_id || ' ' || price_type || ' ' || amount || ' ' || is_return || admin_only || includes_tax || ' ' || data || metadata
				from shipping_options where id = 'so_post'`, `Post eu sp_00000000000000000000000001 flat_rate 500 011 {"id":"manual-fulfillment"}{"a":1}`},
			{`select o.price_type || ' ' || r.name || ' ' || o.data from shipping_options o join regions r on r.id = o.region_id where o.name = '快递' and o.amount is null`, `calculated China {}`},
			{`select profile_id from shipping_options where is_return = 1`, `sp_00000000000000000000000002`},
			{`select string_agg(type || amount, ' ' order by type) from shipping_option_requirements`, `max_subtotal9000 min_subtotal100`},
			{`select string_agg(g.name || coalesce(g.metadata, ''), ' ' order by g.name) from customer_groups g join customer_group_members m on m.group_id = g.id`, `Trade VIP{"level":1}`},
			{`select email || ' ' || first_name || ' ' || last_name || ' ' || phone || ' ' || metadata from customers`, `ann@example.com Ann Lee 123 {"note":"x"}`},
			{`select company || '|' || address_1 || '|' || address_2 || '|' || city || '|' || province || '|' || postal_code || '|' || country_code || '|' || phone || '|' || metadata
				from addresses where country_code = 'de'`, `Lee Ltd|Main 1|c/o Bo|Berlin|BE|10115|de|456|{"door":2}`},
			{`select district_code from addresses where country_code = 'cn'`, `440305`},
			{`select string_agg(title || ' ' || handle, ', ' order by title) from product_collections`, `New new-things, Old Things old-things`},
			{`select string_agg(handle || is_active || is_internal, ' ' order by handle) from product_categories`, `coats10 hats00 outer10 rain-coats11 wear10`},
			{`select c.handle || ' ' || p.handle || ' ' || g.handle from product_categories c join product_categories p on p.id = c.parent_id join product_categories g on g.id = p.parent_id
				where c.id = 'pcat_coats'`, `coats outer wear`},
			{`select description || metadata from product_categories where id = 'pcat_wear'`, `To wear{"a":1}`},
		} {
			s.has(c[0], c[1])
		}
	})
}

func TestSeedGoodsOfEverything(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		s.load(read(t, "testdata/seed.json"))
		for _, c := range [][2]string{
			{`select title || '|' || subtitle || '|' || handle || '|' || description || '|' || is_giftcard || discountable || '|' || status || '|' || thumbnail || '|' || weight || length || height || width ||
				'|' || hs_code || origin_country || mid_code || material || '|' || external_id || '|' || profile_id from products where id = 'prod_coat'`,
				`Coat|Warm|coat|A coat.|00|published|/files/thumb.png|900123|6201cnM1Wool|erp-1|sp_00000000000000000000000001`},
			{`select page_title || '|' || page_description || '|' || page_keywords || '|' || collection_id || '|' || metadata || created_at from products where id = 'prod_coat'`,
				`Coat!|Buy it|coat,warm|pcol_new|{"season":"winter"}1704096000123`},
			{`select string_agg(t.value, ' ' order by l.position) from product_types t join product_type_links l on l.type_id = t.id`, `apparel winter`},
			{`select t.value || ' ' || v.name from products p join product_types t on t.id = p.type_id join vendors v on v.id = p.vendor_id`, `apparel Northwind`},
			{`select string_agg(t.value, ' ' order by l.position) from product_tags t join product_tag_links l on l.tag_id = t.id`, `new sale`},
			{`select string_agg(c.handle, ' ' order by c.handle) from product_categories c join product_category_links l on l.category_id = c.id and l.direct = 1 where l.product_id = 'prod_coat'`, `coats outer`},
			{`select string_agg(p.handle || ':' || c.name, ' ' order by p.handle, c.name) from product_channel_links l join products p on p.id = l.product_id join sales_channels c on c.id = l.channel_id`,
				`coat:Main coat:Partner gift-card:Main wide-hat:Main wide-hat:Partner`},
			{`select string_agg(url || alt || coalesce(metadata, ''), ' ' order by position) from product_images`, `/files/a.png https://example.com/b.pngBehind{"a":1}`},
			{`select string_agg(title, ' ' order by position) from product_options where product_id = 'prod_coat'`, `Size Color`},
			{`select title || '|' || rank || sku || '|' || barcode || ean || upc || '|' || hs_code || origin_country || mid_code || material || '|' || weight || length || height || width || volume || '|' ||
				allow_backorder || manage_inventory || '|' || compare_amount || '|' || reward_point || metadata from variants where id = 'variant_coat_s'`,
				`Small|0COAT-S|14006381333931036000291452|620140deM2Felt|8004567|11|99900|3{"a":1}`},
			{`select i.url from variants v join product_images i on i.id = v.image_id where v.id = 'variant_coat_s'`, `https://example.com/b.png`},
			{`select cast(stocked as text) from stock_levels where variant_id = 'variant_coat_s'`, `5`},
			{`select string_agg(currency_code || amount || coalesce(region_id, '') || coalesce('>' || min_quantity, '') || coalesce('<' || max_quantity, ''), ' ' order by amount)
				from prices where variant_id = 'variant_coat_s' and price_list_id is null`, `eur7900>10<19 eur8900eu eur9900 cny69900`},
			{`select string_agg(sku, ' ' order by sku) from variants v join products p on p.id = v.product_id where p.is_giftcard = 1 and v.manage_inventory = 0`, `CARD-10`},
			{`select t.name || t.code || t.rate || ' ' || p.product_id || ' ' || y.value from tax_rates t join tax_rate_products p on p.rate_id = t.id join tax_rate_types k on k.rate_id = t.id
				join product_types y on y.id = k.type_id where t.id = 'txr_wool'`, `Woolwool72500 prod_coat winter`},
			{`select cast(count(*) as text) from tax_rate_shipping_options where rate_id = 'txr_wool'`, `2`},
			{`select name || description || type || status || starts_at || '-' || ends_at || includes_tax from price_lists where id = 'pl_vip'`, `VIPFor friendsoverridedraft1704067200000-20196864000001`},
			{`select string_agg(v.sku || p.amount || coalesce(p.region_id, '') || coalesce(p.min_quantity || '-' || p.max_quantity, ''), ' ' order by v.sku)
				from prices p join variants v on v.id = p.variant_id where p.price_list_id = 'pl_vip'`, `COAT-S5000eu2-3 HAT1`},
			{`select string_agg(type || status, ' ') from price_lists where name = 'Plain'`, `saleactive`},
			{`select string_agg(g.name, ' ' order by g.name) from price_list_groups l join customer_groups g on g.id = l.group_id`, `Trade VIP`},
		} {
			s.has(c[0], c[1])
		}
		var words map[string]map[string]string
		if err := json.Unmarshal([]byte(s.text(`select translations from products where id = 'prod_coat'`)), &words); err != nil || words["zh"]["title"] != "大衣" || words["zh"]["description"] != "一件大衣。" {
			t.Errorf("got %v, %v", words, err)
		}
	})
}

func TestSeedPromotionsOfEverything(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		s.load(read(t, "testdata/seed.json"))
		got, err := s.Promotion.Discount(t.Context(), "FRIENDS")
		if err != nil || got.ID != "disc_friends" || !got.Dynamic || got.Disabled || got.StartsAt.Year() != 2024 || got.EndsAt.Year() != 2034 || *got.ValidDuration != "P3D" ||
			*got.UsageLimit != 9 || len(got.Regions) != 2 || string(got.Metadata) != `{"a":1}` || got.Rule.Value != 10 || got.Rule.Allocation != "item" || *got.Rule.Description != "For friends" {
			t.Errorf("got %+v, %v", got, err)
		}
		var conditions []string
		for _, c := range got.Rule.Conditions {
			conditions = append(conditions, fmt.Sprintf("%s %s %d", c.Type, c.Operator, len(c.Resources)))
		}
		want := []string{"customer_groups in 1", "product_collections in 2", "product_tags in 1", "product_types not_in 1", "products in 2"}
		if !slices.Equal(conditions, want) {
			t.Errorf("conditions %q, want %q", conditions, want)
		}
		child, err := s.Promotion.Discount(t.Context(), "for-ann")
		if err != nil || *child.ParentID != "disc_friends" || *child.UsageLimit != 1 || child.Rule.Value != 10 {
			t.Errorf("got %+v, %v", child, err)
		}
		ship, err := s.Promotion.Discount(t.Context(), "SHIP")
		if err != nil || ship.Rule.Type != "free_shipping" || ship.Rule.Allocation != "" || !ship.StartsAt.Equal(s.clock.Now()) {
			t.Errorf("got %+v, %v", ship, err)
		}
		for code, rate := range map[string]string{"TEN": "5", "TAXED": "19.5", "UNTAXED": "none", "NULL": "none"} {
			card, err := s.Promotion.GiftCard(t.Context(), code)
			have := "none"
			if card.TaxRate != nil {
				have = card.TaxRate.String()
			}
			if err != nil || have != rate {
				t.Errorf("%s is taxed at %s, want %s (%v)", code, have, rate, err)
			}
		}
		s.has(`select code || value || '-' || balance || region_id || is_disabled || ends_at || metadata from gift_cards where id = 'gift_ten'`, `TEN1000-900eu12019686400000{"a":1}`)
		s.has(`select cast(balance as text) from gift_cards where code = 'TAXED'`, `500`)
		reasons, err := s.Orders.ReturnReasons(t.Context())
		if err != nil || len(reasons) != 1 || *reasons[0].Description != "Did not fit" || len(reasons[0].Children) != 1 || reasons[0].Children[0].Label != "Too small" {
			t.Errorf("got %+v, %v", reasons, err)
		}
	})
}

// has compares the one text that a query gives.
func (s *seeded) has(query, want string) {
	s.t.Helper()
	if got := s.text(query); got != want {
		s.t.Errorf("%s:\ngot  %s\nwant %s", query, got, want)
	}
}

// Of a customer who is there already nothing but groups and addresses is touched.
func TestSeedCustomersWhoAreThere(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		name := "Anna"
		if _, _, err := s.Customers.Register(t.Context(), customer.NewAccount{Identity: "ann@example.com", Password: "her own", FirstName: &name}); err != nil {
			t.Fatal(err)
		}
		person := `{"customer_groups": [{"name": "VIP"}], "customers": [{"email": "ann@example.com", "password": "another", "first_name": "Ann", "groups": ["VIP"], "shipping_addresses": [` +
			`{"first_name": "A", "last_name": "B", "address_1": "C", "city": "Berlin", "country_code": "de", "postal_code": "1"}` + `%s]}]}`
		if c := s.load(fmt.Sprintf(person, ""))["customers"]; c != (transfer.SeedCount{Section: "customers", Changed: 1}) {
			t.Errorf("got %+v", c)
		}
		s.has(`select first_name || ' ' || (select count(*) from addresses) || ' ' || (select count(*) from customer_group_members) from customers`, `Anna 1 1`)
		more := `, {"first_name": "A", "last_name": "B", "address_1": "C", "city": "Berlin", "country_code": "DE", "postal_code": "1", "province": null},
			{"first_name": "A", "last_name": "B", "address_1": "C", "city": "Bremen", "country_code": "de", "postal_code": "1"}`
		if c := s.load(fmt.Sprintf(person, more))["customers"]; c.Changed != 1 {
			t.Errorf("got %+v", c)
		}
		if n := s.number(`select count(*) from addresses`); n != 2 {
			t.Errorf("%d addresses, want 2", n)
		}
	})
}

// Products come in chunks; the channel of another system lists them beside the default one, those in the file and others.
func TestSeedManyProducts(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		var products []string
		for i := range 230 {
			products = append(products, fmt.Sprintf(`{"title": "Thing %d", "variants": [{"sku": "T%d", "prices": [{"currency_code": "cny", "amount": %d}]}]}`, i, i, i))
		}
		c := s.load(`{"products": [` + strings.Join(products, ",") + `]}`)["products"]
		if c.New != 230 || s.number(`select count(*) from prices`) != 230 {
			t.Errorf("got %+v", c)
		}
		s.load(`{"sales_channels": [{"name": "B2B", "products": ["thing-0", "thing-1"]}], "products": [` + products[0] + `]}`)
		if n := s.number(`select count(*) from product_channel_links l join products p on p.id = l.product_id where p.handle in ('thing-0', 'thing-1')`); n != 4 {
			t.Errorf("two products are in %d channels, want 2 each", n)
		}
		s.load(`{"products": [{"handle": "thing-0", "title": "Thing 0", "sales_channels": ["B2B"], "status": "draft"}]}`)
		s.load(`{"products": [{"handle": "thing-0", "title": "Thing 0"}]}`)
		s.has(`select string_agg(handle || ' ' || status, ', ' order by handle) from products where handle in ('thing-0', 'thing-1')`, `thing-0 draft, thing-1 published`)
		if n := s.number(`select count(*) from product_channel_links l join products p on p.id = l.product_id where p.handle = 'thing-0'`); n != 1 {
			t.Errorf("it is in %d channels, want the one that it says", n)
		}
	})
}

// What only an owner can tell ends the section, after the records that are right; a corrected file goes on from there.
func TestSeedThatAnOwnerRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		file := `{"products": [{"title": "A", "variants": [{"sku": "A"}], "weight": -1}, {"title": "B", "variants": [{"sku": "B"}]}],
			"return_reasons": [{"value": "other", "label": "Other"}]}`
		done, err := s.Seed(t.Context(), strings.NewReader(file))
		if want := []string{"products[0]: weight must be 0 to 1000000000"}; err == nil || err.Error() != strings.Join(want, "\n") {
			t.Errorf("got %v, want %v", err, want)
		}
		if want := (transfer.SeedCount{Section: "products", New: 1}); len(done) != 1 || done[0] != want {
			t.Errorf("got %+v", done)
		}
		if n := s.number(`select count(*) from return_reasons`); n != 0 {
			t.Error("the sections after it are written")
		}
		again := s.load(strings.Replace(file, "-1", "1", 1))
		if again["products"] != (transfer.SeedCount{Section: "products", New: 1, Same: 1}) || again["return_reasons"].New != 1 {
			t.Errorf("got %+v", again)
		}
	})
}

// Money and stock that moved since are the shop's own: a gift card keeps what was spent, a discount its uses.
func TestSeedLeavesWhatWasSpent(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		s.load(goodsFile(t))
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(`update gift_cards set balance = 1 where id = 'gift_goods_1000'`); err != nil {
				return err
			}
			_, err := tx.Exec(`update discounts set usage_count = 1 where code = 'ONCE'`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		again := s.load(goodsFile(t))
		if c := again["gift_cards"]; c.Changed != 0 || s.number(`select balance from gift_cards where id = 'gift_goods_1000'`) != 1 {
			t.Errorf("got %+v", c)
		}
		if c := again["discounts"]; c.Changed != 0 || s.number(`select usage_count from discounts where code = 'ONCE'`) != 1 {
			t.Errorf("got %+v", c)
		}
	})
}
