package fulfillment

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// PriceType says where the price of an option comes from.
type PriceType string

// The types of prices.
const (
	FlatRate   PriceType = "flat_rate"  // the option's amount
	Calculated PriceType = "calculated" // what the provider says
)

// RequirementType says which way a requirement bounds the subtotal of a cart, before discounts and taxes.
type RequirementType string

// The types of requirements.
const (
	MinSubtotal RequirementType = "min_subtotal" // the amount or more
	MaxSubtotal RequirementType = "max_subtotal" // less than the amount
)

// Option is one way to get goods to, or back from, the people of a region.
type Option struct {
	ID           string // "so_…", or what an importer says
	Name         string // up to 255 characters
	RegionID     string
	ProfileID    string // empty for the default profile
	ProviderID   string // of the carrier: Manual
	PriceType    PriceType
	Amount       *int64          // minor units of the region's currency; nil for a calculated price
	IsReturn     bool            // for goods that come back
	AdminOnly    bool            // not for shoppers
	IncludesTax  bool            // the amount does
	Data         json.RawMessage // what the provider wants to be told: an object, {} when there is nothing
	Metadata     json.RawMessage // an object, or nil
	Requirements []Requirement   // one of each type at most
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Requirement is what a cart must have for an option to be offered.
type Requirement struct {
	ID     string // "sor_…"
	Type   RequirementType
	Amount int64 // minor units of the region's currency
}

// Put tells what became of what was put.
type Put struct {
	ID      string
	Created bool // else it was there
	Changed bool // it was there and is different now
}

// PutOption makes an option, or changes the one that has its ID, or when it has none the one of its region, name and
// direction. An option that is there and is no different is left alone. Faults: Invalid with every problem, ErrNoRegion,
// ErrNoProfile.
func (s *Service) PutOption(ctx context.Context, o Option) (Put, error) {
	if err := o.normalise(s.carriers); err != nil {
		return Put{}, err
	}
	now := s.clock.Now()
	fresh := id.New("so", now)
	var out Put
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		tx.AfterCommit(s.offered.Drop)
		if err := lockPlace(tx, o); err != nil {
			return err
		}
		present, living, err := findOption(tx, o)
		switch {
		case errors.Is(err, db.ErrNoRows):
			out = Put{ID: o.ID, Created: true}
			if out.ID == "" {
				out.ID = fresh
			}
			return s.insert(tx, o, out.ID, now)
		case err != nil:
			return err
		}
		out = Put{ID: present.ID, Changed: !living || !o.sameAs(present)}
		if !out.Changed {
			return nil
		}
		return s.update(tx, o, present.ID, now)
	})
	if err != nil {
		return Put{}, err
	}
	return out, nil
}

func (s *Service) insert(tx *db.Tx, o Option, id string, now time.Time) error {
	o.ID = id
	if err := insertOption(tx, o, now); err != nil {
		return err
	}
	if err := insertRequirements(tx, o, now); err != nil {
		return err
	}
	return s.events.Record(tx, TopicOptionCreated, o.ID, nil)
}

func (s *Service) update(tx *db.Tx, o Option, id string, now time.Time) error {
	o.ID = id
	if err := updateOption(tx, o, now); err != nil {
		return err
	}
	if _, err := tx.Exec(`delete from shipping_option_requirements where option_id = $1`, o.ID); err != nil {
		return err
	}
	if err := insertRequirements(tx, o, now); err != nil {
		return err
	}
	return s.events.Record(tx, TopicOptionUpdated, o.ID, nil)
}

// Query narrows a list of options. The zero value is all that shoppers may choose, both ways.
type Query struct {
	RegionID string   // empty for every region
	Profiles []string // of these profiles; nil for every profile
	IsReturn *bool    // nil for both
	Staff    bool     // those for staff alone too
}

// Options gives the options of a query with their requirements, oldest first: two statements. Offered gives all of them from memory.
func (s *Service) Options(ctx context.Context, q Query) ([]Option, error) {
	var out []Option
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		out, err = listOptions(tx, q)
		return err
	})
	return out, err
}
