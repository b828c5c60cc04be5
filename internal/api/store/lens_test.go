package store

import (
	"bytes"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"kaidian/internal/api/route"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shop"
)

// What is appended by hand is held here against encoding/json of the views, which the document is made of.

func viewTerm(t catalog.Term) productTagView {
	return productTagView{ID: t.ID, CreatedAt: instant(t.CreatedAt), UpdatedAt: instant(t.UpdatedAt), Value: t.Value, Metadata: metadata(t.Metadata)}
}

func viewCollection(c catalog.Collection) productCollectionView {
	return productCollectionView{ID: c.ID, CreatedAt: instant(c.CreatedAt), UpdatedAt: instant(c.UpdatedAt), Title: c.Title,
		Handle: &c.Handle, Metadata: metadata(c.Metadata)}
}

func viewValue(o catalog.OptionValue, v browse.Variant) productOptionValueView {
	return productOptionValueView{ID: o.ID, CreatedAt: instant(v.CreatedAt), UpdatedAt: instant(v.UpdatedAt), Value: o.Value,
		OptionID: o.OptionID, VariantID: v.ID}
}

func viewCategoryNode(c catalog.Category) categoryNodeView {
	mpath := c.MPath[:len(c.MPath)-1]
	return categoryNodeView{ID: c.ID, CreatedAt: instant(c.CreatedAt), UpdatedAt: instant(c.UpdatedAt), Name: c.Name,
		Description: c.Description, Handle: c.Handle, MPath: &mpath, IsActive: c.Active, IsInternal: c.Internal, Rank: int64(c.Rank),
		ParentCategoryID: c.ParentID, Metadata: metadata(c.Metadata)}
}

func viewPrice(p pricing.Price) moneyAmountView {
	return moneyAmountView{ID: p.ID, CreatedAt: instant(p.CreatedAt), UpdatedAt: instant(p.UpdatedAt), CurrencyCode: p.Currency,
		Amount: p.Amount, MinQuantity: p.MinQuantity, MaxQuantity: p.MaxQuantity, PriceListID: p.ListID, VariantID: &p.VariantID,
		RegionID: p.RegionID}
}

// viewVariant shows a variant with the options, and with the prices when priced.
func viewVariant(v browse.Variant, priced bool) productVariantView {
	out := productVariantView{
		ID: v.ID, CreatedAt: instant(v.CreatedAt), UpdatedAt: instant(v.UpdatedAt), Title: v.Title, ProductID: v.ProductID,
		SKU: v.SKU, Barcode: v.Barcode, EAN: v.EAN, UPC: v.UPC, Rank: number{new(int64(v.Rank))}, InventoryQuantity: v.Stock,
		AllowBackorder: v.AllowBackorder, ManageInventory: v.ManageInventory, HSCode: v.HSCode, OriginCountry: v.OriginCountry,
		MIDCode: v.MIDCode, Material: v.Material, Weight: number{v.Weight}, Length: number{v.Length}, Height: number{v.Height},
		Width: number{v.Width}, Metadata: metadata(v.Metadata), Options: []productOptionValueView{},
	}
	for _, o := range v.Values {
		out.Options = append(out.Options, viewValue(o, v))
	}
	if !priced {
		return out
	}
	out.Prices = []moneyAmountView{}
	for _, p := range v.Price.Prices {
		out.Prices = append(out.Prices, viewPrice(p))
	}
	t := v.Price
	out.OriginalPrice, out.CalculatedPrice = &number{t.Original}, &number{t.Calculated}
	out.OriginalIncl, out.CalculatedIncl = &number{t.OriginalInclTax}, &number{t.CalculatedInclTax}
	out.OriginalTax, out.CalculatedTax = &number{t.OriginalTax}, &number{t.CalculatedTax}
	out.CalculatedType = string(t.Type)
	out.TaxRates = route.Maybe[[]taxRateView]{Loaded: true}
	if t.Rates != nil {
		rates := []taxRateView{}
		for _, r := range t.Rates {
			shown := taxRateView{Rate: r.Rate.Percent(), Name: r.Name}
			if r.Code != "" {
				shown.Code = &r.Code
			}
			rates = append(rates, shown)
		}
		out.TaxRates.Value = &rates
	}
	return out
}

