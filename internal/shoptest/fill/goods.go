package fill

import (
	"fmt"
	"strings"
)

// tables are those that are filled.
type tables struct {
	categories, collections, tags, types, vendors      *table
	products, options, images, variants, prices, stock *table
	channelLinks, categoryLinks, tagLinks, typeLinks   *table
}

func newTables() tables {
	return tables{
		categories: newTable(`product_categories (id, parent_id, name, handle, description, mpath, rank, is_active, is_internal,
			translations, created_at, updated_at)`, `(?, ?, ?, ?, '', ?, ?, 1, 0, ?, ?, ?)`),
		collections: newTable(`product_collections (id, title, handle, translations, created_at, updated_at)`, `(?, ?, ?, ?, ?, ?)`),
		tags:        newTable(`product_tags (id, value, created_at, updated_at)`, `(?, ?, ?, ?)`),
		types:       newTable(`product_types (id, value, created_at, updated_at)`, `(?, ?, ?, ?)`),
		vendors:     newTable(`vendors (id, name, created_at, updated_at)`, `(?, ?, ?, ?)`),
		products: newTable(`products (id, title, subtitle, description, handle, is_giftcard, discountable, status, thumbnail, weight,
			material, collection_id, type_id, vendor_id, page_title, page_description, page_keywords, translations, created_at, updated_at)`,
			`(?, ?, ?, ?, ?, 0, 1, ?, ?, ?, ?, ?, ?, ?, '', '', '', ?, ?, ?)`),
		options: newTable(`product_options (id, product_id, title, position, created_at, updated_at)`, `(?, ?, ?, ?, ?, ?)`),
		images: newTable(`product_images (id, product_id, url, file_name, alt, position, blob, created_at, updated_at)`,
			`(?, ?, ?, ?, '', ?, '', ?, ?)`),
		variants: newTable(`variants (id, product_id, title, rank, sku, barcode, allow_backorder, manage_inventory, compare_amount,
			reward_point, sold, option_values, option_key, created_at, updated_at)`, `(?, ?, ?, ?, ?, ?, 0, 1, ?, 0, ?, ?, ?, ?, ?)`),
		prices:        newTable(`prices (id, variant_id, currency_code, amount, created_at, updated_at)`, `(?, ?, ?, ?, ?, ?)`),
		stock:         newTable(`stock_levels (variant_id, location_id, stocked, reserved, backorder, updated_at)`, `(?, ?, ?, 0, 0, ?)`),
		channelLinks:  newTable(`product_channel_links (channel_id, product_id, listed_at, visible)`, `(?, ?, ?, ?)`),
		categoryLinks: newTable(`product_category_links (category_id, product_id, listed_at, visible, direct)`, `(?, ?, ?, ?, ?)`),
		tagLinks:      newTable(`product_tag_links (tag_id, product_id, listed_at, visible, position)`, `(?, ?, ?, ?, ?)`),
		typeLinks:     newTable(`product_type_links (type_id, product_id, listed_at, visible, position)`, `(?, ?, ?, ?, 0)`),
	}
}

// inOrder gives the tables so that each comes after those that it refers to.
func (t tables) inOrder() []*table {
	return []*table{t.categories, t.collections, t.tags, t.types, t.vendors, t.products, t.options, t.images, t.variants, t.prices,
		t.stock, t.channelLinks, t.categoryLinks, t.tagLinks, t.typeLinks}
}

// product is what its rows are made of.
type product struct {
	n       int
	id      string
	at      int64 // created_at
	visible int
	branch  branch
	thing   int
	leaf    node
}

// product makes the nth product with all that hangs on it.
func (g *generator) product(n int) {
	g.move(n)
	leaf := g.leaves[g.someLeaf.Uint64()]
	p := product{n: n, id: g.id("prod", g.now), at: g.now, visible: 1, leaf: leaf, branch: branches[leaf.branch]}
	p.thing = g.rand.IntN(len(p.branch.things))
	status := "published"
	if g.rand.IntN(33) == 0 {
		status, p.visible = "draft", 0
	}
	if n < 1000 || n >= g.o.Products-1000 {
		g.made.Products = append(g.made.Products, p.id)
	}
	g.productRow(p, status)
	g.links(p)
	g.goods(p)
}

// move sets the time of the nth product. An import leaves up to 400 with the same time.
func (g *generator) move(n int) {
	if n < g.until {
		return
	}
	size := 1
	if g.rand.IntN(4) == 0 {
		size += g.rand.IntN(400)
	}
	g.until = n + size
	g.now = g.start + int64(n+1)*g.step
}

