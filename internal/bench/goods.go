package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/app"
	"kaidian/internal/platform/db"
	"kaidian/internal/shoptest/fill"
)

// goods is what a filled shop sells, as requests name it.
type goods struct {
	ids      []string
	handles  []string
	region   string
	category string // a leaf with many products
	middle   string // a product in the middle of the list
	products int
}

// fillGoods makes the products of a shop and their search index.
func fillGoods(ctx context.Context, a *app.App, products int, progress io.Writer) (goods, error) {
	last := time.Now()
	made, err := fill.Catalog(ctx, a.DB, fill.Options{Products: products, Progress: func(n int) {
		if time.Since(last) > 10*time.Second {
			last = time.Now()
			fmt.Fprintf(progress, "  %d products\n", n)
		}
	}})
	if err != nil {
		return goods{}, err
	}
	if err := a.Reindex(ctx, func(n int) {
		if time.Since(last) > 10*time.Second {
			last = time.Now()
			fmt.Fprintf(progress, "  %d products indexed\n", n)
		}
	}); err != nil {
		return goods{}, err
	}
	g := goods{ids: made.Products, products: products, region: fill.Europe}
	err = a.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error { return g.look(tx) })
	return g, err
}

// look finds what requests name: the fullest leaf, handles, and the middle of the list.
func (g *goods) look(tx *db.Tx) error {
	err := tx.QueryRow(`select category_id from product_category_links where direct = 1 and visible = 1
		group by category_id order by count(*) desc, category_id limit 1`).Scan(&g.category)
	if err != nil {
		return fmt.Errorf("find a category: %w", err)
	}
	ids := g.ids[:min(len(g.ids), 100)]
	g.handles, err = db.All(tx, scanText, `select handle from products where id in `+db.In(1, len(ids)), db.Args(ids)...)
	if err != nil {
		return fmt.Errorf("find the handles: %w", err)
	}
	err = tx.QueryRow(`select product_id from product_channel_links where visible = 1 order by channel_id, listed_at desc, product_id desc
		limit 1 offset $1`, g.products/2).Scan(&g.middle)
	if err != nil {
		return fmt.Errorf("find the middle: %w", err)
	}
	return nil
}

func scanText(row db.Scanner) (string, error) {
	var s string
	err := row.Scan(&s)
	return s, err
}

// words are what shoppers search for.
var words = []string{"连衣裙", "羊毛衬衫", "desk lamp", "耳机", "高山乌龙", "yoga mat", "防水背包", "cotton t-shirt"}

// requests gives what is measured of the catalogue. Kind comes before their names.
func (g goods) requests(kind string) []request {
	read := func(name string, paths ...string) request {
		r := request{name: kind + name, status: http.StatusOK}
		for _, p := range paths {
			r.bytes = append(r.bytes, compose(http.MethodGet, p, "Accept: application/json", ""))
		}
		return r
	}
	one := make([]string, len(g.ids))
	for i, id := range g.ids {
		one[i] = "/store/products/" + id + "?region_id=" + g.region
	}
	search := request{name: kind + "search", status: http.StatusOK}
	for _, w := range words {
		body := fmt.Sprintf(`{"q":%q,"limit":20,"region_id":%q}`, w, g.region)
		search.bytes = append(search.bytes, compose(http.MethodPost, "/store/products/search", "Accept: application/json", body))
	}
	return []request{
		read("list of 20", "/store/products?limit=20"),
		read("list of 20, region", "/store/products?limit=20&region_id="+g.region),
		read("product, region", one...),
		read("category, region", "/store/products?limit=20&category_id%5B%5D="+g.category+"&region_id="+g.region),
		search,
	}
}

// growing gives what must stay as quick however many products there are.
func (g goods) growing() []request {
	all := g.requests("")
	read := func(name string, paths ...string) request {
		r := request{name: name, status: http.StatusOK}
		for _, p := range paths {
			r.bytes = append(r.bytes, compose(http.MethodGet, p, "Accept: application/json", ""))
		}
		return r
	}
	var byHandle, deep []string
	for _, h := range g.handles {
		byHandle = append(byHandle, "/store/products?handle="+strings.ReplaceAll(urlEncode(h), "+", "%20")+"&region_id="+g.region)
	}
	for i := range 50 {
		deep = append(deep, "/store/products?limit=20&region_id="+g.region+"&offset="+strconv.Itoa(g.products/2+20*i))
	}
	return append(all[1:],
		read("after the middle", "/store/products?limit=20&region_id="+g.region+"&after="+g.middle),
		read("by handle", byHandle...),
		read("offset, deep", deep...))
}
