package transfer_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/transfer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// bring imports a file and gives what was done and what was refused.
func (s *seeded) bring(file string, o transfer.ImportOptions) (transfer.Imported, string) {
	s.t.Helper()
	var refused bytes.Buffer
	o.Rejected = &refused
	done, err := s.ImportProducts(context.WithoutCancel(s.t.Context()), strings.NewReader(file), o)
	if err != nil {
		s.t.Fatal(err)
	}
	return done, refused.String()
}

func (s *seeded) exported() string {
	s.t.Helper()
	var out bytes.Buffer
	if _, err := s.ExportProducts(context.WithoutCancel(s.t.Context()), &out, nil); err != nil {
		s.t.Fatal(err)
	}
	return out.String()
}

// shopify is a file as Shopify writes it: two products, one without options, and columns that say nothing here.
const shopify = `Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,SEO Description,Variant Image,Cost per item,Status
cat-tree,Cat tree,"<p>Tall,
and ""sturdy""</p>",Meow,Animals & Pet Supplies > Cat Supplies,Furniture,"cats, new",true,Colour,Grey,Size,L,TREE-G-L,9000,shopify,4,deny,199.00,249.00,TRUE,690001,https://example.com/a.png,1,Front,FALSE,Cat tree | Meow,,https://example.com/b.png,80,active
cat-tree,,,,,,,,,Grey,,XL,TREE-G-XL,12000,shopify,0,continue,259.5,,TRUE,,https://example.com/b.png,2,,,,,,,
cat-tree,,,,,,,,,,,,,,,,,,,,,https://example.com/c.png,3,,,,,,,
fish,Goldfish,,,,,,true,Title,Default Title,,,FISH,,,,deny,3,,TRUE,,,,,FALSE,,,,,draft
`

func TestImportFromShopify(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		done, refused := s.bring(shopify, transfer.ImportOptions{})
		want := transfer.Imported{Products: 2, Created: 2, Unknown: []string{"Variant Requires Shipping", "Cost per item"}}
		if diff := cmp.Diff(want, done); diff != "" {
			t.Errorf("%s\n%s", diff, refused)
		}
		for query, want := range map[string]string{
			`select title || ' ' || description || ' ' || status || ' ' || page_title from products where handle = 'cat-tree'`: "Cat tree <p>Tall,\nand \"sturdy\"</p> published Cat tree | Meow",
			`select status from products where handle = 'fish'`:                                                                "draft",
			`select string_agg(v.sku || ' ' || v.title || ' ' || v.weight || ' ' || v.allow_backorder || ' ' || v.compare_amount, ', ' order by v.rank)
				from variants v join products p on p.id = v.product_id where p.handle = 'cat-tree'`: "TREE-G-L Grey / L 9000 0 24900, TREE-G-XL Grey / XL 12000 1 0",
			`select string_agg(v.sku || ' ' || x.amount || ' ' || x.currency_code, ', ' order by v.sku) from prices x join variants v on v.id = x.variant_id`: "FISH 300 cny, TREE-G-L 19900 cny, TREE-G-XL 25950 cny",
			`select string_agg(i.url || ' ' || i.position || ' ' || i.alt, ', ' order by i.position) from product_images i`:                                   "https://example.com/a.png 1 Front, https://example.com/b.png 2 , https://example.com/c.png 3 ",
			`select i.url from variants v join product_images i on i.id = v.image_id where v.sku = 'TREE-G-L'`:                                                "https://example.com/b.png",
			`select string_agg(t.value, ' ' order by l.position) from product_tag_links l join product_tags t on t.id = l.tag_id`:                             "cats new",
			`select string_agg(c.name, ' > ' order by c.mpath) from product_categories c`:                                                                     "Animals & Pet Supplies > Cat Supplies",
			`select cast(count(*) as text) from product_options`:                                                                                              "2",
			`select cast(manage_inventory as text) from variants where sku = 'FISH'`:                                                                          "0",
		} {
			s.has(query, want)
		}
		before := s.fingerprint()
		s.clock.Advance(time.Hour)
		if done, _ := s.bring(shopify, transfer.ImportOptions{}); done.Unchanged != 2 || s.fingerprint() != before {
			t.Errorf("the second time: %+v", done)
		}
	})
}

// What is exported and imported again changes nothing, and makes the same shelf in another shop.
func TestExportAndImport(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		s.load(goodsFile(t))
		file := s.exported()
		before := s.fingerprint()
		s.clock.Advance(time.Hour)
		done, refused := s.bring(file, transfer.ImportOptions{})
		if done.Refused > 0 || done.Unchanged != done.Products || done.Products != int(s.number(`select count(*) from products`)) {
			t.Errorf("%+v\n%s", done, refused)
		}
		if after := s.fingerprint(); after != before {
			t.Errorf("it wrote something:\nbefore %s\nafter  %s", before, after)
		}
		if again := s.exported(); again != file {
			t.Errorf("the second export differs:\n%s", cmp.Diff(file, again))
		}
	})
}