func viewScalars(p browse.Product, profile string) productView {
	return productView{
		ID: p.ID, CreatedAt: instant(p.CreatedAt), UpdatedAt: instant(p.UpdatedAt), Title: p.Title, Subtitle: p.Subtitle,
		Description: p.Description, Handle: &p.Handle, IsGiftcard: p.GiftCard, Status: string(p.Status), Thumbnail: p.Thumbnail,
		Weight: number{p.Weight}, Length: number{p.Length}, Height: number{p.Height}, Width: number{p.Width}, HSCode: p.HSCode,
		OriginCountry: p.OriginCountry, MIDCode: p.MIDCode, Material: p.Material, CollectionID: p.CollectionID, TypeID: p.TypeID,
		Discountable: p.Discountable, ExternalID: p.ExternalID, Metadata: metadata(p.Metadata), ProfileID: profile,
	}
}

// viewProduct shows a product with all its relations.
func viewProduct(p browse.Product, profile fulfillment.Profile) productView {
	out := viewScalars(p, profile.ID)
	out.Profiles = []shippingProfileView{{ID: profile.ID, CreatedAt: instant(profile.CreatedAt), UpdatedAt: instant(profile.UpdatedAt),
		Name: profile.Name, Type: string(profile.Type), Metadata: metadata(profile.Metadata)}}
	out.Collection, out.Type = route.Maybe[productCollectionView]{Loaded: true}, route.Maybe[productTypeView]{Loaded: true}
	if p.Collection != nil {
		out.Collection.Value = new(viewCollection(*p.Collection))
	}
	if p.Type != nil {
		out.Type.Value = new(productTypeView(viewTerm(*p.Type)))
	}
	viewLists(&out, p)
	return out
}

func viewLists(out *productView, p browse.Product) {
	out.Tags, out.Images, out.Options = []productTagView{}, []imageView{}, []productOptionView{}
	out.Variants, out.Categories, out.SalesChannels = []productVariantView{}, []categoryNodeView{}, []salesChannelView{}
	for _, t := range p.Tags {
		out.Tags = append(out.Tags, viewTerm(t))
	}
	for _, i := range p.Images {
		out.Images = append(out.Images, imageView{ID: i.ID, CreatedAt: instant(i.CreatedAt), UpdatedAt: instant(i.UpdatedAt), URL: i.URL, Metadata: metadata(i.Metadata)})
	}
	for i, o := range p.Options {
		shown := productOptionView{ID: o.ID, CreatedAt: instant(o.CreatedAt), UpdatedAt: instant(o.UpdatedAt), Title: o.Title,
			ProductID: o.ProductID, Metadata: metadata(o.Metadata), Values: []productOptionValueView{}}
		for _, v := range p.Variants {
			shown.Values = append(shown.Values, viewValue(v.Values[i], v))
		}
		out.Options = append(out.Options, shown)
	}
	for _, v := range p.Variants {
		shown := viewVariant(v, true)
		shown.InventoryItems = []inventoryItemView{}
		out.Variants = append(out.Variants, shown)
	}
	for _, c := range p.Categories {
		out.Categories = append(out.Categories, viewCategoryNode(c))
	}
	for _, c := range p.Channels {
		out.SalesChannels = append(out.SalesChannels, salesChannelView{ID: c.ID, CreatedAt: instant(c.CreatedAt), UpdatedAt: instant(c.UpdatedAt),
			Name: c.Name, Description: c.Description, IsDisabled: c.Disabled, Metadata: metadata(c.Metadata)})
	}
}

// goods make products whose every member tells itself from the others.
type goods struct {
	n     int64
	plain bool // texts and times as shops have them; else texts with all that must be escaped, and no time twice
}

func (g *goods) next() int64 { g.n++; return g.n }

func (g *goods) text(s string) string {
	if g.plain {
		return s + strconv.FormatInt(1_000_000_000_000_000_000+g.next(), 10)
	}
	return s + " “" + string(rune('a'+g.next()%26)) + "” \\ 杯\n"
}

func (g *goods) ptr(s string) *string { return new(g.text(s)) }

func (g *goods) num() *int64 { return new(g.next()) }

func (g *goods) time() time.Time {
	if g.plain {
		return time.UnixMilli(1_700_000_000_123)
	}
	return time.UnixMilli(1_700_000_000_000 + 86_461_007*g.next())
}

func (g *goods) raw() json.RawMessage { return json.RawMessage(`{"car":"white"}`) }

func (g *goods) measures() catalog.Measures {
	return catalog.Measures{Weight: g.num(), Length: g.num(), Height: g.num(), Width: g.num(), HSCode: g.ptr("hs"),
		OriginCountry: g.ptr("cn"), MIDCode: g.ptr("mid"), Material: g.ptr("wool")}
}

