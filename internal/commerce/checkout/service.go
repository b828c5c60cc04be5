package checkout

import (
	"context"
	"log/slog"
	"time"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/job"
)

// Options is what a Service is made of. All of it must be set but Window and Asking.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Log       *slog.Logger
	Jobs      *job.Queue
	Carts     *cart.Service
	Orders    *order.Service
	Payments  *payment.Service
	Stock     *inventory.Service
	Promotion *promotion.Service
	// Subject is what shoppers read at their provider that the money is for: the shop's name.
	Subject func(ctx context.Context) string
	// Window is how long stock and codes are held for a payment that waits for its shopper; 0 means 30 minutes.
	Window time.Duration
	// Asking is how long a provider may be asked, with all that follows, before the process that asks counts as dead; 0 means a
	// minute. It is longer than a provider's timeout.
	Asking time.Duration
}

// Service is the till. It is safe for concurrent use.
type Service struct{ o Options }

// New makes the service. It starts nothing. Call Work before the queue starts.
func New(o Options) *Service {
	if o.Window == 0 {
		o.Window = 30 * time.Minute
	}
	if o.Asking == 0 {
		o.Asking = time.Minute
	}
	return &Service{o: o}
}

// Till is a cart with the ways in which it can be paid.
type Till struct {
	Cart     cart.Cart
	Sessions []payment.Session // oldest first
	Payment  *payment.Payment  // what it was paid with; nil before
}

// Result is what became of a cart that was to be completed: an order, or a cart that is to be paid still.
type Result struct {
	Order  *order.Order          // nil when there is none yet; with its payments
	Till   Till                  // when there is no order
	Status payment.SessionStatus // how the selected session stands; when there is no order
}
