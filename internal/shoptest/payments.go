package shoptest

import (
	"context"
	"strings"

	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/patch"
)

// setupPayments says how the carts of a region may be paid.
func (s *Shop) setupPayments(ctx context.Context, words map[string]string) error {
	_, _, err := s.App.Shop.PutRegion(ctx, shop.RegionPatch{ID: words["region"],
		PaymentProviders: patch.Some(strings.Split(words["providers"], ","))})
	return err
}
