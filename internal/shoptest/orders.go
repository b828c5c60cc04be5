package shoptest

import (
	"context"
	"fmt"
	"strconv"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/patch"
)

// setupOrder has somebody buy a variant, as the Store API would. The shop has goods.
func (s *Shop) setupOrder(ctx context.Context, words map[string]string) (map[string]any, error) {
	o, err := s.buy(ctx, words)
	if err != nil {
		return nil, err
	}
	bound := map[string]any{"order": o.ID, "order_number": o.Number, "cart": o.CartID, "line_number": o.Lines[0].Number}
	for _, p := range o.Payments {
		bound["payment"], bound["payment_number"] = p.ID, p.Number
	}
	return bound, nil
}

func (s *Shop) buy(ctx context.Context, words map[string]string) (order.Order, error) {
	quantity, err := strconv.ParseInt(words["quantity"], 10, 64)
	if err != nil {
		quantity = 1
	}
	c, err := s.Carts.Create(ctx, cart.NewCart{RegionID: words["region"], Caller: words["customer"],
		Lines: []cart.NewLine{{VariantID: words["variant"], Quantity: quantity}}})
	if err != nil {
		return order.Order{}, err
	}
	some := func(key string) customer.Optional[string] {
		if v, ok := words[key]; ok {
			return customer.Some(v)
		}
		return customer.Optional[string]{}
	}
	address := customer.StorePatch{FirstName: some("first"), LastName: some("last"), Address1: some("line"), City: some("city"),
		CountryCode: some("country"), PostalCode: some("postcode"), Phone: some("phone")}
	if d, ok := words["district"]; ok {
		address.Metadata = customer.Some(customer.Metadata{"district_code": []byte(strconv.Quote(d))})
	}
	change := cart.Patch{Caller: words["customer"], Shipping: patch.Some(cart.AddressInput{Change: address})}
	if mail, ok := words["email"]; ok {
		change.Email = &mail
	}
	if _, err := s.Carts.Update(ctx, c.ID, change); err != nil {
		return order.Order{}, err
	}
	if option, ok := words["shipping"]; ok {
		if _, err := s.Carts.AddMethod(ctx, c.ID, cart.NewMethod{OptionID: option}); err != nil {
			return order.Order{}, err
		}
	}
	if _, err := s.Checkout.CreateSessions(ctx, c.ID); err != nil {
		return order.Order{}, err
	}
	r, err := s.Checkout.Complete(ctx, c.ID)
	if err == nil && r.Order == nil {
		err = fmt.Errorf("the cart waits for its payment: %s", r.Status)
	}
	if err != nil {
		return order.Order{}, err
	}
	return *r.Order, nil
}
