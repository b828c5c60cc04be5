package cart

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
)

// Options is what a Service is made of. All of it must be set but BeforeChange.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Log       *slog.Logger
	Events    *event.Log
	Shop      *shop.Shop
	Customers *customer.Service
	Catalog   *catalog.Service
	Pricing   *pricing.Service
	Promotion *promotion.Service
	Shipping  *fulfillment.Service
	// BeforeChange is called in the transaction that is about to change a cart that an attempt to pay holds, before anything else
	// of it is read. It gives back what is held, or refuses the change by an error.
	BeforeChange func(tx *db.Tx, cartID string) error
}

// Service is what a shop does with carts. It is safe for concurrent use.
type Service struct {
	o     Options
	last  atomic.Pointer[ground]
	goods *goods
}

// New makes the service. It starts nothing.
func New(o Options) *Service { return &Service{o: o, goods: newGoods(o.Clock, o.Events)} }

// ground is what carts stand on and what is kept in memory: read before a transaction, in which only the transaction itself may
// read.
type ground struct {
	at       time.Time
	markets  *shop.Markets
	rules    *pricing.Rules
	profiles map[fulfillment.ProfileType]fulfillment.Profile
	options  []fulfillment.Option
}

// groundLife is how old the ground may be that Lock stands on: as long as a transaction may have waited since Ready.
const groundLife = time.Minute

var errNotReady = errors.New("cart: Lock without Ready before its transaction")

// Ready reads what Lock looks at and what may not be read inside its transaction: markets, price lists, tax rates and shipping
// options, from memory when they were read in the last two seconds. Who calls Lock calls it before each transaction.
func (s *Service) Ready(ctx context.Context) error {
	_, err := s.ready(ctx)
	return err
}

func (s *Service) ready(ctx context.Context) (*ground, error) {
	g := &ground{at: s.o.Clock.Now()}
	var err error
	if g.markets, err = s.o.Shop.Markets(ctx); err != nil {
		return nil, err
	}
	if g.rules, err = s.o.Pricing.Rules(ctx); err != nil {
		return nil, err
	}
	if g.profiles, err = s.o.Shipping.Profiles(ctx); err != nil {
		return nil, err
	}
	if g.options, err = s.o.Shipping.Offered(ctx); err != nil {
		return nil, err
	}
	s.last.Store(g)
	return g, nil
}

// option finds a living shipping option.
func (g *ground) option(id string) (fulfillment.Option, bool) {
	for i := range g.options {
		if g.options[i].ID == id {
			return g.options[i], true
		}
	}
	return fulfillment.Option{}, false
}
