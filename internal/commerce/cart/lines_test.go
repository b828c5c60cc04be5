package cart_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// lines tells what is in a cart: "shirt×2 mug×1".
func lines(c cart.Cart) string {
	var out []string
	for _, l := range c.Body.Lines {
		out = append(out, fmt.Sprintf("%s×%d", l.VariantID, l.Quantity))
	}
	return strings.Join(out, " ")
}

func TestAddLine(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		c := k.cart()
		c = k.add(c.ID, "shirt", 3)
		c = k.add(c.ID, "mug", 1)
		if lines(c) != "shirt×3 mug×1" || c.Version != 3 || c.Quote.Subtotal != 3750 || c.Quote.TaxTotal != 750 || c.Quote.Total != 4500 {
			t.Fatalf("got %s, version %d, %+v", lines(c), c.Version, c.Quote)
		}
		l := c.Body.Lines[0]
		if l.Title != "The shirt" || l.Description != "One shirt" || l.ProductID != "prod_shirt" || l.UnitPrice != 900 || l.HasShipping ||
			l.Metadata != nil || !strings.HasPrefix(l.ID, "item_") || !l.CreatedAt.Equal(k.clock.Now()) {
			t.Errorf("got %+v", l)
		}
		again := k.get(c.ID)
		if lines(again) != lines(c) || again.Quote.Total != 4500 || again.Version != 3 || again.Body.Lines[0].ID != l.ID {
			t.Errorf("read again: %+v", again)
		}
		c = k.add(c.ID, "voucher", 1)
		if l := c.Body.Lines[2]; !l.GiftCard || !l.NoDiscounts {
			t.Errorf("a gift card: %+v", l)
		}
	})
}

func TestAddLineRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		c := k.cart(line("mug", 3))
		add := func(n cart.NewLine) error {
			_, err := k.AddLine(t.Context(), c.ID, n)
			return err
		}
		for _, q := range []int64{0, -1, cart.MaxQuantity + 1, -1 << 63, 1<<63 - 1} {
			field(t, add(line("shirt", q)), "quantity")
		}
		for _, bad := range []string{`[]`, `"a"`, `1`, `{`, `{"a":1}{}`, `{"a":"` + strings.Repeat("x", 16<<10) + `"}`, "{\"a\":\"\xff\"}"} {
			field(t, add(cart.NewLine{VariantID: "shirt", Quantity: 1, Metadata: json.RawMessage(bad)}), "metadata")
		}
		k.refuses(add(line("nowhere", 1)), cart.ErrNoVariant, fault.Invalid)
		k.refuses(add(line("", 1)), cart.ErrNoVariant, fault.Invalid)
		k.refuses(add(line("a\x00b", 1)), cart.ErrNoVariant, fault.Invalid)
		k.refuses(add(line("secret", 1)), cart.ErrNoVariant, fault.Invalid)
		k.refuses(add(line("gem", 1)), cart.ErrNoPrice, fault.Invalid)
		k.refuses(add(line("import", 1)), cart.ErrNotInChannel, fault.Invalid)
		k.refuses(add(line("mug", 3)), cart.ErrInsufficient, fault.NotAllowed)
		k.refuses(add(cart.NewLine{VariantID: "mug", Quantity: 3, Metadata: json.RawMessage(`{"a":1}`)}), cart.ErrInsufficient, fault.NotAllowed)
		if got := k.get(c.ID); lines(got) != "mug×3" || got.Version != 1 {
			t.Errorf("what was refused left %s", lines(got))
		}
		k.add(c.ID, "mug", 2)
		k.add(c.ID, "poster", cart.MaxQuantity)
		field(t, add(line("poster", 1)), "quantity")
		for _, id := range []string{"", "cart_none", "a\x00b", "\xff"} {
			_, err := k.AddLine(t.Context(), id, line("shirt", 1))
			k.refuses(err, cart.ErrNotFound, fault.NotFound)
		}
	})
}

func TestBackordersNeedNoStock(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			_, err := tx.Exec(`update variants set allow_backorder = 1 where id = 'mug'`)
			return err
		})
		k.must(err)
		k.cart(line("mug", 1000))
		_, err = k.Create(t.Context(), cart.NewCart{RegionID: "eu", Lines: []cart.NewLine{line("shirt", 60), line("shirt", 41)}})
		k.refuses(err, cart.ErrInsufficient, fault.NotAllowed)
	})
}

// A line is merged into any line of its variant with the same metadata, not only the first one.
func TestMerging(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		c := k.cart()
		for _, n := range []struct{ metadata, want string }{
			{``, "shirt×1"},
			{`{"gift":true,"note":{"to":"Li","n":[1,2]}}`, "shirt×1 shirt×1"},
			{`{}`, "shirt×2 shirt×1"},
			{`null`, "shirt×3 shirt×1"},
			{` { "note": {"n": [1, 2.0], "to": "Li"}, "gift": true } `, "shirt×3 shirt×2"},
			{`{"gift":true,"note":{"to":"Li","n":[2,1]}}`, "shirt×3 shirt×2 shirt×1"},
			{`{"gift":"true"}`, "shirt×3 shirt×2 shirt×1 shirt×1"},
		} {
			var err error
			c, err = k.AddLine(t.Context(), c.ID, cart.NewLine{VariantID: "shirt", Quantity: 1, Metadata: json.RawMessage(n.metadata)})
			k.must(err)
			if lines(c) != n.want {
				t.Fatalf("with %s: %s, want %s", n.metadata, lines(c), n.want)
			}
		}
	})
}

