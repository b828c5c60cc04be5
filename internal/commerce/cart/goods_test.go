package cart_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/snapshot"
)

// Who looks at a cart after a price was changed sees that price, or a later one, however many look.
func TestNoCartShowsAPriceOfBefore(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		carts := []string{k.cart(line("shirt", 1)).ID, k.cart(line("shirt", 1)).ID}
		var price atomic.Int64
		var lookers sync.WaitGroup
		done := make(chan struct{})
		for i := range 2 {
			lookers.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					least := price.Load()
					c, err := k.Get(t.Context(), carts[i%2], cart.View{})
					if i == 0 { // who writes sees it too
						c, err = k.Update(t.Context(), carts[0], cart.Patch{CountryCode: text("de")})
					}
					if err != nil || c.Body.Lines[0].UnitPrice < least {
						t.Errorf("%d is shown after %d was set: %v", c.Body.Lines[0].UnitPrice, least, err)
						return
					}
				}
			})
		}
		for n := range int64(12) {
			k.reprice("shirt", pricing.NewPrice{Currency: "eur", Amount: 1000 + n})
			price.Store(1000 + n)
		}
		close(done)
		lookers.Wait()
	})
}

// What another instance changes is seen when what is kept is too old; the till looks at once.
func TestWhatAnotherInstanceChanges(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d)
		c := k.cart(line("shirt", 1))
		k.sql(`update prices set amount = 777 where variant_id = 'shirt' and currency_code = 'eur'`) // nobody here is told
		if got := k.get(c.ID); got.Body.Lines[0].UnitPrice != 900 {
			t.Errorf("it is not kept: %d", got.Body.Lines[0].UnitPrice)
		}
		got, err := k.lock(c.ID)
		if k.must(err); got.Body.Lines[0].UnitPrice != 777 {
			t.Errorf("the till takes %d", got.Body.Lines[0].UnitPrice)
		}
		k.sql(`update prices set amount = 666 where variant_id = 'shirt' and currency_code = 'eur'`)
		k.clock.Advance(snapshot.Life)
		if got := k.get(c.ID); got.Body.Lines[0].UnitPrice != 666 {
			t.Errorf("%d is shown for too long", got.Body.Lines[0].UnitPrice)
		}
	})
}