func (g *generator) productRow(p product, status string) {
	style, stuff := styles[g.rand.IntN(len(styles))], p.branch.materials[g.rand.IntN(len(p.branch.materials))]
	thing := p.branch.things[p.thing]
	zh := fmt.Sprintf("%s%s%s %c%d", style.zh, stuff.zh, thing.zh, 'A'+rune(p.n%26), p.n%1000)
	en := fmt.Sprintf("%s %s %s %c%d", style.en, stuff.en, thing.en, 'A'+rune(p.n%26), p.n%1000)
	title, other := zh, `{"en":{"title":"`+en+`"}}`
	if g.rand.IntN(5) < 2 {
		title, other = en, `{"zh":{"title":"`+zh+`"}}`
	}
	var collection, vendor, subtitle any
	if g.rand.IntN(10) < 7 {
		collection = g.made.Collections[g.someCollection.Uint64()]
	}
	if g.rand.IntN(10) < 8 {
		vendor = g.vendors[g.rand.IntN(len(g.vendors))]
	}
	if g.rand.IntN(3) == 0 {
		subtitle = stuff.zh + " · " + style.en
	}
	handle := strings.ReplaceAll(strings.ToLower(en), " ", "-") + fmt.Sprintf("-%d", p.n)
	description := fmt.Sprintf("%s风格的%s,采用%s材质。 A %s made for every day.", style.zh, thing.zh, stuff.zh, strings.ToLower(thing.en))
	updated := p.at
	if g.rand.IntN(3) == 0 {
		updated += g.rand.Int64N(100 * 24 * 3600 * 1000)
	}
	g.t.products.add(p.id, title, subtitle, description, handle, status, picture(p.n, 0), 100+g.rand.Int64N(3000), stuff.en,
		collection, g.typeOf(p), vendor, other, p.at, updated)
}

// typeOf gives the id of a product's type.
func (g *generator) typeOf(p product) string {
	n := p.thing
	for _, b := range branches[:p.leaf.branch] {
		n += len(b.things)
	}
	return g.made.Types[n]
}

func picture(product, n int) string {
	return fmt.Sprintf("https://cdn.example.com/p/%d/%d.webp", product, n)
}

func (g *generator) links(p product) {
	if g.rand.IntN(50) > 0 {
		g.t.channelLinks.add(g.made.Channel, p.id, p.at, p.visible)
	}
	if g.rand.IntN(10) == 0 {
		g.t.channelLinks.add(Wholesale, p.id, p.at, p.visible)
	}
	for i, c := range p.leaf.path {
		direct := 0
		if i == len(p.leaf.path)-1 || i == len(p.leaf.path)-2 && g.rand.IntN(2) == 0 {
			direct = 1
		}
		g.t.categoryLinks.add(c, p.id, p.at, p.visible, direct)
	}
	first, second := int(g.someTag.Uint64()), int(g.someTag.Uint64())
	g.t.tagLinks.add(g.made.Tags[first], p.id, p.at, p.visible, 0)
	if second != first {
		g.t.tagLinks.add(g.made.Tags[second], p.id, p.at, p.visible, 1)
	}
	g.t.typeLinks.add(g.typeOf(p), p.id, p.at, p.visible)
}

// goods makes the options, the images and one to five variants, with prices and stock.
func (g *generator) goods(p product) {
	options := make([]string, len(p.branch.options))
	for i, o := range p.branch.options {
		options[i] = g.id("opt", p.at)
		g.t.options.add(options[i], p.id, o.title, i+1, p.at, p.at)
	}
	for i := range 1 + g.rand.IntN(3) {
		g.t.images.add(g.id("img", p.at), p.id, picture(p.n, i), fmt.Sprintf("%d-%d.webp", p.n, i), i+1, p.at, p.at)
	}
	amount := int64(990 + 100*g.rand.IntN(500))
	for rank := range 1 + g.rand.IntN(2) + g.rand.IntN(3) {
		g.variant(p, options, rank, amount+int64(rank)*500)
	}
}

func (g *generator) variant(p product, options []string, rank int, amount int64) {
	id := g.id("variant", p.at)
	g.made.Variants++
	values := make([]string, len(options))
	var stored strings.Builder
	n := rank
	for i, o := range p.branch.options {
		values[i] = o.values[n%len(o.values)]
		n /= len(o.values)
		if i == 0 && n > 0 { // a colour or size that no other has
			values[i] += fmt.Sprint(n)
		}
		stored.WriteString([]string{"[", ","}[min(i, 1)])
		fmt.Fprintf(&stored, `{"id":"%s","option_id":"%s","value":"%s"}`, g.id("optval", p.at), options[i], values[i])
	}
	stored.WriteString("]")
	var barcode any
	if g.rand.IntN(2) == 0 {
		barcode = fmt.Sprintf("69%011d", p.n*10+rank)
	}
	title := strings.Join(values, " / ")
	g.t.variants.add(id, p.id, title, rank, fmt.Sprintf("SKU-%07d-%d", p.n, rank), barcode, amount*12/10, g.rand.Int64N(200),
		stored.String(), strings.Join(values, "\x1f"), p.at, p.at)
	g.t.prices.add(g.id("ma", p.at), id, "eur", amount, p.at, p.at)
	g.t.prices.add(g.id("ma", p.at), id, "usd", amount*11/10, p.at, p.at)
	g.t.stock.add(id, g.location, max(0, g.rand.Int64N(120)-10), p.at)
}