// Names with separators, quotes and commas in them are the same in another shop, which knows channels by other ids.
func TestExportAndImportOfNamesWithSeparators(t *testing.T) {
	t.Parallel()
	for engine, open := range map[string]func(*testing.T) *db.DB{"sqlite": dbtest.OpenSQLite, "postgres": dbtest.OpenPostgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			const channels = `{"sales_channels": [{"name": "Web; app"}, {"name": "\"Corner\" shop"}, {"name": "Fair, \"May\""}]`
			const products = `, "products": [{"title": "Coat", "handle": "coat", "types": ["Coats; jackets", "Wool"], "tags": ["Ann, Bo", "27\" wide", "\"new\"", "plain", "a;b"],
				"sales_channels": ["Web; app", "\"Corner\" shop", "Fair, \"May\""], "variants": [{"title": "One", "sku": "COAT"}]}]`
			from, to := newSeeded(t, open(t)), newSeeded(t, open(t))
			from.load(channels + products + `}`)
			to.load(channels + `}`)
			file := from.exported()
			if done, refused := to.bring(file, transfer.ImportOptions{}); done.Created != 1 || done.Refused != 0 {
				t.Fatalf("%+v\n%s", done, refused)
			}
			for query, want := range map[string]string{
				`select string_agg(t.value, '|' order by l.position) from product_tag_links l join product_tags t on t.id = l.tag_id`:    `Ann, Bo|27" wide|"new"|plain|a;b`,
				`select string_agg(t.value, '|' order by l.position) from product_type_links l join product_types t on t.id = l.type_id`: `Coats; jackets|Wool`,
				`select string_agg(c.name, '|' order by length(c.name)) from product_channel_links l join sales_channels c on c.id = l.channel_id
					where l.visible = 1`: `Web; app|Fair, "May"|"Corner" shop`,
			} {
				from.has(query, want)
				to.has(query, want)
			}
			if again := to.exported(); again != file {
				t.Errorf("the second export differs:\n%s", cmp.Diff(file, again))
			}
		})
	}
}

func TestImportWithBrokenRows(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		const file = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Status,Tags,Type\n" +
			"good-1,Good 1,,,G1,1,1,active\n" +
			"bad-price,Bad,,,B1,1.234,1,active\n" +
			"bad-quote,B\"ad,,,B2,1,1,active\n" +
			"two,Two,Size,S,T1,1,1,active\n" +
			"two,,,S,T2,1,1,\n" +
			"no-title,,,,N1,1,1,active\n" +
			"good-2,Good 2,,,G2,2,5,active\n" +
			"same-sku,Same,,,G1,2,5,active\n" +
			"bad-status,S,,,S1,2,many,gone\n" +
			"good-3,Good 3,,,G3,3,7,active\n" +
			"bad-names,Names,,,N2,3,7,active,\"\"\"a, b\",\"\"\"a\"\" b; c\"\n"
		done, refused := s.bring(file, transfer.ImportOptions{})
		if done.Products != 10 || done.Created != 3 || done.Refused != 7 {
			t.Errorf("%+v", done)
		}
		rows, err := csv.NewReader(strings.NewReader(refused)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var reasons []string
		for _, r := range rows[1:] {
			if why := r[len(r)-1]; why != "" {
				reasons = append(reasons, why)
			}
		}
		for i, part := range []string{"line 3: Variant Price must be an amount of CNY with 2 decimal places", "line 4: a quote is not closed", "line 5", "line 7", "line 9", "line 10: Variant Inventory Qty must be a whole number; line 10: Status must be",
			`line 12: Tags has a quote that is not closed: "a, b; line 12: Type must have a ";" or nothing after a quoted name, not b: "a" b; c`} {
			if i >= len(reasons) || !strings.Contains(strings.Join(reasons, "\n"), part) {
				t.Errorf("no reason has %q: %q", part, reasons)
			}
		}
		s.has(`select string_agg(handle, ' ' order by handle) from products`, "good-1 good-2 good-3")
		s.has(`select cast(sum(stocked) as text) from stock_levels`, "13")
	})
}

func TestImportDryRun(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		before := s.fingerprint()
		done, _ := s.bring(strings.ReplaceAll(shopify, "Animals & Pet Supplies > Cat Supplies", ""), transfer.ImportOptions{DryRun: true})
		if done.Created != 2 || s.fingerprint() != before {
			t.Errorf("%+v", done)
		}
	})
}

// An import that stops in the middle is continued by running it again.
func TestImportIsRestartable(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := newSeeded(t, d)
		var file strings.Builder
		file.WriteString("Handle,Title,Variant SKU,Variant Price,Status\n")
		const n = 350
		for i := range n {
			fmt.Fprintf(&file, "p-%03d,Product %d,SKU-%d,%d.5,active\n", i, i, i, i)
		}
		ctx, cancel := context.WithCancel(t.Context())
		_, err := s.ImportProducts(ctx, strings.NewReader(file.String()), transfer.ImportOptions{
			Progress: func(done transfer.Imported) {
				if done.Created >= 200 {
					cancel()
				}
			}})
		if err == nil {
			t.Fatal("the import was not stopped")
		}
		had := s.number(`select count(*) from products`)
		done, _ := s.bring(file.String(), transfer.ImportOptions{})
		if had == 0 || had == n || done.Unchanged != int(had) || done.Created != n-int(had) {
			t.Errorf("%d were in, then %+v", had, done)
		}
	})
}

func TestImportOfNoFile(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenSQLite(t)
	s := newSeeded(t, d)
	for name, file := range map[string]string{"nothing": "", "another file": "a,b\n1,2\n", "twice": "Handle,Title,title\n", "not CSV": "Handle,\"Ti\"tle\"\n"} {
		if _, err := s.ImportProducts(t.Context(), strings.NewReader(file), transfer.ImportOptions{}); err == nil {
			t.Errorf("%s was imported", name)
		}
	}
	if _, err := s.ImportProducts(t.Context(), strings.NewReader("Handle\n"), transfer.ImportOptions{Encoding: "latin1"}); err == nil {
		t.Error("an unknown encoding was taken")
	}
}