// The price is that of the line's whole quantity, and as it is in the database whenever the cart is read.
func TestPricesOfLines(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		k.reprice("shirt", pricing.NewPrice{Currency: "eur", Amount: 900, MaxQuantity: units(2)},
			pricing.NewPrice{Currency: "eur", Amount: 800, MinQuantity: units(3), MaxQuantity: units(10)})
		c := k.cart(line("shirt", 2))
		if c.Body.Lines[0].UnitPrice != 900 {
			t.Errorf("two cost %d each", c.Body.Lines[0].UnitPrice)
		}
		c = k.add(c.ID, "shirt", 1)
		if c.Body.Lines[0].UnitPrice != 800 || c.Quote.Subtotal != 2400 {
			t.Errorf("three cost %d each", c.Body.Lines[0].UnitPrice)
		}
		_, err := k.AddLine(t.Context(), c.ID, line("shirt", 8))
		k.refuses(err, cart.ErrNoPrice, fault.Invalid)
		k.reprice("shirt", pricing.NewPrice{Currency: "eur", Amount: 100}, pricing.NewPrice{Currency: "eur", Amount: 90, RegionID: text("eu")})
		if c = k.get(c.ID); c.Body.Lines[0].UnitPrice != 90 || c.Quote.Subtotal != 270 {
			t.Errorf("after a change of prices: %+v", c.Quote)
		}
		// Of a price for three at least, fewer cannot be had; more can.
		k.reprice("shirt", pricing.NewPrice{Currency: "eur", Amount: 70, MinQuantity: units(3)})
		at := c.Body.Lines[0].ID
		_, err = k.UpdateLine(t.Context(), c.ID, at, cart.LinePatch{Quantity: patch.Some[int64](2)})
		k.refuses(err, cart.ErrNoPrice, fault.Invalid)
		c, err = k.UpdateLine(t.Context(), c.ID, at, cart.LinePatch{Quantity: patch.Some[int64](4)})
		if k.must(err); c.Quote.Subtotal != 280 {
			t.Errorf("got %+v", c.Quote)
		}
		k.reprice("shirt", pricing.NewPrice{Currency: "eur", Amount: money1e12})
		_, err = k.UpdateLine(t.Context(), c.ID, at, cart.LinePatch{Metadata: patch.Some(json.RawMessage(`{}`))})
		k.must(err)
		k.goods("many", nil, -1, money1e12, 0)
		_, err = k.AddLine(t.Context(), c.ID, line("many", 5000))
		k.refuses(err, pricing.ErrOutOfBounds, fault.Invalid)
	})
}

const money1e12 = 1_000_000_000_000

func TestUpdateLine(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		c := k.cart(cart.NewLine{VariantID: "mug", Quantity: 2, Metadata: json.RawMessage(`{"a":1}`)}, line("shirt", 1))
		k.ship(c.ID, "standard")
		mug := c.Body.Lines[0].ID
		update := func(id string, p cart.LinePatch) (cart.Cart, error) { return k.UpdateLine(t.Context(), c.ID, id, p) }
		quantity := func(n int64) cart.LinePatch { return cart.LinePatch{Quantity: patch.Some(n)} }

		got, err := update(mug, cart.LinePatch{})
		if k.must(err); len(got.Body.Methods) != 1 || got.Version != 2 {
			t.Errorf("a change of nothing changes: %+v", got)
		}
		got, err = update(mug, quantity(4))
		if k.must(err); lines(got) != "mug×4 shirt×1" || string(got.Body.Lines[0].Metadata) != `{"a":1}` || got.Body.Methods != nil ||
			got.Body.Lines[0].HasShipping || got.Body.Lines[0].ID != mug {
			t.Errorf("got %+v", got.Body)
		}
		got, err = update(mug, cart.LinePatch{Metadata: patch.Null[json.RawMessage]()})
		if k.must(err); got.Body.Lines[0].Metadata != nil || lines(got) != "mug×4 shirt×1" {
			t.Errorf("got %+v", got.Body.Lines[0])
		}
		_, err = update(mug, quantity(6))
		k.refuses(err, cart.ErrInsufficient, fault.NotAllowed)
		_, err = update("item_none", quantity(1))
		k.refuses(err, cart.ErrNoLine, fault.Invalid)
		for _, bad := range []int64{-1, cart.MaxQuantity + 1} {
			_, err = update(mug, quantity(bad))
			field(t, err, "quantity")
		}
		_, err = update(mug, cart.LinePatch{Quantity: patch.Null[int64]()})
		field(t, err, "quantity")
		got, err = update(mug, quantity(0))
		if k.must(err); lines(got) != "shirt×1" {
			t.Errorf("got %s", lines(got))
		}
		got, err = k.RemoveLine(t.Context(), c.ID, mug)
		if k.must(err); lines(got) != "shirt×1" || got.Version != 5 {
			t.Errorf("what is not there was removed: %s, version %d", lines(got), got.Version)
		}
		got, err = k.RemoveLine(t.Context(), c.ID, got.Body.Lines[0].ID)
		if k.must(err); lines(got) != "" || got.Quote.Total != 0 {
			t.Errorf("got %+v", got)
		}
	})
}

