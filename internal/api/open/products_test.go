package open_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/config"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
	"kaidian/internal/shoptest"
)

// product makes one through the face.
func product(t *testing.T, s *shoptest.Shop, body string) (id int64, variants []int64) {
	t.Helper()
	r := call(t, s, s.Token, http.MethodPost, "/v1/products", body)
	r.want(t, body, 200, "")
	var made struct {
		Product struct {
			ID       int64
			Variants []struct{ ID int64 }
		}
	}
	if err := json.Unmarshal([]byte(r.body), &made); err != nil {
		t.Fatal(err)
	}
	for _, v := range made.Product.Variants {
		variants = append(variants, v.ID)
	}
	return made.Product.ID, variants
}

// prices gives the prices of a product's variants outside price lists: "cny 1000".
func prices(t *testing.T, s *shoptest.Shop, product int64) (out []string) {
	t.Helper()
	p, err := s.Browse.Product(t.Context(), catalog.ByNumber(product), browse.Parts{Variants: true, Prices: true}, browse.Pricing{})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range p.Variants {
		for _, one := range v.Price.Prices {
			region := ""
			if one.RegionID != nil {
				region = " in " + *one.RegionID
			}
			if one.MinQuantity != nil {
				region += fmt.Sprintf(" from %d", *one.MinQuantity)
			}
			out = append(out, fmt.Sprintf("%s %d%s", one.Currency, one.Amount, region))
		}
	}
	return out
}

func TestOtherPricesStay(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := shoptest.Start(t, d)
		region, _, err := s.App.Shop.PutRegion(t.Context(), shop.RegionPatch{ID: "reg_us", Name: patch.Some("US"), Currency: patch.Some("usd"), Countries: patch.Some([]string{"us"})})
		if err != nil {
			t.Fatal(err)
		}
		id, variants := product(t, s, `{"product":{"name":"T","variants":[{"price":10}]}}`)
		ten := int64(10)
		_, err = s.Shelf.UpdateVariant(t.Context(), catalog.ByNumber(id), catalog.ByNumber(variants[0]), shelf.Variant{Prices: patch.Some([]pricing.NewPrice{
			{Currency: "cny", Amount: 1000}, {Currency: "cny", Amount: 900, MinQuantity: &ten}, {Currency: "usd", Amount: 150}, {Currency: "usd", Amount: 140, RegionID: &region.ID}})})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"cny 2000", "cny 900 from 10", "usd 150", "usd 140 in reg_us"}
		r := call(t, s, s.Token, http.MethodPut, fmt.Sprintf("/v1/products/%d/variants/%d", id, variants[0]), `{"variant":{"price":20}}`)
		r.want(t, "a price", 200, "")
		if diff := cmp.Diff(want, prices(t, s, id)); diff != "" || !strings.Contains(r.body, `"price":20,`) {
			t.Errorf("%s: %s", r.body, diff)
		}
		want[0] = "cny 3050"
		call(t, s, s.Token, http.MethodPut, fmt.Sprintf("/v1/products/%d", id), `{"product":{"variants":[{"price":"30.5"}]}}`).want(t, "in the list", 200, "")
		if diff := cmp.Diff(want, prices(t, s, id)); diff != "" {
			t.Error(diff)
		}
		call(t, s, s.Token, http.MethodPut, fmt.Sprintf("/v1/products/%d", id), fmt.Sprintf(`{"product":{"variants":[{"id":%d,"stock":3}]}}`, variants[0])).
			want(t, "without a price", 200, "")
		if diff := cmp.Diff(want, prices(t, s, id)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestPricesInAnotherCurrency has a shop whose default currency has no decimal places.
func TestPricesInAnotherCurrency(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t))
	if err := s.App.Shop.SetDefaults(t.Context(), "jpy", ""); err != nil {
		t.Fatal(err)
	}
	id, _ := product(t, s, `{"product":{"name":"T","variants":[{"price":980,"compare_price":"1200.0"}]}}`)
	if got := prices(t, s, id); len(got) != 1 || got[0] != "jpy 980" {
		t.Errorf("it costs %v", got)
	}
	r := call(t, s, s.Token, http.MethodGet, fmt.Sprintf("/v1/products/%d", id), "")
	if !strings.Contains(r.body, `"price":980,`) || !strings.Contains(r.body, `"compare_price":1200,`) {
		t.Errorf("shown as %s", r.body)
	}
	call(t, s, s.Token, http.MethodPost, "/v1/products", `{"product":{"name":"T","variants":[{"price":9.8}]}}`).
		want(t, "a part of a yen", 422, `{"code":422,"errors":{"variants[0].price":["格式不正确"]},"message":"商品信息有误"}`)
}

