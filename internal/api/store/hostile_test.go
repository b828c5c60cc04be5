package store_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

// TestHostileQueries sends the catalogue what no client should: none of it is a failure of the server, and every answer is
// whole JSON.
func TestHostileQueries(t *testing.T) {
	t.Parallel()
	texts := []string{"%25", "_", "%27%20or%201=1--", "\\", "%22", "%00", "%ff", "%E9%BE%99", "%F0%9F%98%80", strings.Repeat("a", 5000), "null", "NaN", "1e999",
		"9223372036854775807", "-9223372036854775808", "9223372036854775808", "-1", ",,,", "[]", "%20"}
	keys := map[string][]string{
		"/store/products": {"q", "id", "id[]", "tags[]", "collection_id[]", "type_id[]", "category_id[]", "sales_channel_id[]", "title", "handle",
			"description", "is_giftcard", "created_at[gt]", "updated_at[lte]", "created_at", "order", "after", "offset", "limit", "expand", "fields",
			"cart_id", "region_id", "currency_code", "locale", "include_category_children"},
		"/store/products/prod_goods_tee": {"expand", "fields", "region_id", "currency_code", "sales_channel_id", "locale"},
		"/store/variants":                {"ids", "id", "id[]", "title", "title[]", "q", "inventory_quantity", "inventory_quantity[gt]", "inventory_quantity[x]", "sales_channel_id", "offset", "limit", "fields"},
		"/store/collections":             {"handle[]", "created_at[gt]", "offset", "limit", "locale"},
		"/store/product-categories":      {"q", "handle", "parent_category_id", "include_descendants_tree", "offset", "limit", "fields"},
		"/store/product-tags":            {"q", "id", "id[]", "value", "value[contains]", "value[gt]", "value[starts_with]", "value[x]", "order", "discount_condition_id"},
		"/store/regions":                 {"created_at[gte]", "offset", "limit", "expand", "fields"},
	}
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := shoptest.Start(t, d)
		s.Goods(t)
		for path, names := range keys {
			for _, name := range names {
				for _, text := range texts {
					get(t, s.URL+path+"?"+url.QueryEscape(name)+"="+text)
				}
			}
		}
		for _, prefix := range []string{"products", "variants", "collections", "product-categories", "regions"} {
			for _, text := range texts {
				get(t, s.URL+"/store/"+prefix+"/"+strings.ReplaceAll(text, "%20", "%09"))
			}
		}
	})
}

func get(t *testing.T, target string) {
	t.Helper()
	res, err := http.Get(target)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode >= http.StatusInternalServerError {
		t.Errorf("%.200s: status %d: %s", target, res.StatusCode, body)
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") && !json.Valid(body) {
		t.Errorf("%.200s: the answer is no JSON: %.200s", target, body)
	}
}