// A line whose goods are gone stays at its last price; less of it can be had, more cannot, and the till refuses it.
func TestGoodsThatAreGone(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		for name, away := range map[string]func(k *stall){
			"deleted": func(k *stall) { k.must(k.shelf.Delete(t.Context(), catalog.ByID("prod_shirt"))) },
			"unpublished": func(k *stall) {
				k.alter("shirt", func(p *catalog.ProductPatch) { p.Status = patch.Some(catalog.Draft) })
			},
			"unpriced": func(k *stall) { k.reprice("shirt") },
			"other channel": func(k *stall) {
				k.alter("shirt", func(p *catalog.ProductPatch) { p.Channels = patch.Some([]string{"outlet"}) })
			},
		} {
			k := open(t, another(t, d))
			c := k.cart(line("mug", 1), line("shirt", 3))
			if _, err := k.lock(c.ID); err != nil {
				t.Errorf("%s: before: %v", name, err)
			}
			away(k)
			got := k.get(c.ID)
			if lines(got) != "mug×1 shirt×3" || got.Body.Lines[1].UnitPrice != 900 || got.Quote.Subtotal != 3750 || got.Quote.Total != 4500 {
				t.Errorf("%s: %s %+v", name, lines(got), got.Quote)
			}
			_, err := k.lock(c.ID)
			k.refuses(err, cart.ErrUnsellable, fault.NotAllowed)
			if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != "items[1]" || !strings.Contains(f.Message, "shirt") {
				t.Errorf("%s: %v", name, err)
			}
			at := got.Body.Lines[1].ID
			if _, err := k.UpdateLine(t.Context(), c.ID, at, cart.LinePatch{Quantity: patch.Some[int64](4)}); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%s: more of it: %v", name, err)
			}
			if got, err = k.UpdateLine(t.Context(), c.ID, at, cart.LinePatch{Quantity: patch.Some[int64](1)}); err != nil || got.Quote.Subtotal != 1950 {
				t.Errorf("%s: less of it: %v, %+v", name, err, got.Quote)
			}
			k.must(second(k.RemoveLine(t.Context(), c.ID, at)))
			if _, err := k.lock(c.ID); err != nil {
				t.Errorf("%s: without it: %v", name, err)
			}
		}
	})
}

func second(_ cart.Cart, err error) error { return err }

// another gives another empty database of the engine of one.
func another(t *testing.T, d *db.DB) *db.DB {
	if d.Dialect() == db.Postgres {
		return dbtest.OpenPostgres(t)
	}
	return dbtest.OpenSQLite(t)
}

func TestTooManyLines(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		var all []cart.NewLine
		for i := range cart.MaxLines {
			all = append(all, cart.NewLine{VariantID: "poster", Quantity: 1, Metadata: json.RawMessage(fmt.Sprintf(`{"n":%d}`, i))})
		}
		c := k.cart(all...)
		_, err := k.AddLine(t.Context(), c.ID, line("shirt", 1))
		k.refuses(err, cart.ErrTooManyLines, fault.NotAllowed)
		_, err = k.AddLine(t.Context(), c.ID, all[999])
		k.must(err)
		_, err = k.Create(t.Context(), cart.NewCart{RegionID: "eu", Lines: append(all, line("shirt", 1))})
		k.refuses(err, cart.ErrTooManyLines, fault.NotAllowed)

		c = k.cart()
		big := strings.Repeat("x", 16_000)
		for i := range 100 {
			_, err = k.AddLine(t.Context(), c.ID, cart.NewLine{VariantID: "poster", Quantity: 1, Metadata: json.RawMessage(fmt.Sprintf(`{"%d":"%s"}`, i, big))})
			if err != nil {
				break
			}
		}
		k.refuses(err, cart.ErrTooLarge, fault.NotAllowed)
	})
}

// Those who add to one line at once come one after the other: nothing is lost.
func TestAdditionsAtOnceAddUp(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		c := k.cart()
		var group sync.WaitGroup
		var mu sync.Mutex
		var sum, refused int64
		for i := range 50 {
			group.Go(func() {
				quantity := int64(i%4 + 1)
				_, err := k.AddLine(t.Context(), c.ID, line("shirt", quantity))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					sum += quantity
				case fault.As(err) == nil:
					t.Error(err)
				default:
					refused++
				}
			})
		}
		group.Wait()
		got := k.get(c.ID)
		if len(got.Body.Lines) != 1 || got.Body.Lines[0].Quantity != sum || sum > 100 || refused == 0 || got.Version != 1+50-refused {
			t.Errorf("%s after %d pieces and %d refusals, version %d", lines(got), sum, refused, got.Version)
		}
	})
}
