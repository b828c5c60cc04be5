package cart

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// maxCodes is how many discounts, and how many gift cards, a cart holds.
const maxCodes = 20

// RemoveDiscount takes the discount of a code, as it is written, off a cart. One that is not there is no fault, and nothing changes
// then. Faults: ErrNotFound, ErrCompleted.
func (s *Service) RemoveDiscount(ctx context.Context, id, code string) (Cart, error) {
	return s.change(ctx, id, func(w *work) error {
		if err := w.fetchCodes(); err != nil {
			return err
		}
		at := slices.IndexFunc(w.c.Body.Discounts, func(id string) bool {
			d, ok := w.discounts[id]
			return ok && d.Code == code
		})
		if at < 0 {
			return nil
		}
		if err := w.open(); err != nil {
			return err
		}
		w.c.Body.Discounts = slices.Delete(w.c.Body.Discounts, at, at+1)
		return nil
	})
}

// codes gives a list of codes without doubles, as they were typed but for space around them; null is none. Fault: Invalid.
func codes(name string, o patch.Optional[[]string]) (patch.Optional[[]string], error) {
	if !o.IsSet() {
		return o, nil
	}
	var out []string
	for i, code := range o.Or(nil) {
		code = strings.TrimSpace(code)
		if code == "" {
			in := fmt.Sprintf("%s[%d].code", name, i)
			return o, fault.Fields(reasonInvalid, fault.Field{Name: in, Rule: fault.Required, Message: in + " should not be empty"})
		}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
		if len(out) > maxCodes {
			return o, fault.Fields(reasonInvalid, fault.Field{Name: name, Rule: fault.TooLong,
				Message: fmt.Sprintf("%s must be %d at most", name, maxCodes)})
		}
	}
	return patch.Some(out), nil
}

// find puts the discounts and cards that a patch names into the cart, unchecked. Faults: promotion.ErrNoDiscount,
// promotion.ErrNoGiftCard.
func (w *work) find(p Patch) error {
	if p.Discounts.IsSet() {
		found, err := w.s.o.Promotion.ByCodes(w.tx, p.Discounts.Or(nil))
		if err != nil {
			return err
		}
		w.c.Body.Discounts, w.discounts = nil, map[string]promotion.Discount{}
		for _, code := range p.Discounts.Or(nil) {
			d, ok := found[promotion.NormalCode(code)]
			if !ok {
				return promotion.ErrNoDiscount.WithMessage(fmt.Sprintf("Discount with code %.100q was not found", code))
			}
			if _, twice := w.discounts[d.ID]; !twice {
				w.c.Body.Discounts = append(w.c.Body.Discounts, d.ID)
			}
			w.discounts[d.ID] = d
		}
	}
	if !p.Cards.IsSet() {
		return nil
	}
	found, err := w.s.o.Promotion.CardsByCodes(w.tx, p.Cards.Or(nil))
	if err != nil {
		return err
	}
	w.c.Body.Cards, w.cards = nil, map[string]promotion.GiftCard{}
	for _, code := range p.Cards.Or(nil) {
		card, ok := found[code]
		if !ok {
			return promotion.ErrNoGiftCard
		}
		w.c.Body.Cards = append(w.c.Body.Cards, card.ID)
		w.cards[card.ID] = card
	}
	return nil
}

// check looks whether the discounts and cards that a patch names hold, and keeps of the discounts that are not free shipping the
// first. Faults: those of promotion.
func (w *work) check(p Patch) error {
	if p.Discounts.IsSet() {
		use, found := w.use(), false
		var keep []string
		for _, id := range w.c.Body.Discounts {
			d := w.discounts[id]
			if err := d.Check(use); err != nil {
				return err
			}
			if d.Rule.Type != promotion.FreeShipping {
				if found {
					continue
				}
				found = true
			}
			keep = append(keep, id)
		}
		w.c.Body.Discounts = keep
	}
	if p.Cards.IsSet() {
		for _, id := range w.c.Body.Cards {
			if err := w.cards[id].Check(w.c.RegionID, w.now); err != nil {
				return err
			}
		}
	}
	return nil
}
