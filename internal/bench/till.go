package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"kaidian/internal/app"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/platform/db"
	"kaidian/internal/shoptest/fill"
)

// onlyTill is the value of -only that leaves out all but the till.
const onlyTill = "till"

// sale is what carts are filled with.
type sale struct {
	region   string
	option   string   // of shipping
	variants []string // each is of another product
}

// longest is the most lines that a measured cart has; it can take one more.
const longest = 100

// fillSale makes the goods last: there is stock for more orders than can be made, and a way to ship them.
func fillSale(ctx context.Context, a *app.App) (sale, error) {
	s := sale{region: fill.Europe}
	err := a.DB.Write(ctx, func(_ context.Context, tx *db.Tx) (err error) {
		s.variants, err = db.All(tx, scanText, `select min(v.id) from product_channel_links l join variants v on v.product_id = l.product_id
			where l.visible = 1 and l.channel_id = (select default_channel_id from shop) group by l.product_id order by 1 limit 500`)
		if err != nil {
			return err
		}
		stock, levels := int64(inventory.MaxStock), make([]inventory.NewLevel, len(s.variants))
		for i, v := range s.variants {
			levels[i] = inventory.NewLevel{VariantID: v, Stocked: &stock}
		}
		_, err = a.Inventory.Set(tx, inventory.Counted, "bench", levels)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("fill the stock: %w", err)
	}
	if len(s.variants) <= longest {
		return s, fmt.Errorf("%d products on sale are too few", len(s.variants))
	}
	amount := int64(500)
	put, err := a.Fulfillment.PutOption(ctx, fulfillment.Option{Name: "Standard", RegionID: s.region, ProviderID: fulfillment.Manual,
		PriceType: fulfillment.FlatRate, Amount: &amount})
	s.option = put.ID
	return s, err
}

// trolley is a cart as its client knows it.
type trolley struct {
	id    string
	n     int // tells it from all others of the run
	lines int
}

// item gives the variant of a line of a cart. Carts beside each other buy different things, as shoppers do.
func (s sale) item(t *trolley, line int) string { return s.variants[(t.n*7+line)%len(s.variants)] }

// step is a request that carts take on their way.
type step struct {
	name    string // of its row; "" for one that is not measured
	request func(sale, *trolley) []byte
	after   func(*trolley, []byte) error // looks at the answer; nil for nothing to see
}

// measured gives the step with the name of its row.
func (p step) measured(name string) step {
	p.name = name
	return p
}

const asJSON = "Accept: application/json"

func post(path, body string) []byte { return compose(http.MethodPost, path, asJSON, body) }

// create makes a cart that has some lines already.
func create(lines int) step {
	return step{request: func(s sale, t *trolley) []byte {
		items := make([]string, lines)
		for i := range items {
			items[i] = `{"variant_id":"` + s.item(t, i) + `","quantity":1}`
		}
		t.lines = lines
		return post("/store/carts", `{"region_id":"`+s.region+`","country_code":"de","items":[`+strings.Join(items, ",")+`]}`)
	}, after: func(t *trolley, body []byte) error {
		_, rest, found := bytes.Cut(body, []byte(`"id":"cart_`))
		end := bytes.IndexByte(rest, '"')
		if !found || end < 0 {
			return fmt.Errorf("there is no cart in %.200s", body)
		}
		t.id = "cart_" + string(rest[:end])
		return nil
	}}
}

// What else is asked of a cart.
var (
	addLine = step{request: func(s sale, t *trolley) []byte {
		t.lines++
		return post("/store/carts/"+t.id+"/line-items", `{"variant_id":"`+s.item(t, t.lines-1)+`","quantity":1}`)
	}}
	// Every cart is another guest's, whose account the shop makes.
	setAddress = step{request: func(_ sale, t *trolley) []byte {
		return post("/store/carts/"+t.id, `{"email":"guest`+strconv.Itoa(t.n)+`@example.com",`+
			`"shipping_address":{"first_name":"Ada","last_name":"Lovelace","address_1":"Hauptstraße 1","city":"Berlin","country_code":"de","postal_code":"10115","phone":"030 1234567"}}`)
	}}
	listOptions = step{request: func(_ sale, t *trolley) []byte {
		return compose(http.MethodGet, "/store/shipping-options/"+t.id, asJSON, "")
	}}
	addMethod = step{request: func(s sale, t *trolley) []byte {
		return post("/store/carts/"+t.id+"/shipping-methods", `{"option_id":"`+s.option+`"}`)
	}}
	makeSessions = step{request: func(_ sale, t *trolley) []byte { return post("/store/carts/"+t.id+"/payment-sessions", "{}") }}
	complete     = step{request: func(_ sale, t *trolley) []byte { return post("/store/carts/"+t.id+"/complete", "{}") }, after: isOrder}
	getCart      = step{request: func(_ sale, t *trolley) []byte { return compose(http.MethodGet, "/store/carts/"+t.id, asJSON, "") }}
)

func isOrder(_ *trolley, body []byte) error {
	if !bytes.HasPrefix(body, []byte(`{"type":"order"`)) {
		return fmt.Errorf("it became no order: %.200s", body)
	}
	return nil
}

// checkout is the seven requests of a storefront from an empty cart to an order.
func checkout() []step {
	return []step{
		create(0).measured("create cart"),
		addLine.measured("add line"),
		setAddress.measured("e-mail and address"),
		listOptions.measured("list shipping options"),
		addMethod.measured("shipping method"),
		makeSessions.measured("payment sessions"),
		complete.measured("complete, 1 line"),
	}
}

// marches gives all ways that carts are sent, in which each step is measured by itself. The number is the lines of the carts.
func marches() []march {
	all := []march{
		{1, checkout()},
		{3, []step{create(3), setAddress, addMethod, makeSessions, complete.measured("complete, 3 lines")}},
	}
	for _, n := range []int{1, 10, longest} {
		lines := strconv.Itoa(n) + " lines"
		if n == 1 {
			lines = "1 line"
		}
		all = append(all, march{n, []step{create(n), getCart.measured("get cart of " + lines), addLine.measured("add to cart of " + lines)}})
	}
	return all
}

// march is a way that carts are sent together: all take a step before any takes the next.
type march struct {
	lines int
	steps []step
}

// share says of how many carts one is enough: long ones cost much to make.
func (m march) share() int { return min(4, 1+m.lines/20) }

// names gives the steps that are measured.
func (m march) names() []string {
	var out []string
	for _, p := range m.steps {
		if p.name != "" {
			out = append(out, p.name)
		}
	}
	return out
}

// count asks a server of its own how many statements each step takes: for the first cart since its start, and for a second one.
func (r tillRun) count(ctx context.Context, m march) (map[string][2]int, error) {
	p, _, err := r.at.serve(ctx, "--timings")
	if err != nil {
		return nil, err
	}
	defer p.stop()
	c := crew{to: target{addr: p.addr}, sale: r.sale, carts: r.carts}
	first, err := c.count(ctx, m)
	if err != nil {
		return nil, err
	}
	second, err := c.count(ctx, m)
	out := map[string][2]int{}
	for name := range second {
		out[name] = [2]int{first[name], second[name]}
	}
	return out, err
}

// count sends one cart through a march to a server that tells how many statements each step takes.
func (c *crew) count(ctx context.Context, m march) (map[string]int, error) {
	t, out := &trolley{n: int(c.carts.Add(1))}, map[string]int{}
	for _, p := range m.steps {
		a, err := record(ctx, c.to.addr, request{name: p.name, status: http.StatusOK, bytes: [][]byte{p.request(c.sale, t)}})
		if err == nil && p.after != nil {
			err = p.after(t, a.Body)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		if out[p.name], err = a.statements(p.name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// crowd is the number of connections that aims are for.
const crowd = 64

// aimOf says what a row is meant to reach, "" for nothing in particular.
func aimOf(engine, name string, connections int) string {
	many := connections == crowd
	switch {
	case name == wholeCheckout && many && engine == postgres:
		return "400/s"
	case name == wholeCheckout && many:
		return "300/s"
	case name == callOfCheckout && many:
		return "p99 < 100 ms"
	case name == "add line" && many:
		return "1500/s, ≤ 8 statements"
	case name == "complete, 3 lines":
		return "≤ 30 statements"
	}
	return ""
}
