package transfer

import (
	"cmp"
	"context"
	"slices"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/patch"
)

func (w *seedWriter) collections(ctx context.Context) error {
	var names []string
	for _, c := range w.file.collections {
		names = append(names, seedName(c.ID, c.Handle, c.Title))
	}
	there, err := w.find(ctx, aCollection, names)
	if err != nil {
		return err
	}
	for i, c := range w.file.collections {
		_, changed, err := w.o.Catalog.PutCollection(ctx, c.CollectionPatch)
		if err := w.done(c.path, there[names[i]] != "", changed, err); err != nil {
			return err
		}
	}
	return nil
}

// seedName is what a collection or a category is known again by.
func seedName(id string, handle, title patch.Optional[string]) string {
	return cmp.Or(id, handle.Or(""), catalog.HandleOf(title.Or("")))
}

// categories puts the categories, each where the file has it in the tree.
func (w *seedWriter) categories(ctx context.Context) error {
	var names []string
	for _, c := range w.file.categories {
		names = append(names, seedName(c.ID, c.Handle, c.Name))
	}
	there, err := w.find(ctx, aCategory, names)
	if err != nil {
		return err
	}
	ids := make([]string, len(w.file.categories))
	for i, c := range w.file.categories {
		c.ParentID = patch.Null[string]()
		if c.parent >= 0 {
			if ids[c.parent] == "" {
				continue // it was refused
			}
			c.ParentID = patch.Some(ids[c.parent])
		}
		made, changed, err := w.o.Catalog.PutCategory(ctx, c.CategoryPatch)
		ids[i] = made.ID
		if err := w.done(c.path, there[names[i]] != "", changed, err); err != nil {
			return err
		}
	}
	return nil
}

// seedChunk is how many products one transaction takes.
const seedChunk = 100

func (w *seedWriter) products(ctx context.Context) error {
	listed := w.listed()
	for chunk := range slices.Chunk(w.file.products, seedChunk) {
		if err := w.goods(ctx, chunk, listed); err != nil {
			return err
		}
	}
	return nil
}

// listed gives the channels that list products of their own accord, by the products' handles or ids.
func (w *seedWriter) listed() map[string][]seedRef {
	out := map[string][]seedRef{}
	for _, c := range w.file.channels {
		for _, p := range c.products {
			out[p.name] = append(out[p.name], seedRef{name: cmp.Or(c.ID, c.Name.Or(""))})
		}
	}
	return out
}

// goods puts one chunk of products.
func (w *seedWriter) goods(ctx context.Context, chunk []seedProduct, listed map[string][]seedRef) error {
	names := map[seedKind][]string{aRegion: {""}, aChannel: {""}, aProfile: {""}}
	for _, p := range chunk {
		names[aCollection] = append(names[aCollection], p.collection.Or(seedRef{}).name)
		names[aCategory] = append(names[aCategory], seedNames(p.categories.Or(nil))...)
		names[aProduct] = append(names[aProduct], p.ID, p.Handle.Or(""))
		names[aForeign] = append(names[aForeign], p.ExternalID.Or(""))
	}
	ids := map[seedKind]map[string]string{}
	for kind, list := range names {
		var err error
		if ids[kind], err = w.find(ctx, kind, list); err != nil {
			return err
		}
	}
	present, err := w.channelsOf(ctx, ids)
	if err != nil {
		return err
	}
	items := make([]shelf.Item, len(chunk))
	for i, p := range chunk {
		more := append(slices.Clone(listed[p.Handle.Or("")]), listed[p.ID]...)
		p.resolve(ids)
		there := p.there(ids)
		if !p.Status.IsSet() && there == "" {
			p.Status = patch.Some(catalog.Published)
		}
		p.list(seedIDs(ids[aChannel], more), present[there])
		items[i] = p.Item
	}
	outcomes, err := w.o.Shelf.Put(ctx, items)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		if err := w.done(chunk[i].path, !o.Created, o.Changed, o.Err); err != nil {
			return err
		}
	}
	return nil
}

