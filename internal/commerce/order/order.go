package order

import (
	"strings"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/payment"
)

// Status is how an order stands as a whole.
type Status string

// The statuses of an order.
const (
	Pending        Status = "pending"
	Completed      Status = "completed"
	Archived       Status = "archived"
	Canceled       Status = "canceled"
	RequiresAction Status = "requires_action"
)

// FulfillmentStatus is how far the goods of an order have come.
type FulfillmentStatus string

// The statuses of the goods.
const (
	NotFulfilled              FulfillmentStatus = "not_fulfilled"
	PartiallyFulfilled        FulfillmentStatus = "partially_fulfilled"
	Fulfilled                 FulfillmentStatus = "fulfilled"
	PartiallyShipped          FulfillmentStatus = "partially_shipped"
	Shipped                   FulfillmentStatus = "shipped"
	PartiallyReturned         FulfillmentStatus = "partially_returned"
	Returned                  FulfillmentStatus = "returned"
	FulfillmentCanceled       FulfillmentStatus = "canceled"
	FulfillmentRequiresAction FulfillmentStatus = "requires_action"
)

// PaymentStatus is how far the money of an order has come.
type PaymentStatus string

// The statuses of the money. Until it is Captured it is Awaiting; there is no way back from Captured to Awaiting.
const (
	NotPaid               PaymentStatus = "not_paid"
	Awaiting              PaymentStatus = "awaiting"
	Captured              PaymentStatus = "captured"
	PartiallyRefunded     PaymentStatus = "partially_refunded"
	Refunded              PaymentStatus = "refunded"
	PaymentCanceled       PaymentStatus = "canceled"
	PaymentRequiresAction PaymentStatus = "requires_action"
)

// open tells whether the money is still to come.
func (p PaymentStatus) open() bool {
	return p == NotPaid || p == Awaiting || p == PaymentRequiresAction
}

// Order is what somebody bought: the draft as it was placed, and what became of it.
type Order struct {
	Draft
	Number      int64  // what people call it by, from 1; rising, but not without gaps
	ID          string // "order_…"
	Status      Status
	Fulfillment FulfillmentStatus
	Payment     PaymentStatus
	Payments    []payment.Payment // oldest first; none of an order that was only just placed
	PaidAt      time.Time         // zero while the money is to come
	CanceledAt  time.Time         // zero for not
	ClosedAt    time.Time         // when it was cancelled, refunded or completed; zero while it is open
	CreatedAt   time.Time
	UpdatedAt   time.Time

	// CustomerNumber is the number of the customer while the customer has an account; nil for guests. It is looked up, not kept.
	CustomerNumber *int64
}

// Balance is how the money of an order stands. Amounts are minor units of its currency.
type Balance struct {
	Promised   int64 // of all payments that were not given up, captured or not
	Paid       int64 // captured, whatever of it was given back
	Refunded   int64 // given back
	Due        int64 // what is still to be paid; never negative
	Refundable int64 // what could be given back: Paid - Refunded
}

// Balance adds up the order's payments.
func (o Order) Balance() Balance {
	var b Balance
	for _, p := range o.Payments {
		if p.CanceledAt.IsZero() {
			b.Promised += p.Amount
		}
		b.Paid += p.Captured
		b.Refunded += p.Refunded
	}
	b.Due = max(0, o.Totals.Total-b.Paid)
	b.Refundable = b.Paid - b.Refunded
	return b
}

// Refundable is what could be given back for the pieces of a line that did not come back yet: their share of what the line cost
// with discount and tax, in minor units. Over all pieces the shares add up to Total.
func (l Line) Refundable() int64 {
	back := int64(0)
	if l.Returned != nil {
		back = min(max(*l.Returned, 0), l.Quantity)
	}
	return money.Share(l.Total, []int64{l.Quantity - back, back})[0]
}

// Auto is the total as it was placed, before the merchant changed it, in minor units.
func (t Totals) Auto() int64 { return t.Total - t.Adjustment }

// Ref names an order by one of its members; the others are empty.
type Ref struct {
	ID     string
	Number int64
	CartID string
}

// ByID names an order by its id.
func ByID(id string) Ref { return Ref{ID: id} }

// ByNumber names an order by its number.
func ByNumber(n int64) Ref { return Ref{Number: n} }

// ByCart names the order that a cart became.
func ByCart(id string) Ref { return Ref{CartID: id} }

// fold brings an e-mail into the one form in which orders keep it.
func fold(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
