package demo_test

import (
	"encoding/json"
	"image/png"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"kaidian/internal/app/demo"
)

type texts map[string]map[string]string

type price struct {
	Currency    string `json:"currency_code"`
	SKU         string
	Amount      int64
	MinQuantity *int64 `json:"min_quantity"`
}

type ref struct{ ID, Value, Title string }

type variant struct {
	ID, Title, SKU, Image string
	Translations          texts
	Options               []ref
	Prices                []price
	Backorder             bool  `json:"allow_backorder"`
	Managed               bool  `json:"manage_inventory"`
	Stock                 int64 `json:"inventory_quantity"`
}

type product struct {
	ID, Handle, Title, Subtitle, Description, Vendor, Thumbnail string
	Types                                                       []string
	Translations                                                texts
	Images                                                      []struct{ URL, Alt string }
	Categories, Options, Tags                                   []ref
	Collection                                                  string `json:"collection_id"`
	Variants                                                    []variant
	GiftCard                                                    bool `json:"is_giftcard"`
}

type category struct {
	ID, Name, Handle string
	Translations     texts
	Children         []category `json:"category_children"`
}

type list struct {
	Name   string
	Type   string
	EndsAt *string  `json:"ends_at"`
	Groups []string `json:"customer_groups"`
	Prices []price
}

type shop struct {
	Regions []struct {
		ID       string
		Currency string `json:"currency_code"`
	}
	Categories  []category
	Collections []struct {
		ID, Title, Handle string
		Translations      texts
	} `json:"product_collections"`
	Products []product
	Lists    []list `json:"price_lists"`
	Groups   []ref  `json:"customer_groups"`
	Keys     []ref  `json:"publishable_api_keys"`
}

func seed(t *testing.T) shop {
	t.Helper()
	var s shop
	if err := json.Unmarshal(demo.Seed, &s); err != nil {
		t.Fatalf("shop.json: %v", err)
	}
	if len(s.Products) < 30 || len(s.Regions) != 2 || len(s.Keys) != 1 || s.Keys[0].ID != "pk_demo" {
		t.Fatalf("%d products, %d regions, keys %v", len(s.Products), len(s.Regions), s.Keys)
	}
	return s
}

// once fails on a name that comes a second time, and on an empty one.
type once map[string]bool

func (o once) add(t *testing.T, kind, name string) {
	t.Helper()
	if name == "" || o[kind+" "+name] {
		t.Errorf("%s %q is empty or there twice", kind, name)
	}
	o[kind+" "+name] = true
}

func english(t *testing.T, what string, in texts, fields ...string) {
	t.Helper()
	for _, f := range fields {
		if strings.TrimSpace(in["en"][f]) == "" {
			t.Errorf("%s: no English %s", what, f)
		}
	}
}

// flat gives a tree of categories as a list, and how deep it is.
func flat(tree []category) (all []category, depth int) {
	for _, c := range tree {
		below, d := flat(c.Children)
		all = append(append(all, c), below...)
		depth = max(depth, d+1)
	}
	return all, depth
}

func TestEveryNameIsThereOnce(t *testing.T) {
	t.Parallel()
	s, names := seed(t), once{}
	categories, depth := flat(s.Categories)
	if depth != 3 {
		t.Errorf("categories are %d deep", depth)
	}
	for _, c := range categories {
		names.add(t, "category id", c.ID)
		names.add(t, "category handle", c.Handle)
		english(t, c.Name, c.Translations, "name")
	}
	for _, c := range s.Collections {
		names.add(t, "collection id", c.ID)
		names.add(t, "collection handle", c.Handle)
		english(t, c.Title, c.Translations, "title")
	}
	for _, p := range s.Products {
		names.add(t, "product id", p.ID)
		names.add(t, "product handle", p.Handle)
		for _, v := range p.Variants {
			names.add(t, "variant id", v.ID)
			names.add(t, "sku", v.SKU)
		}
	}
}