// TestSameCombinationAtOnce has many make the variant that only one can make.
func TestSameCombinationAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := shoptest.Start(t, d)
		id, _ := product(t, s, `{"product":{"name":"T","options":[{"name":"颜色"}],"variants":[{"option_1":"白色","price":1}]}}`)
		var all sync.WaitGroup
		statuses := make([]int, 6)
		for i := range statuses {
			all.Go(func() {
				statuses[i] = call(t, s, s.Token, http.MethodPost, fmt.Sprintf("/v1/products/%d/variants", id), `{"variant":{"option_1":"黑色","price":1}}`).status
			})
		}
		all.Wait()
		made := 0
		for _, status := range statuses {
			switch status {
			case 200:
				made++
			case 422:
			default:
				t.Errorf("status %d", status)
			}
		}
		if made != 1 {
			t.Errorf("%d were made: %v", made, statuses)
		}
	})
}

func TestProductWebhooksTellTheBareResource(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := shoptest.Start(t, d)
		s.Setup(t, "next products 22951")
		id, variants := product(t, s, `{"product":{"name":"T <恤> & Co","options":[{"name":"颜色"}],"variants":[{"option_1":"白色","price":10.5},{"option_1":"黑色","price":11}]}}`)
		path := fmt.Sprintf("/v1/products/%d", id)
		told(t, s, "products/create", bare(t, s, path, "product"))
		s.Clock.Advance(time.Hour)
		call(t, s, s.Token, http.MethodPut, path+fmt.Sprintf("/variants/%d", variants[1]), `{"variant":{"price":12,"stock":5}}`).want(t, "a price", 200, "")
		shown := bare(t, s, path, "product")
		told(t, s, "products/update", shown)
		if !strings.Contains(shown, `"price":12,`) || !strings.Contains(shown, `"name":"T <恤> & Co"`) {
			t.Errorf("told %s", shown)
		}
		call(t, s, s.Token, http.MethodDelete, path, "").want(t, "deletion", 200, "{}")
		told(t, s, "products/delete", `{"id":22951}`)
	})
}

func TestMetafieldsGoWithTheirOwners(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := shoptest.Start(t, d)
		id, variants := product(t, s, `{"product":{"name":"T","options":[{"name":"颜色"}],"variants":[{"option_1":"白色","price":1},{"option_1":"黑色","price":1}]}}`)
		for resource, owners := range map[string][]int64{"product": {id}, "variant": variants, "shop": {0}} {
			for _, owner := range owners {
				call(t, s, s.Token, http.MethodPost, "/v1/metas", fmt.Sprintf(`{"meta":{"name":"care","owner_resource":%q,"owner_id":%d}}`, resource, owner)).
					want(t, resource, 200, "")
			}
		}
		left := func(want int) {
			t.Helper()
			if err := s.Events.Dispatch(t.Context()); err != nil {
				t.Fatal(err)
			}
			call(t, s, s.Token, http.MethodGet, "/v1/metas/count", "").want(t, "what is left", 200, fmt.Sprintf(`{"count":%d}`, want))
		}
		path := fmt.Sprintf("/v1/products/%d", id)
		call(t, s, s.Token, http.MethodPut, path+fmt.Sprintf("/variants/%d", variants[0]), `{"variant":{"stock":5}}`).want(t, "stock", 200, "")
		left(4)
		call(t, s, s.Token, http.MethodDelete, path+fmt.Sprintf("/variants/%d", variants[0]), "").want(t, "a variant goes", 200, "")
		left(3)
		call(t, s, s.Token, http.MethodDelete, path, "").want(t, "the product goes", 200, "")
		left(1)
	})
}

// dataURI is a PNG of one colour, so many pixels wide.
func dataURI(t *testing.T, width int, c color.Color) string {
	t.Helper()
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(pngOf(t, width, c))
}

