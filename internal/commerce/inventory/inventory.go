package inventory

import "time"

// Reason says why a level changed.
type Reason string

// The reasons.
const (
	Received Reason = "received" // goods came in, or a first count
	Counted  Reason = "counted"  // a merchant or an import set the figure
	Reserved Reason = "reserved"
	Released Reason = "released"
	Sold     Reason = "sold"
	Returned Reason = "returned"
	Dropped  Reason = "dropped" // the variant is no more
)

// Level is the stock of a variant at a location.
type Level struct {
	VariantID  string
	LocationID string
	Stocked    int64
	Reserved   int64
	Backorder  bool // more may be promised than there is
	UpdatedAt  time.Time
}

// Movement is one change of a level.
type Movement struct {
	ID         string // "smov_…"
	Number     int64
	VariantID  string
	LocationID string
	Quantity   int64 // added to what is stocked
	Reserved   int64 // added to what is reserved
	Reason     Reason
	Reference  string // what it was for: an order, a file
	CreatedAt  time.Time
}

// Location is where stock is kept.
type Location struct {
	ID        string // "sloc_…"
	Name      string
	CreatedAt time.Time
	UpdatedAt time.Time
}
