package fill

import (
	"context"
	"errors"
	"fmt"

	"kaidian/internal/platform/db"
)

// What the market of a generated catalogue is called.
const (
	Europe    = "reg_fill_eu"       // euros, 20 % tax, computed at once
	America   = "reg_fill_na"       // dollars, no tax
	Wholesale = "sc_fill_wholesale" // the other channel; one product in ten is there too
)

// market makes the regions, the channels and the stock location that are missing. A shop has its row already.
func (g *generator) market(ctx context.Context, d *db.DB) error {
	return d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		err := tx.QueryRow(`select default_channel_id from shop`).Scan(&g.made.Channel)
		if errors.Is(err, db.ErrNoRows) {
			return errors.New("fill: there is no shop yet; ensure it first")
		}
		if err != nil {
			return err
		}
		if g.made.Channel == "" {
			g.made.Channel = "sc_fill"
			if err := g.channel(tx, g.made.Channel, "Online"); err != nil {
				return err
			}
			if _, err := tx.Exec(`update shop set default_channel_id = $1`, g.made.Channel); err != nil {
				return err
			}
		}
		if err := g.channel(tx, Wholesale, "Wholesale"); err != nil {
			return err
		}
		if err := g.regions(tx); err != nil {
			return err
		}
		return g.place(tx)
	})
}

func (g *generator) channel(tx *db.Tx, id, name string) error {
	_, err := tx.Exec(`insert into sales_channels (id, name, is_disabled, created_at, updated_at) values ($1, $2, 0, $3, $3)`, id, name, g.start)
	return err
}

func (g *generator) regions(tx *db.Tx) error {
	for _, r := range []struct {
		id, name, currency string
		rate               int
		countries          []string
	}{
		{Europe, "Europe", "eur", 200_000, []string{"de", "fr", "dk", "it"}},
		{America, "North America", "usd", 0, []string{"us", "ca"}},
	} {
		if _, err := tx.Exec(`insert into currencies (code, includes_tax, created_at, updated_at) values ($1, 0, $2, $2)
			on conflict (code) do nothing`, r.currency, g.start); err != nil {
			return err
		}
		if _, err := tx.Exec(`insert into regions (id, name, currency_code, tax_rate, gift_cards_taxable, automatic_taxes, includes_tax,
			payment_providers, fulfillment_providers, created_at, updated_at)
			values ($1, $2, $3, $4, 1, 1, 0, '["manual"]', '["manual"]', $5, $5)`, r.id, r.name, r.currency, r.rate, g.start); err != nil {
			return err
		}
		for _, c := range r.countries {
			if _, err := tx.Exec(`insert into region_countries (country_code, region_id) values ($1, $2)
				on conflict (country_code) do nothing`, c, r.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// place finds where the stock is, or makes it.
func (g *generator) place(tx *db.Tx) error {
	err := tx.QueryRow(`select id from stock_locations where deleted_at is null order by created_at, id limit 1`).Scan(&g.location)
	if !errors.Is(err, db.ErrNoRows) {
		return err
	}
	g.location = "sloc_00000000000000000000000001" // the default one, from which orders are sold
	_, err = tx.Exec(`insert into stock_locations (id, name, created_at, updated_at) values ($1, 'Warehouse', $2, $2)`, g.location, g.start)
	return err
}

// shelves makes the categories, three levels deep, the collections, tags, types and vendors.
func (g *generator) shelves(ctx context.Context, d *db.DB) error {
	for i, b := range branches {
		root := g.category(nil, b.name, i, i)
		for j, c := range b.children {
			middle := g.category(&root, c, j, i)
			for k, s := range styles[:3+(i+j)%3] {
				g.leaves = append(g.leaves, g.category(&middle, s, k, i))
			}
		}
	}
	for i := range 24 {
		id := g.id("pcol", g.start)
		style := styles[i%len(styles)]
		g.t.collections.add(id, fmt.Sprintf("%s精选%d", style.zh, i+1), fmt.Sprintf("collection-%d", i+1),
			fmt.Sprintf(`{"en":{"title":"%s Selection %d"}}`, style.en, i+1), g.start+int64(i/3), g.start+int64(i/3))
		g.made.Collections = append(g.made.Collections, id)
	}
	for i := range 60 {
		id, l := g.id("ptag", g.start), labels[i%len(labels)]
		value := l.zh
		if i >= len(labels) {
			value = fmt.Sprintf("%s %d", l.en, i/len(labels))
		}
		g.t.tags.add(id, value, g.start+int64(i/5), g.start+int64(i/5))
		g.made.Tags = append(g.made.Tags, id)
	}
	for i, b := range branches {
		for _, thing := range b.things {
			id := g.id("ptyp", g.start)
			g.t.types.add(id, b.name.en+" / "+thing.zh, g.start+int64(i), g.start+int64(i))
			g.made.Types = append(g.made.Types, id)
		}
	}
	for _, name := range brands {
		id := g.id("vendor", g.start)
		g.t.vendors.add(id, name, g.start, g.start)
		g.vendors = append(g.vendors, id)
	}
	return g.write(ctx, d)
}

// node is a category with the ids from its root down to itself.
type node struct {
	path   []string
	branch int
}

func (g *generator) category(parent *node, name pair, rank, branch int) node {
	id := g.id("pcat", g.start)
	n, mpath := node{branch: branch}, ""
	var above any
	if parent != nil {
		n.path, above = append(n.path, parent.path...), parent.path[len(parent.path)-1]
	}
	n.path = append(n.path, id)
	for _, p := range n.path {
		mpath += p + "."
	}
	g.t.categories.add(id, above, name.zh, fmt.Sprintf("category-%d", len(g.made.Categories)+1), mpath, rank,
		`{"en":{"name":"`+name.en+`"}}`, g.start, g.start)
	g.made.Categories = append(g.made.Categories, id)
	return n
}
