package store_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/config"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
	"kaidian/internal/shoptest"
)

// keeping is a shop that keeps answers. Its clock stands still, so nothing that is kept grows old by itself.
func keeping(t *testing.T, d *db.DB) *shoptest.Shop {
	t.Helper()
	s := shoptest.Start(t, d, func(c *config.Serve) { c.Cache = 16 })
	s.Setup(t, "goods")
	return s
}

// read asks and gives the answer with its body, decompressed if it is compressed.
func read(t testing.TB, s *shoptest.Shop, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "identity")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	return do(t, r)
}

func do(t testing.TB, r *http.Request) (*http.Response, string) {
	t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var from io.Reader = res.Body
	if res.Header.Get("Content-Encoding") == "gzip" {
		if from, err = gzip.NewReader(res.Body); err != nil {
			t.Fatal(err)
		}
	}
	body, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

// kept tells whether an answer took no statement.
func kept(res *http.Response) bool {
	return res.Header.Get("Server-Timing") == `db;desc="0 statements"`
}

func TestAnswersAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := keeping(t, d)
		for _, path := range []string{
			"/store/products?limit=3&region_id=eu", "/store/products/prod_goods_tee?region_id=na", "/store/variants?ids=variant_goods_mug",
			"/store/variants/variant_goods_mug", "/store/collections", "/store/collections/pcol_goods_summer", "/store/product-categories",
			"/store/product-categories/pcat_goods_home", "/store/product-tags", "/store/product-types", "/store/regions", "/store/regions/eu",
		} {
			first, fresh := read(t, s, path)
			again, same := read(t, s, path)
			switch {
			case first.StatusCode != http.StatusOK || kept(first) && !strings.Contains(path, "regions"): // which the shop has in memory
				t.Errorf("%s: status %d, %s", path, first.StatusCode, first.Header.Get("Server-Timing"))
			case !kept(again) || same != fresh:
				t.Errorf("%s: the second answer took %s", path, again.Header.Get("Server-Timing"))
			}
			for _, name := range []string{"Content-Type", "Etag", "Cache-Control", "Access-Control-Allow-Credentials"} {
				if a, b := first.Header.Get(name), again.Header.Get(name); a != b || a == "" {
					t.Errorf("%s: %s is %q and %q", path, name, a, b)
				}
			}
			if res, body := read(t, s, path, "If-None-Match: "+again.Header.Get("Etag")); res.StatusCode != http.StatusNotModified || body != "" {
				t.Errorf("%s: status %d to who has the answer", path, res.StatusCode)
			}
			if res, body := read(t, s, path, "Accept-Encoding: gzip"); body != fresh || len(fresh) > 2000 && res.Header.Get("Content-Encoding") != "gzip" {
				t.Errorf("%s: the compressed answer differs: %s", path, res.Header.Get("Content-Encoding"))
			}
			if res, _ := read(t, s, path, "Accept-Encoding: gzip", "X-No-Compression: 1"); res.Header.Get("Content-Encoding") != "" {
				t.Errorf("%s: compressed for who wants it plain", path)
			}
		}
	})
}

// What an answer depends on is in its key: nobody gets another's.
func TestKeptAnswersAreNotMixedUp(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := keeping(t, d)
		token := func(email string) string {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/store/auth/token",
				strings.NewReader(`{"email":"`+email+`","password":"supersecret"}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			_, body := do(t, r)
			var out struct {
				Token string `json:"access_token"`
			}
			if err := json.Unmarshal([]byte(body), &out); err != nil || out.Token == "" {
				t.Fatalf("no token: %s", body)
			}
			return out.Token
		}
		vip, plain := "Authorization: Bearer "+token("vip@example.com"), "Authorization: Bearer "+token("plain@example.com")
		const path = "/store/products/prod_goods_lamp?region_id=eu"
		for range 2 {
			for _, c := range []struct {
				header, want string
				status       int
			}{
				{"Authorization: ", `"calculated_price":4500`, 200},
				{vip, `"calculated_price":3600`, 200},
				{plain, `"calculated_price":4500`, 200},
				{"Authorization: Bearer nonsense", `"calculated_price":4500`, 200},
				{"Accept-Language: zh-CN,zh;q=0.9", `"title":"台灯"`, 200},
				{"Accept-Language: en", `"title":"Desk Lamp"`, 200},
				{"X-Publishable-Api-Key: pk_goods_b2b", `"errors":["`, 400},
				{"X-Publishable-Api-Key: pk_goods_all", `"calculated_price":4500`, 200},
			} {
				if res, body := read(t, s, path, c.header); res.StatusCode != c.status || !strings.Contains(body, c.want) {
					t.Errorf("%.40s: status %d without %s", c.header, res.StatusCode, c.want)
				}
			}
		}
		if res, _ := read(t, s, "/store/products/prod_nowhere"); res.StatusCode != http.StatusNotFound {
			t.Errorf("status %d", res.StatusCode)
		}
	})
}

