package promotion

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// RuleType says what a discount takes off.
type RuleType string

// The types of rules.
const (
	Percentage   RuleType = "percentage"
	Fixed        RuleType = "fixed"
	FreeShipping RuleType = "free_shipping"
)

// Allocation says what a percentage or a fixed amount is taken off.
type Allocation string

// The allocations. Free shipping has none.
const (
	Total Allocation = "total" // all that the discount is good for, together
	Item  Allocation = "item"  // each piece
)

// ConditionType says what a condition looks at.
type ConditionType string

// The types of conditions. The last looks at who buys, the others at what is bought.
const (
	Products       ConditionType = "products"
	Types          ConditionType = "product_types"
	Collections    ConditionType = "product_collections"
	Tags           ConditionType = "product_tags"
	CustomerGroups ConditionType = "customer_groups"
)

// Operator says whether a condition wants its resources or excludes them.
type Operator string

// The operators.
const (
	In    Operator = "in"
	NotIn Operator = "not_in"
)

// Discount is a code that makes a cart cheaper.
type Discount struct {
	ID       string // "disc_…", or what an importer says
	Code     string // in upper case, unique among the living
	Dynamic  bool   // codes are made from it; with a ParentID, it is such a code
	Disabled bool
	Rule     Rule    // of a code with a parent, the parent's
	ParentID *string // the dynamic discount that it was made from
	StartsAt time.Time
	EndsAt   time.Time // zero for never
	// ValidDuration is how long a code that is made from a dynamic discount holds, as ISO 8601 says it: "P3D". Nil for as
	// long as the discount.
	ValidDuration *string
	UsageLimit    *int64          // orders, 1 at least; nil for any number
	UsageCount    int64           // orders so far
	Regions       []string        // by id; of a code with a parent, the parent's
	Metadata      json.RawMessage // an object, or nil
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Rule is what a discount takes off, and when.
type Rule struct {
	ID          string // "dru_…"
	Type        RuleType
	Value       int64      // percent for Percentage, minor units for Fixed, 0 for FreeShipping
	Allocation  Allocation // empty for FreeShipping
	Description *string
	Conditions  []Condition // all must hold; of one type and operator one at most
}

// Condition is what a rule asks of a line of the cart, or of the customer.
type Condition struct {
	ID        string // "discon_…"
	Type      ConditionType
	Operator  Operator
	Resources []string // ids of what the type says, in order; one at least
}

// PutDiscount makes a discount, or changes the one that has its ID, or when it has none the one of its code. A zero StartsAt
// means now for a new discount and leaves that of another; UsageCount is not written. A discount that is there and is no
// different is left alone. Faults: Invalid with every problem, ErrNoRegion, ErrNoDiscount for the parent, ErrCodeTaken.
func (s *Service) PutDiscount(ctx context.Context, d Discount) (Put, error) {
	if err := d.normalise(); err != nil {
		return Put{}, err
	}
	var out Put
	now := s.clock.Now()
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		out, err = s.putDiscount(tx, d, now)
		return err
	})
	switch {
	case db.Violates(err, "discounts_code_key"):
		return Put{}, ErrCodeTaken.Wrap(err)
	case db.Violates(err, "discounts_usage_count_check"):
		return Put{}, usedMore()
	case err != nil:
		return Put{}, err
	}
	return out, nil
}

func (s *Service) putDiscount(tx *db.Tx, d Discount, now time.Time) (Put, error) {
	present, living, err := lockDiscount(tx, d)
	switch {
	case errors.Is(err, db.ErrNoRows):
		d.ID, d.Rule.ID = cmp.Or(d.ID, id.New("disc", now)), id.New("dru", now)
		if d.StartsAt.IsZero() {
			d.StartsAt = now
		}
		return Put{ID: d.ID, Created: true}, s.saveDiscount(tx, d, true, now)
	case err != nil:
		return Put{}, err
	}
	d.ID, d.Rule.ID = present.ID, present.Rule.ID
	if d.StartsAt.IsZero() {
		d.StartsAt = present.StartsAt
	}
	if living && d.sameAs(present) {
		return Put{ID: d.ID}, nil
	}
	return Put{ID: d.ID, Changed: true}, s.saveDiscount(tx, d, false, now)
}

func (s *Service) saveDiscount(tx *db.Tx, d Discount, created bool, now time.Time) error {
	if err := d.place(tx); err != nil {
		return err
	}
	topic, write := TopicDiscountUpdated, updateDiscount
	if created {
		topic, write = TopicDiscountCreated, insertDiscount
	}
	if err := write(tx, d, now); err != nil {
		return err
	}
	if err := writeRegions(tx, d); err != nil {
		return err
	}
	if err := writeConditions(tx, d, now); err != nil {
		return err
	}
	return s.events.Record(tx, topic, d.ID, nil)
}

// Discount gives the discount of a code in any case: three statements. Fault: ErrNoDiscount.
func (s *Service) Discount(ctx context.Context, code string) (Discount, error) {
	var d Discount
	code = NormalCode(code)
	if !db.Storable(code) {
		return d, ErrNoDiscount
	}
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		d, _, err = readDiscount(tx, `d.code in {keys} and d.deleted_at is null`, code)
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return Discount{}, ErrNoDiscount
	}
	return d, err
}

// sameAs tells whether a normalised discount says what is there. The rule of a code with a parent is the parent's, and does
// not count.
func (d *Discount) sameAs(b Discount) bool {
	own := d.Code == b.Code && d.Dynamic == b.Dynamic && d.Disabled == b.Disabled && same(d.ParentID, b.ParentID) &&
		d.StartsAt.Equal(b.StartsAt) && d.EndsAt.Equal(b.EndsAt) && same(d.ValidDuration, b.ValidDuration) &&
		same(d.UsageLimit, b.UsageLimit) && bytes.Equal(d.Metadata, b.Metadata)
	if d.ParentID != nil {
		return own
	}
	return own && d.Rule.Type == b.Rule.Type && d.Rule.Value == b.Rule.Value && d.Rule.Allocation == b.Rule.Allocation &&
		same(d.Rule.Description, b.Rule.Description) && slices.Equal(d.Regions, b.Regions) &&
		slices.EqualFunc(d.Rule.Conditions, b.Rule.Conditions, func(x, y Condition) bool {
			return x.Type == y.Type && x.Operator == y.Operator && slices.Equal(x.Resources, y.Resources)
		})
}

// same compares nullable columns.
func same[T comparable](a, b *T) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}