func TestProductsAreFiledAndTranslated(t *testing.T) {
	t.Parallel()
	s := seed(t)
	categories, _ := flat(s.Categories)
	for _, p := range s.Products {
		english(t, p.Handle, p.Translations, "title", "subtitle", "description")
		if p.Vendor == "" || len(p.Types) == 0 || len(p.Tags) == 0 || len(p.Categories) == 0 || len(p.Variants) == 0 {
			t.Errorf("%s: something is missing: %+v", p.Handle, p)
		}
		for _, ref := range p.Categories {
			if !slices.ContainsFunc(categories, func(c category) bool { return c.ID == ref.ID && len(c.Children) == 0 }) {
				t.Errorf("%s: there is no leaf category %s", p.Handle, ref.ID)
			}
		}
		if p.Collection != "" && !slices.ContainsFunc(s.Collections, func(c struct {
			ID, Title, Handle string
			Translations      texts
		}) bool {
			return c.ID == p.Collection
		}) {
			t.Errorf("%s: there is no collection %s", p.Handle, p.Collection)
		}
		if slices.Contains(p.Types, "活体") && (len(p.Variants) != 1 || p.Variants[0].Stock != 1 || p.Variants[0].Backorder || !p.Variants[0].Managed) {
			t.Errorf("%s: a live animal is there once", p.Handle)
		}
	}
}

func TestVariantsHaveTheirOptionsAndPrices(t *testing.T) {
	t.Parallel()
	s := seed(t)
	for _, p := range s.Products {
		combinations := once{}
		for _, v := range p.Variants {
			english(t, v.SKU, v.Translations, "title")
			key := ""
			for _, o := range v.Options {
				key += o.Value + "\x00"
			}
			combinations.add(t, p.Handle, key)
			if len(v.Options) != len(p.Options) {
				t.Errorf("%s: %d values for %d options", v.SKU, len(v.Options), len(p.Options))
			}
			for _, r := range s.Regions {
				if n := amount(v.Prices, r.Currency); n <= 0 {
					t.Errorf("%s: costs %d in %s", v.SKU, n, r.Currency)
				}
			}
			if v.Image != "" && !slices.ContainsFunc(p.Images, func(i struct{ URL, Alt string }) bool { return i.URL == v.Image }) {
				t.Errorf("%s: its picture %s is not among the product's", v.SKU, v.Image)
			}
		}
	}
}

func amount(prices []price, currency string) int64 {
	for _, p := range prices {
		if p.Currency == currency {
			return p.Amount
		}
	}
	return 0
}

func TestPriceListsAreCheaper(t *testing.T) {
	t.Parallel()
	s := seed(t)
	base := map[string][]price{}
	for _, p := range s.Products {
		for _, v := range p.Variants {
			base[v.SKU] = v.Prices
		}
	}
	sale := 0
	for _, l := range s.Lists {
		if l.Type == "sale" && l.EndsAt == nil {
			sale++
		}
		for _, g := range l.Groups {
			if !slices.ContainsFunc(s.Groups, func(r ref) bool { return r.ID == g }) {
				t.Errorf("%s: there is no group %s", l.Name, g)
			}
		}
		for _, p := range l.Prices {
			if was := amount(base[p.SKU], p.Currency); p.Amount <= 0 || p.Amount >= was {
				t.Errorf("%s: %s costs %d instead of %d in %s", l.Name, p.SKU, p.Amount, was, p.Currency)
			}
		}
	}
	if sale != 1 {
		t.Errorf("%d sales are running", sale)
	}
}

func TestPictures(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{}
	for _, p := range seed(t).Products {
		if len(p.Images) == 0 || p.Thumbnail != p.Images[0].URL {
			t.Errorf("%s: the thumbnail %s is not the first picture", p.Handle, p.Thumbnail)
		}
		for _, i := range p.Images {
			name, ok := strings.CutPrefix(i.URL, demo.Path)
			if !ok || i.Alt == "" {
				t.Errorf("%s: picture %s, described %q", p.Handle, i.URL, i.Alt)
			}
			shown[name] = true
		}
	}
	var bytes int64
	for name := range shown {
		bytes += picture(t, name)
	}
	if bytes > 1_500_000 {
		t.Errorf("the pictures take %d bytes", bytes)
	}
	all, err := fs.Glob(demo.Files, "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		if !shown[name] {
			t.Errorf("%s is shown nowhere", name)
		}
	}
}

// picture decodes a picture and gives its length in bytes.
func picture(t *testing.T, name string) int64 {
	t.Helper()
	f, err := demo.Files.Open(name)
	if err != nil || path.Ext(name) != ".png" {
		t.Errorf("%s: %v", name, err)
		return 0
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return 0
	}
	if size := img.Bounds().Size(); size.X != 800 || size.Y != 800 {
		t.Errorf("%s is %v", name, size)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
