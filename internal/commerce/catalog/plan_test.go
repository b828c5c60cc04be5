package catalog_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"

	"kaidian/internal/platform/clock"
)

// planner plans without a database.
func planner() *catalog.Service {
	return catalog.New(nil, clock.NewFake(time.Date(2024, 5, 20, 0, 0, 0, 0, time.UTC)), nil)
}

func TestPlanFindsEveryProblem(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("字", 256)
	for _, c := range []struct {
		name     string
		product  catalog.ProductPatch
		variants []catalog.VariantPatch
		want     []string
	}{
		{"nothing", catalog.ProductPatch{}, nil, []string{"title required", "variants required"}},
		{"texts", catalog.ProductPatch{Title: some(long), Subtitle: some("\x00"), Handle: some("a b"), Vendor: some(long),
			Description: some(strings.Repeat("x", 1<<20+1)), MeasuresPatch: catalog.MeasuresPatch{OriginCountry: some("China")}, ExternalID: some(long)},
			[]catalog.VariantPatch{{SKU: some(long), Title: some("\xff")}},
			[]string{"title too_long", "subtitle format", "description too_long", "handle format", "origin_country format", "external_id too_long",
				"vendor too_long", "variants[0].title format", "variants[0].sku too_long"}},
		{"numbers", catalog.ProductPatch{Title: some("x"), MeasuresPatch: catalog.MeasuresPatch{Weight: some(int64(-1)), Width: some(int64(1e9 + 1))}},
			[]catalog.VariantPatch{{CompareAmount: some(int64(-1)), Volume: some(int64(-1)), Rank: some(-1)}},
			[]string{"weight range", "width range", "variants[0].rank range", "variants[0].volume range", "variants[0].compare_amount range"}},
		{"truths", catalog.ProductPatch{Title: some("x"), GiftCard: patch.Null[bool](), Status: some(catalog.Status("sold"))},
			[]catalog.VariantPatch{{ManageInventory: patch.Null[bool]()}},
			[]string{"is_giftcard type", "status unknown", "variants[0].manage_inventory type"}},
		{"lists", catalog.ProductPatch{Title: some("x"), Tags: some([]string{"a", " ", long}), Categories: some([]string{""}), Options: some([]string{"Size"})},
			[]catalog.VariantPatch{{Values: some([]string{"S", "Red"})}, {}, {Values: some([]string{""})}},
			[]string{"tags[1] required", "tags[2] too_long", "categories[0] required", "variants[0].values format", "variants[1].values required",
				"variants[2].values[0] required"}},
		{"images", catalog.ProductPatch{Title: some("x"), Images: some([]catalog.ImagePatch{{}, {URL: some("a"), ID: "no id"}, {URL: some("b"), Position: some(0)}})},
			[]catalog.VariantPatch{{ImageID: some("c")}},
			[]string{"images[0].url required", "images[1].id format", "images[2].position range", "variants[0].image_id unknown"}},
		{"json", catalog.ProductPatch{Title: some("x"), Metadata: some(json.RawMessage(`{"a":1} {}`)), Translations: some(catalog.Translations{"chinese": {}})},
			[]catalog.VariantPatch{{Metadata: some(json.RawMessage(`{"a":"` + strings.Repeat("x", 64<<10) + `"}`)), Number: 7}},
			[]string{"translations format", "metadata format", "variants[0].number unknown", "variants[0].metadata too_long"}},
		{"ids", catalog.ProductPatch{ID: "a.b", Title: some("x"), CreatedAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
			[]catalog.VariantPatch{{ID: "ü"}}, []string{"id format", "created_at range", "variants[0].id format"}},
	} {
		_, err := planner().Plan(nil, c.product, some(c.variants), "")
		var got []string
		if f := fault.As(err); f != nil {
			for _, field := range f.Fields {
				got = append(got, field.Name+" "+string(field.Rule))
				if !strings.HasPrefix(field.Message, field.Name+" ") {
					t.Errorf("%s: the message %q does not name %s", c.name, field.Message, field.Name)
				}
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: problems\n%q, want\n%q", c.name, got, c.want)
		}
	}
}

func TestPlanRefusesVariantsThatAreAlike(t *testing.T) {
	t.Parallel()
	in := catalog.ProductPatch{Title: some("x"), Options: some([]string{"Size"})}
	for _, c := range []struct {
		a, b  catalog.VariantPatch
		want  error
		field string
	}{
		{catalog.VariantPatch{Values: some([]string{"S"})}, catalog.VariantPatch{Values: some([]string{" S "})}, catalog.ErrOptionsTaken, "variants[1].values"},
		{catalog.VariantPatch{Values: some([]string{"S"}), SKU: some("a")}, catalog.VariantPatch{Values: some([]string{"M"}), SKU: some("a")}, catalog.ErrSKUTaken, "variants[1].sku"},
		{catalog.VariantPatch{Values: some([]string{"S"}), EAN: some("a")}, catalog.VariantPatch{Values: some([]string{"M"}), EAN: some("a")}, catalog.ErrEANTaken, "variants[1].ean"},
		{catalog.VariantPatch{Values: some([]string{"S"}), UPC: some("a")}, catalog.VariantPatch{Values: some([]string{"M"}), UPC: some("a")}, catalog.ErrUPCTaken, "variants[1].upc"},
		{catalog.VariantPatch{Values: some([]string{"S"}), ID: "v"}, catalog.VariantPatch{Values: some([]string{"M"}), ID: "v"}, catalog.ErrIDTaken, "variants[1].id"},
	} {
		_, err := planner().Plan(nil, in, some([]catalog.VariantPatch{c.a, c.b}), "")
		if !errors.Is(err, c.want) || fault.As(err).Fields[0].Name != c.field {
			t.Errorf("got %v, want %v of %s", err, c.want, c.field)
		}
	}
}

func TestPlanBoundsLists(t *testing.T) {
	t.Parallel()
	in := catalog.ProductPatch{Title: some("x"), Images: some(make([]catalog.ImagePatch, catalog.MaxImages+1)),
		Options: some(strings.Split("a b c d e f g h i j k", " "))}
	_, err := planner().Plan(nil, in, some(make([]catalog.VariantPatch, catalog.MaxVariants+1)), "")
	var got []string
	for _, f := range fault.As(err).Fields {
		got = append(got, f.Name)
	}
	if want := []string{"images", "options", "variants"}; !slices.Equal(got, want) {
		t.Errorf("problems of %v, want %v", got, want)
	}
}

func TestTextsInALanguage(t *testing.T) {
	t.Parallel()
	p := catalog.Product{Title: "Cup", Translations: catalog.Translations{"zh": {"title": "杯", "description": "一个"}, "zh-TW": {"title": "杯子"}}}
	for _, c := range []struct{ lang, title, description string }{
		{"zh", "杯", "一个"}, {"zh-CN", "杯", "一个"}, {"zh-TW", "杯子", "一个"}, {"en", "Cup", ""}, {"", "Cup", ""},
	} {
		got := p.In(c.lang)
		if got.Title != c.title || got.Description == nil && c.description != "" || got.Description != nil && *got.Description != c.description {
			t.Errorf("in %q: %q, %v", c.lang, got.Title, got.Description)
		}
	}
	if v := (catalog.Variant{Title: "S", Translations: catalog.Translations{"zh": {"title": "小"}}}).In("zh"); v.Title != "小" {
		t.Errorf("variant %q", v.Title)
	}
	c := catalog.Category{Name: "Cups", Description: "all", Translations: catalog.Translations{"zh": {"name": "杯"}}}.In("zh")
	if c.Name != "杯" || c.Description != "all" {
		t.Errorf("category %+v", c)
	}
}