// there gives the id of the product if it is in the shop.
func (p *seedProduct) there(ids map[seedKind]map[string]string) string {
	switch p.By {
	case shelf.ByID:
		return ids[aProduct][p.ID]
	case shelf.ByExternal:
		return ids[aForeign][p.ExternalID.Or("")]
	}
	return ids[aProduct][p.Handle.Or("")]
}

// resolve puts ids in the place of names.
func (p *seedProduct) resolve(ids map[seedKind]map[string]string) {
	if c, ok := p.collection.Get(); ok {
		p.CollectionID = patch.Some(ids[aCollection][c.name])
	} else if p.collection.IsNull() {
		p.CollectionID = patch.Null[string]()
	}
	if refs, ok := p.categories.Get(); ok {
		p.Categories = patch.Some(seedIDs(ids[aCategory], refs))
	}
	if refs, ok := p.channels.Get(); ok {
		p.Channels = patch.Some(seedIDs(ids[aChannel], refs))
	}
	if name, ok := p.ProfileID.Get(); ok {
		p.ProfileID = patch.Some(ids[aProfile][name])
	}
	for _, v := range p.Variants.Or(nil) {
		prices, _ := v.Prices.Get()
		for i := range prices {
			prices[i] = inRegion(prices[i], ids[aRegion])
		}
	}
}

// list adds the channels that list the product to those that it says itself, or else to those in which it is.
func (p *seedProduct) list(more, present []string) {
	if len(more) == 0 {
		return
	}
	channels := append(slices.Clone(p.Channels.Or(present)), more...)
	slices.Sort(channels)
	p.Channels = patch.Some(slices.Compact(channels))
}

// channelsOf gives the channels of the products that were found, by their ids; under "" is the default one, for new products.
func (w *seedWriter) channelsOf(ctx context.Context, found map[seedKind]map[string]string) (map[string][]string, error) {
	m, err := w.o.Shop.Markets(ctx)
	if err != nil {
		return nil, err
	}
	out, ids := map[string][]string{"": {m.DefaultChannel}}, []string{}
	for _, kind := range []seedKind{aProduct, aForeign} {
		for _, id := range found[kind] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return out, w.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		type link struct{ product, channel string }
		scan := func(row db.Scanner) (link, error) {
			var l link
			err := row.Scan(&l.product, &l.channel)
			return l, err
		}
		links, err := db.AllIn(tx, scan, `select product_id, channel_id from product_channel_links where product_id in {keys}`, slices.Compact(ids))
		for _, l := range links {
			out[l.product] = append(out[l.product], l.channel)
		}
		return err
	})
}

// listings puts products that the file does not have itself into the channels that list them.
func (w *seedWriter) listings(ctx context.Context) error {
	listed := w.listed()
	for _, p := range w.file.products {
		delete(listed, p.ID)
		delete(listed, p.Handle.Or(""))
	}
	names := make([]string, 0, len(listed))
	for name := range listed {
		names = append(names, name)
	}
	slices.Sort(names)
	for chunk := range slices.Chunk(names, seedChunk) {
		if err := w.listThem(ctx, chunk, listed); err != nil {
			return err
		}
	}
	return nil
}

func (w *seedWriter) listThem(ctx context.Context, names []string, listed map[string][]seedRef) error {
	found, err := w.find(ctx, aProduct, names)
	if err != nil {
		return err
	}
	present, err := w.channelsOf(ctx, map[seedKind]map[string]string{aProduct: found})
	if err != nil {
		return err
	}
	channels, err := w.findMarkets(ctx, aChannel)
	if err != nil {
		return err
	}
	items := make([]shelf.Item, len(names))
	for i, name := range names {
		p := seedProduct{Item: shelf.Item{By: shelf.ByID}}
		p.ID = found[name]
		p.list(seedIDs(channels, listed[name]), present[p.ID])
		items[i] = p.Item
	}
	outcomes, err := w.o.Shelf.Put(ctx, items)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		if err := w.refused("sales_channels: "+names[i], o.Err); err != nil {
			return err
		}
	}
	return nil
}