func pngOf(t *testing.T, width int, c color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, 4))
	for x := range width {
		for y := range 4 {
			m.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPicturesAreFetched(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/shop/red.png" {
			http.NotFound(w, r)
			return
		}
		w.Write(pngOf(t, 700, color.RGBA{200, 0, 0, 255}))
	}))
	t.Cleanup(elsewhere.Close)
	s := shoptest.Start(t, dbtest.OpenSQLite(t), func(c *config.Serve) { c.PublicURL = "https://shop.example.cn" })
	id, _ := product(t, s, `{"product":{"name":"T","variants":[{"price":1}]}}`)
	path := fmt.Sprintf("/v1/products/%d/images", id)
	r := call(t, s, s.Token, http.MethodPost, path, fmt.Sprintf(`{"image":{"src":%q}}`, elsewhere.URL+"/shop/red.png?size=large"))
	r.want(t, "fetched", 200, "")
	var made struct {
		Image struct {
			FileName string `json:"file_name"`
			Src      string
		}
	}
	if err := json.Unmarshal([]byte(r.body), &made); err != nil || made.Image.FileName != "red.png" || !strings.HasPrefix(made.Image.Src, "https://shop.example.cn/files/") {
		t.Fatalf("%s (%v)", r.body, err)
	}
	served := call(t, s, "", http.MethodGet, strings.TrimPrefix(made.Image.Src, "https://shop.example.cn"), "")
	if served.status != 200 || served.body != string(pngOf(t, 700, color.RGBA{200, 0, 0, 255})) {
		t.Errorf("served: %d, %d bytes", served.status, len(served.body))
	}
	small := call(t, s, "", http.MethodGet, strings.Replace(strings.TrimPrefix(made.Image.Src, "https://shop.example.cn"), ".png", "-480.jpg", 1), "")
	if small.status != 200 || small.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the small one: %d %s", small.status, small.header)
	}
	call(t, s, s.Token, http.MethodPost, path, fmt.Sprintf(`{"image":{"src":%q}}`, made.Image.Src)).want(t, "by the address that was shown", 200, "")
	call(t, s, s.Token, http.MethodPost, path, fmt.Sprintf(`{"image":{"src":%q}}`, elsewhere.URL+"/none.png")).
		want(t, "not there", 422, `{"code":422,"errors":{"src":["格式不正确"]},"message":"无法从该地址获取图片"}`)
	strict := shoptest.Start(t, dbtest.OpenSQLite(t), func(c *config.Serve) { c.WebhookAllowPrivate = false })
	id, _ = product(t, strict, `{"product":{"name":"T","variants":[{"price":1}]}}`)
	call(t, strict, strict.Token, http.MethodPost, fmt.Sprintf("/v1/products/%d/images", id), fmt.Sprintf(`{"image":{"src":%q}}`, elsewhere.URL+"/shop/red.png")).
		want(t, "in the house", 422, `{"code":422,"errors":{"src":["格式不正确"]},"message":"图片地址不正确"}`)
}

// TestUploadsMayBeLarge: what takes files takes more than other routes.
func TestUploadsMayBeLarge(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t))
	id, _ := product(t, s, `{"product":{"name":"T","variants":[{"price":1}]}}`)
	upload := func(bytes int) string {
		return `{"store_file":{"file_name":"a.bin","attachment":"data:application/octet-stream;base64,` + base64.StdEncoding.EncodeToString(make([]byte, bytes)) + `"}}`
	}
	call(t, s, s.Token, http.MethodPost, "/v1/store_files", upload(20<<20)).want(t, "20 MB", 200, "")
	call(t, s, s.Token, http.MethodPost, "/v1/store_files", upload(20<<20+1)).want(t, "more", 422, `{"code":422,"errors":{"attachment":["超出长度限制"]},"message":"文件有误"}`)
	call(t, s, s.Token, http.MethodPost, "/v1/store_files", upload(23<<20)).want(t, "too much to read", 413, "")
	call(t, s, s.Token, http.MethodPut, "/v1/store_files/1", upload(2<<20)).want(t, "where no file comes in", 413, "")
	call(t, s, s.Token, http.MethodPut, fmt.Sprintf("/v1/products/%d/variants/1", id), upload(2<<20)).want(t, "nor there", 413, "")
	noise := `{"image":{"file_name":"a.png","attachment":"` + dataURI(t, 4000, color.White) + `","alt":"` + strings.Repeat("x", 3<<20) + `"}}`
	call(t, s, s.Token, http.MethodPost, fmt.Sprintf("/v1/products/%d/images", id), noise).
		want(t, "a text that is too long", 422, `{"code":422,"errors":{"alt":["超出长度限制"]},"message":"商品信息有误"}`)
}

// TestManyUploadsAtATime: they wait for each other, and all arrive.
func TestManyUploadsAtATime(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t))
	id, _ := product(t, s, `{"product":{"name":"T","variants":[{"price":1}]}}`)
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			body := fmt.Sprintf(`{"image":{"file_name":"%d.png","attachment":%q}}`, i, dataURI(t, 100+i, color.Black))
			call(t, s, s.Token, http.MethodPost, fmt.Sprintf("/v1/products/%d/images", id), body).want(t, "an upload", 200, "")
		})
	}
	all.Wait()
	list, err := s.Catalog.Images(t.Context(), catalog.ByNumber(id))
	if err != nil || len(list) != 12 {
		t.Errorf("%d arrived (%v)", len(list), err)
	}
	for i, image := range list {
		if image.Position != i+1 {
			t.Errorf("the %d. is at %d", i+1, image.Position)
		}
	}
}