func (g *goods) term(prefix string) catalog.Term {
	return catalog.Term{ID: g.text(prefix), Number: g.next(), Value: g.text("value"), Metadata: g.raw(), CreatedAt: g.time(), UpdatedAt: g.time()}
}

func (g *goods) category() catalog.Category {
	return catalog.Category{ID: g.text("pcat_"), ParentID: g.ptr("pcat_"), Name: g.text("name"), Handle: g.text("handle"), Description: g.text("words"),
		MPath: "pcat_a.pcat_b.", Rank: int(g.next()), Active: true, Internal: g.n%2 == 0, Metadata: g.raw(), CreatedAt: g.time(), UpdatedAt: g.time()}
}

func (g *goods) variant(options []catalog.Option) browse.Variant {
	v := browse.Variant{Variant: catalog.Variant{ID: g.text("variant_"), ProductID: g.text("prod_"), Title: g.text("S"), Rank: int(g.next()),
		SKU: g.ptr("sku"), Barcode: g.ptr("bar"), EAN: g.ptr("ean"), UPC: g.ptr("upc"), Measures: g.measures(), AllowBackorder: true,
		Metadata: g.raw(), CreatedAt: g.time(), UpdatedAt: g.time()}, Stock: g.next()}
	for _, o := range options {
		v.Values = append(v.Values, catalog.OptionValue{ID: g.text("optval_"), OptionID: o.ID, Value: g.text("L")})
	}
	for range 2 {
		v.Price.Prices = append(v.Price.Prices, pricing.Price{ID: g.text("ma_"), VariantID: v.ID, Currency: "eur", Amount: g.next(),
			RegionID: g.ptr("reg_"), ListID: g.ptr("pl_"), MinQuantity: g.num(), MaxQuantity: g.num(), CreatedAt: g.time(), UpdatedAt: g.time()})
	}
	v.Price.Original, v.Price.Calculated, v.Price.Type = g.num(), g.num(), pricing.Sale
	v.Price.OriginalTax, v.Price.CalculatedTax, v.Price.OriginalInclTax, v.Price.CalculatedInclTax = g.num(), g.num(), g.num(), g.num()
	v.Price.Rates = []pricing.Rate{{Rate: 20 * money.Percent, Name: "default", Code: "default"}, {Rate: 5*money.Percent + 1250, Name: g.text("VAT")}}
	return v
}

func (g *goods) product(variants int) browse.Product {
	p := browse.Product{Product: catalog.Product{ID: g.text("prod_"), Title: g.text("Mug"), Subtitle: g.ptr("sub"), Description: g.ptr("words"),
		Handle: g.text("mug"), Discountable: true, Status: catalog.Published, Thumbnail: g.ptr("https://"), Measures: g.measures(),
		CollectionID: g.ptr("pcol_"), TypeID: g.ptr("ptyp_"), ExternalID: g.ptr("ext"), Metadata: g.raw(), CreatedAt: g.time(), UpdatedAt: g.time()}}
	p.Collection = &catalog.Collection{ID: g.text("pcol_"), Title: g.text("Summer"), Handle: g.text("summer"), Metadata: g.raw(), CreatedAt: g.time(), UpdatedAt: g.time()}
	p.Type = new(g.term("ptyp_"))
	p.Tags = []catalog.Term{g.term("ptag_"), g.term("ptag_")}
	p.Images = []catalog.Image{{ID: g.text("img_"), URL: g.text("/files/"), Metadata: g.raw(), CreatedAt: g.time(), UpdatedAt: g.time()}}
	for range 2 {
		p.Options = append(p.Options, catalog.Option{ID: g.text("opt_"), ProductID: p.ID, Title: g.text("Size"), Metadata: g.raw(), CreatedAt: g.time(), UpdatedAt: g.time()})
	}
	for range variants {
		p.Variants = append(p.Variants, g.variant(p.Options))
	}
	p.Categories = []catalog.Category{g.category(), g.category()}
	p.Channels = []shop.Channel{{ID: g.text("sc_"), Name: g.text("Web"), Description: g.ptr("words"), Disabled: true, Metadata: g.raw(), CreatedAt: g.time(), UpdatedAt: g.time()}}
	return p
}