// Every kind of write is seen by the next read.
func TestWritesAreSeenAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := keeping(t, d)
		m, err := s.Shop.Markets(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, path, want string
			write            func(ctx context.Context) error
		}{
			{"a title", "/store/products/prod_goods_mug", `"title":"Blue Mug"`, func(ctx context.Context) error {
				_, err := s.Shelf.Update(ctx, catalog.ByID("prod_goods_mug"), shelf.Product{ProductPatch: catalog.ProductPatch{Title: patch.Some("Blue Mug")}})
				return err
			}},
			{"stock", "/store/products?id[]=prod_goods_mug", `"inventory_quantity":1007`, func(ctx context.Context) error {
				_, err := s.Inventory.Adjust(ctx, "variant_goods_mug", 7, inventory.Received, "")
				return err
			}},
			{"a price list", "/store/products/prod_goods_mug?region_id=eu", `"calculated_price":111`, func(ctx context.Context) error {
				_, _, err := s.Pricing.PutList(ctx, m, pricing.ListPatch{Name: patch.Some("Flash"),
					Prices: patch.Some(map[string][]pricing.NewPrice{"variant_goods_mug": {{Currency: "eur", Amount: 111}}})})
				return err
			}},
			{"a collection", "/store/collections", `"title":"Hot"`, func(ctx context.Context) error {
				_, err := s.Catalog.UpdateCollection(ctx, catalog.ByID("pcol_goods_summer"), catalog.CollectionPatch{Title: patch.Some("Hot")})
				return err
			}},
			{"a product's end", "/store/products?handle=wool-cap", `"count":0`, func(ctx context.Context) error {
				return s.Shelf.Delete(ctx, catalog.ByID("prod_goods_cap"))
			}},
		} {
			for range 2 {
				if _, body := read(t, s, c.path); strings.Contains(body, c.want) {
					t.Fatalf("%s: %s is there already", c.name, c.want)
				}
			}
			if err := c.write(t.Context()); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if _, body := read(t, s, c.path); !strings.Contains(body, c.want) {
				t.Errorf("%s: the next read does not have %s", c.name, c.want)
			}
		}
	})
}

// While many read, prices and stock rise. No read that begins after a write was answered may show less than it wrote.
func TestNoStaleAnswerOutlivesAWrite(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := keeping(t, d)
		const writes, readers = 60, 6
		var price, stock atomic.Int64
		price.Store(1000)
		stock.Store(100)
		if err := risen(t.Context(), s, 1000, 0); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		var wait sync.WaitGroup
		for i := range readers {
			path := []string{"/store/products/prod_goods_tee?region_id=eu", "/store/products?id[]=prod_goods_tee&region_id=eu"}[i%2]
			wait.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					least, left := price.Load(), stock.Load()
					_, body := read(t, s, path)
					p, n, err := shown(body)
					if err != nil || p < least || n < left {
						t.Errorf("%s shows %d and %d in stock after %d and %d were written: %v", path, p, n, least, left, err)
						return
					}
				}
			})
		}
		for i := int64(1); i <= writes; i++ {
			if err := risen(t.Context(), s, 1000+i, i%2); err != nil {
				t.Error(err)
				break
			}
			price.Store(1000 + i)
			stock.Add(i % 2)
		}
		close(done)
		wait.Wait()
	})
}

// risen raises the price of a variant and adds to its stock.
func risen(ctx context.Context, s *shoptest.Shop, price, more int64) error {
	_, err := s.Shelf.UpdateVariant(ctx, catalog.ByID("prod_goods_tee"), catalog.ByID("variant_goods_tee_s"),
		shelf.Variant{Prices: patch.Some([]pricing.NewPrice{{Currency: "eur", Amount: price}})})
	if err == nil && more != 0 {
		_, err = s.Inventory.Adjust(ctx, "variant_goods_tee_s", more, inventory.Received, "")
	}
	return err
}

// shown finds the price and the stock of the variant in an answer.
func shown(body string) (price, stock int64, err error) {
	type product struct {
		Variants []struct {
			ID    string `json:"id"`
			Price int64  `json:"calculated_price"`
			Stock int64  `json:"inventory_quantity"`
		} `json:"variants"`
	}
	var out struct {
		Product  product   `json:"product"`
		Products []product `json:"products"`
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		return 0, 0, err
	}
	for _, p := range append(out.Products, out.Product) {
		for _, v := range p.Variants {
			if v.ID == "variant_goods_tee_s" {
				return v.Price, v.Stock, nil
			}
		}
	}
	return 0, 0, fmt.Errorf("no such variant in %.200s", body)
}
