package shelf

import (
	"context"
	"errors"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// Put makes or changes many products: an importer's chunk, 100 items or so, in one transaction as a rule. An item that is
// refused leaves nothing of itself and does not hold back the others. Items that are there already and are no different
// are left alone. Items about one product are done one after the other, in their order. The error is for what is no
// item's fault.
func (s *Service) Put(ctx context.Context, items []Item) ([]Outcome, error) {
	return s.put(ctx, items, false)
}

// Check tells what Put would do, and does nothing. It does not see what an item of the same call would change for another.
// The ids of what would be made are nobody's.
func (s *Service) Check(ctx context.Context, items []Item) ([]Outcome, error) {
	return s.put(ctx, items, true)
}

func (s *Service) put(ctx context.Context, items []Item, dry bool) ([]Outcome, error) {
	m, err := s.o.Shop.Markets(ctx)
	if err != nil {
		return nil, err
	}
	deeds := make([]*deed, len(items))
	out := make([]Outcome, len(items))
	var open []*deed
	for i, item := range items {
		if deeds[i], out[i].Err = s.item(item); out[i].Err == nil {
			open = append(open, deeds[i])
		}
	}
	if err := s.putAll(ctx, floor{Markets: m, dry: dry}, open); err != nil {
		return nil, err
	}
	for i, d := range deeds {
		if d != nil {
			out[i] = Outcome{Placed: d.placed(), Err: d.err}
		}
	}
	return out, nil
}

// item is the deed of an item. Fault: Invalid without the member by which it is known again.
func (s *Service) item(i Item) (*deed, error) {
	d := s.product(i.Product)
	switch d.key = i.By; i.By {
	case "", ByHandle:
		d.key, d.value = ByHandle, i.Handle.Or("")
	case ByID:
		d.value = i.ID
	case ByExternal:
		d.value = i.ExternalID.Or("")
	default:
		return nil, fault.Fields(catalog.ReasonInvalid, fault.Field{Name: "by", Rule: fault.Unknown, Message: "by must be handle, id or external_id"})
	}
	if d.value == "" {
		name := string(d.key)
		return nil, fault.Fields(catalog.ReasonInvalid, fault.Field{Name: name, Rule: fault.Required, Message: name + " should not be empty"})
	}
	return d, nil
}

// putAll does deeds in as few transactions as it can: those about a product that an earlier one is about come in the next.
func (s *Service) putAll(ctx context.Context, f floor, deeds []*deed) error {
	for len(deeds) > 0 {
		var now, later []*deed
		seen := map[[2]string]bool{}
		for _, d := range deeds {
			k := [2]string{string(d.key), d.value}
			if d.postponed = seen[k]; !d.postponed {
				seen[k], now = true, append(now, d)
			}
		}
		if err := s.putApart(ctx, f, now); err != nil {
			return err
		}
		for _, d := range deeds {
			if d.postponed || d.late() {
				later = append(later, d)
			}
		}
		deeds = later
	}
	return nil
}

// late tells whether a deed may have met the very product that it is about, which another made after it was looked for. It
// does so once.
func (d *deed) late() bool {
	again := fault.CodeOf(d.err) == fault.Duplicate && !d.again
	d.again = d.again || again
	return again
}

// putApart does deeds in one transaction, or, when that is refused for one of them, each in its own.
func (s *Service) putApart(ctx context.Context, f floor, deeds []*deed) error {
	err := s.write(ctx, f, deeds)
	if err == nil || !refused(err) {
		return err
	}
	for _, d := range deeds {
		if err := s.write(ctx, f, []*deed{d}); err != nil {
			if !refused(err) {
				return err
			}
			d.err, d.change = err, nil
		}
	}
	return nil
}

// refused tells whether an error is about what was to be written, so that something else may be written.
func refused(err error) bool { return fault.As(err) != nil && !errors.Is(err, db.ErrBusy) }