var testProfiles = profiles{
	fulfillment.Default:  {ID: "sp_default", Name: "Default", Type: fulfillment.Default, CreatedAt: time.UnixMilli(1), UpdatedAt: time.UnixMilli(2)},
	fulfillment.GiftCard: {ID: "sp_gift", Name: "Gift", Type: fulfillment.GiftCard, Metadata: json.RawMessage(`{"a":1}`)},
}

// everything chooses all that there is.
func everything(t testing.TB, can showable) choice {
	t.Helper()
	c, err := showing{Expand: expansion{given: true, names: can.relations}}.choose(can)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func sameJSON(t *testing.T, what string, got []byte, want any) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("%s: %v: %s", what, err, got)
	}
	if err := json.Unmarshal([]byte(marshal(t, want)), &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b, a); diff != "" {
		t.Errorf("%s (-view +appended):\n%s", what, diff)
	}
}

func TestProductsAreAppendedAsTheirViews(t *testing.T) {
	t.Parallel()
	lens := productLensOf(everything(t, productChoice), testProfiles)
	g := &goods{}
	full := g.product(3)
	sameJSON(t, "full", lens.object(nil, &full), viewProduct(full, testProfiles[fulfillment.Default]))

	bare := browse.Product{Product: catalog.Product{ID: "prod_1", GiftCard: true, Status: catalog.Draft}, Variants: []browse.Variant{{}}}
	sameJSON(t, "bare", lens.object(nil, &bare), viewProduct(bare, testProfiles[fulfillment.GiftCard]))

	own := full
	own.ProfileID = new("sp_gift")
	sameJSON(t, "with a profile", lens.object(nil, &own), viewProduct(own, testProfiles[fulfillment.GiftCard]))
	strange := bare
	strange.ProfileID = new("sp_custom")
	want := viewProduct(strange, fulfillment.Profile{ID: "sp_custom"})
	want.Profiles = []shippingProfileView{}
	sameJSON(t, "with a profile that is not read", lens.object(nil, &strange), want)
}

func TestVariantsAreAppendedAsTheirViews(t *testing.T) {
	t.Parallel()
	g := &goods{}
	p := g.product(1)
	v := p.Variants[0]
	v.Product = &p
	want := viewVariant(v, true)
	want.InventoryItems = []inventoryItemView{}
	want.Product = route.Maybe[productView]{Loaded: true, Value: new(viewScalars(p, "sp_default"))}
	sameJSON(t, "variant", variantFieldsIn(everything(t, variantChoice), "", testProfiles).object(nil, &v), want)

	c, err := showing{Expand: expansion{given: true, names: []string{"options"}}}.choose(variantChoice)
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, "without prices", variantFieldsIn(c, "", testProfiles).object(nil, &v), viewVariant(v, false))
}

func TestCategoriesAreAppendedAsTheirViews(t *testing.T) {
	t.Parallel()
	g := &goods{}
	parent, root, child, grandchild := g.category(), g.category(), g.category(), g.category()
	c := browse.Category{Category: root, Parent: &parent, Children: []browse.Category{{Category: child, Children: []browse.Category{{Category: grandchild}}}}}
	view := func(tree bool) productCategoryView {
		n := viewCategoryNode(root)
		below := viewCategoryNode(child)
		if tree {
			leaf := viewCategoryNode(grandchild)
			leaf.Children = []categoryNodeView{}
			below.Children = []categoryNodeView{leaf}
		}
		return productCategoryView{ID: n.ID, CreatedAt: n.CreatedAt, UpdatedAt: n.UpdatedAt, Name: n.Name, Description: n.Description,
			Handle: n.Handle, MPath: n.MPath, IsActive: n.IsActive, IsInternal: n.IsInternal, Rank: n.Rank, ParentCategoryID: n.ParentCategoryID,
			Metadata: n.Metadata, Parent: route.Maybe[categoryNodeView]{Loaded: true, Value: new(viewCategoryNode(parent))},
			Children: []categoryNodeView{below}}
	}
	for _, tree := range []bool{false, true} {
		sameJSON(t, "category", categoryLensOf(everything(t, categoryChoice), tree).object(nil, &c), view(tree))
	}
}

