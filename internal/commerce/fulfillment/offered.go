package fulfillment

import (
	"context"

	"kaidian/internal/platform/db"
)

// Offered gives all living options with their requirements, those for goods that come back and those of staff too, oldest first:
// no statement when they were read in the last two seconds and not changed since through this Service, two otherwise. The slice is
// shared: nobody changes it.
func (s *Service) Offered(ctx context.Context) ([]Option, error) {
	kept, err := s.offered.Get(func() (*[]Option, error) {
		var all []Option
		err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
			var err error
			all, err = listOptions(tx, Query{Staff: true})
			return err
		})
		return &all, err
	})
	if err != nil {
		return nil, err
	}
	return *kept, nil
}

// Met tells whether a cart of a subtotal, before discounts and taxes, has what an option requires.
func (o *Option) Met(subtotal int64) bool {
	for _, r := range o.Requirements {
		if r.Type == MinSubtotal && subtotal < r.Amount || r.Type == MaxSubtotal && subtotal >= r.Amount {
			return false
		}
	}
	return true
}

// ForShoppers tells whether a cart of a region may choose an option, if it has what that requires.
func (o *Option) ForShoppers(region string) bool {
	return o.RegionID == region && !o.AdminOnly && !o.IsReturn
}

// ProfileOf gives the id of the profile that a product has: its own, or without one that of its kind.
func ProfileOf(all map[ProfileType]Profile, own *string, giftCard bool) string {
	switch {
	case own != nil:
		return *own
	case giftCard:
		return all[GiftCard].ID
	default:
		return all[Default].ID
	}
}
