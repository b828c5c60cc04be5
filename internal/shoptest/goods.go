package shoptest

import (
	"bytes"
	"context"
	_ "embed"
	"testing"
)

// goods is a small shop that has one of everything: see the setup verb goods.
//
//go:embed testdata/goods.json
var goods []byte

// Goods fills the shop with what testdata/goods.json says: four regions, two channels that sell, products of every kind and
// status with fixed ids, prices for everybody and for some, and two customers with the password "supersecret".
func (s *Shop) Goods(t testing.TB) {
	t.Helper()
	if err := s.loadGoods(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (s *Shop) loadGoods(ctx context.Context) error {
	_, err := s.Transfer.Seed(ctx, bytes.NewReader(goods))
	return err
}