func TestRegionsAreAppendedAsTheirViews(t *testing.T) {
	t.Parallel()
	g := &goods{}
	r := shop.Region{ID: "reg_1", Name: g.text("EU"), Currency: "eur", TaxRate: 19*money.Percent + 5000, TaxCode: g.ptr("code"),
		TaxProviderID: g.ptr("provider"), GiftCardsTaxable: true, IncludesTax: true, Countries: []string{"de", "cn"},
		PaymentProviders: []string{"manual"}, FulfillmentProviders: []string{"flat", "manual"}, Metadata: g.raw(), CreatedAt: g.time(), UpdatedAt: g.time()}
	m := &shop.Markets{Currencies: map[string]shop.Currency{"eur": {IncludesTax: true,
		Currency: money.Currency{Code: "eur", Name: "Euro", Symbol: "€", SymbolNative: "E"}}}}
	got := regionFieldsIn(everything(t, regionChoice), m).object(nil, &r)
	sameJSON(t, "region", got, regionView{
		ID: r.ID, CreatedAt: instant(r.CreatedAt), UpdatedAt: instant(r.UpdatedAt), Name: r.Name, CurrencyCode: "eur", TaxRate: 19.5,
		TaxCode: r.TaxCode, GiftCardsTaxable: true, TaxProviderID: r.TaxProviderID, IncludesTax: true, Metadata: metadata(r.Metadata),
		Currency: route.Maybe[currencyView]{Loaded: true, Value: &currencyView{Code: "eur", Symbol: "€", SymbolNative: "E", Name: "Euro", IncludesTax: true}},
		Countries: []countryView{
			{ID: "57", ISO2: "de", ISO3: "deu", NumCode: "276", Name: "GERMANY", DisplayName: "Germany", RegionID: new("reg_1")},
			{ID: "1", ISO2: "cn", ISO3: "chn", NumCode: "156", Name: "CHINA", DisplayName: "China", RegionID: new("reg_1")}},
		PaymentProviders:     []providerView{{ID: "manual", IsInstalled: true}},
		FulfillmentProviders: []providerView{{ID: "flat", IsInstalled: true}, {ID: "manual", IsInstalled: true}},
	})
}

func TestHitsAreAppendedAsTheirViews(t *testing.T) {
	t.Parallel()
	g := &goods{}
	p := g.product(1)
	lens := productLensOf(everything(t, productChoice), testProfiles)
	lens.fields = append(lens.fields, hitFields[1:]...)
	view := hitView{ProductView: viewProduct(p, testProfiles[fulfillment.Default]), CollectionTitle: &p.Collection.Title,
		CollectionHandle: &p.Collection.Handle, TypeValue: &p.Type.Value, TagsValue: []string{p.Tags[0].Value, p.Tags[1].Value}}
	sameJSON(t, "hit", lens.object(nil, &p), view)

	found := browse.SearchResult{Facets: map[string]map[string]int{"tags": {"b": 2, "a": 1}, "vendor": {}}, PriceMin: new(int64(5)), PriceMax: new(int64(9))}
	sameJSON(t, "facets", append(appendFacets([]byte(`{"x":0`), &found), '}'), map[string]any{"x": 0,
		"facetDistribution": found.Facets, "facetStats": facetStats{priceStats{5, 9}}})
}

// TestSchemasNameWhatIsAppended holds what is appended against the views' schemas, which must name every member.
func TestSchemasNameWhatIsAppended(t *testing.T) {
	t.Parallel()
	registry := huma.NewMapRegistry("#/", huma.DefaultSchemaNamer)
	g := &goods{}
	p := g.product(2)
	lens := productLensOf(everything(t, productChoice), testProfiles)
	var value any
	if err := json.Unmarshal(lens.object(nil, &p), &value); err != nil {
		t.Fatal(err)
	}
	res := &huma.ValidateResult{}
	huma.Validate(registry, route.SchemaOf[productView](registry), huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, value, res)
	for _, err := range res.Errors {
		t.Error(err)
	}
}

// BenchmarkAppendProducts appends a page of 20 products with 3 variants each, as a list does with its defaults.
func BenchmarkAppendProducts(b *testing.B) {
	g := &goods{plain: true}
	var page []browse.Product
	for range 20 {
		page = append(page, g.product(3))
	}
	var to bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		c, err := showing{}.choose(productListChoice)
		if err != nil {
			b.Fatal(err)
		}
		lens := productLensOf(c, testProfiles)
		out := answerWith[productsResponse](sizeOf(page), func(to []byte) []byte {
			to = array(append(to, `{"products":`...), page, lens.object)
			return appendPaging(to, 20, 0, 20)
		})
		to.Reset()
		if err := out.Body.WriteJSON(&to); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(to.Len()))
}
