package fulfillment

import (
	"context"
	"encoding/json"
	"fmt"

	"kaidian/internal/platform/fault"
)

// Carrier sends parcels. Its methods may call somebody else's computer: they are never called inside a transaction, and may be
// called again.
type Carrier interface {
	// ID is what options call it in their ProviderID: "manual".
	ID() string
	// Price tells what an option with a calculated price costs, in minor units of the request's currency. Fault: ErrNoPrice.
	Price(ctx context.Context, r PriceRequest) (int64, error)
	// Validate looks at what a shopper's app says besides the option, such as the shop where a parcel is to be collected, and
	// gives what is to be kept of it: an object. Its faults are shown to the app.
	Validate(ctx context.Context, o Option, data json.RawMessage) (json.RawMessage, error)
}

// PriceRequest is what a carrier is asked the price for.
type PriceRequest struct {
	Option     Option
	Data       json.RawMessage // what the shopper's app says besides the option: an object, or nil
	Currency   string          // code, lower case
	Country    string          // where it goes to, lower case, as the rest empty when unknown
	Province   string
	City       string
	PostalCode string
	Subtotal   int64 // of the cart, in minor units, before discounts and taxes
	Pieces     []Piece
}

// Piece is a quantity of one thing that is to be sent.
type Piece struct {
	VariantID string
	Quantity  int64
	Weight    *int64 // of one, in grams; as the rest nil when it is not known
	Length    *int64 // millimetres
	Width     *int64
	Height    *int64
}

// Manual is the carrier that needs no system: people send the parcels. It knows flat rates alone.
const Manual = "manual"

type manual struct{}

func (manual) ID() string { return Manual }

func (manual) Price(context.Context, PriceRequest) (int64, error) { return 0, ErrNoPrice }

func (manual) Validate(_ context.Context, _ Option, data json.RawMessage) (json.RawMessage, error) {
	return data, nil
}

// Price tells what an option costs: a flat rate what it says, a calculated one what its carrier says, who is asked for the request.
// Not inside a transaction. Faults: ErrNoCarrier, ErrNoPrice.
func (s *Service) Price(ctx context.Context, r PriceRequest) (int64, error) {
	if r.Option.PriceType == FlatRate {
		if r.Option.Amount == nil {
			return 0, ErrNoPrice
		}
		return *r.Option.Amount, nil
	}
	carrier := s.carriers[r.Option.ProviderID]
	if carrier == nil {
		return 0, ErrNoCarrier
	}
	price, err := carrier.Price(ctx, r)
	switch {
	case fault.As(err) != nil:
		return 0, err
	case err != nil:
		return 0, ErrNoPrice.Wrap(fmt.Errorf("ask %s for the price of %s: %w", carrier.ID(), r.Option.ID, err))
	case price < 0 || price > maxAmount:
		return 0, ErrNoPrice.Wrap(fmt.Errorf("%s says that %s costs %d", carrier.ID(), r.Option.ID, price))
	}
	return price, nil
}

// Validate looks at what a shopper's app says besides an option, an object or nil, and gives what is to be kept of it. Not inside a
// transaction. Faults: Invalid for what is no object or over 16 KiB, ErrNoCarrier, and those of the carrier.
func (s *Service) Validate(ctx context.Context, o Option, data json.RawMessage) (json.RawMessage, error) {
	var p problems
	data = p.object("data", data)
	if len(p.list) > 0 {
		return nil, fault.Fields(reasonInvalid, p.list...)
	}
	carrier := s.carriers[o.ProviderID]
	if carrier == nil {
		return nil, ErrNoCarrier
	}
	return carrier.Validate(ctx, o, data)
}
