package promotion

import (
	"slices"
	"time"

	"kaidian/internal/platform/db"
)

// Use is who wants to use a discount, where and when.
type Use struct {
	Now        time.Time
	RegionID   string
	CustomerID *string  // nil for nobody known
	Groups     []string // the customer's
}

// ByCodes finds living discounts by their codes in any case, with their regions and conditions: three statements, none for no
// codes. The map is by NormalCode; what there is not is missing.
func (s *Service) ByCodes(tx *db.Tx, codes []string) (map[string]Discount, error) {
	keys := make([]string, 0, len(codes))
	for _, c := range codes {
		keys = append(keys, NormalCode(c))
	}
	return discountsBy(tx, `d.code in {keys} and d.deleted_at is null`, keys, func(d *Discount) string { return d.Code })
}

// ByIDs finds living discounts by their ids, as ByCodes does. The map is by id.
func (s *Service) ByIDs(tx *db.Tx, ids []string) (map[string]Discount, error) {
	return discountsBy(tx, `d.id in {keys} and d.deleted_at is null`, ids, func(d *Discount) string { return d.ID })
}

func discountsBy(tx *db.Tx, where string, keys []string, key func(*Discount) string) (map[string]Discount, error) {
	all, err := readDiscounts(tx, where, storable(keys))
	out := make(map[string]Discount, len(all))
	for i := range all {
		out[key(&all[i].Discount)] = all[i].Discount
	}
	return out, err
}

// storable gives keys in order, without doubles and without those that the database cannot hold: nothing has them.
func storable(keys []string) []string {
	return slices.DeleteFunc(sorted(keys), func(k string) bool { return !db.Storable(k) })
}

// Check tells why a discount cannot be used, the first reason of several: ErrUsedUp, ErrNotStarted, ErrExpired, ErrDisabled,
// ErrNeedsCustomer, ErrElsewhere, ErrOthersOnly. It holds from StartsAt until just before EndsAt. Conditions on what is bought
// do not count: where they match nothing, the discount takes nothing off.
func (d Discount) Check(u Use) error {
	switch {
	case d.UsageLimit != nil && d.UsageCount >= *d.UsageLimit:
		return usedUp(d.Code)
	case u.Now.Before(d.StartsAt):
		return ErrNotStarted.WithMessage("Discount " + d.Code + " is not valid yet")
	case !d.EndsAt.IsZero() && !u.Now.Before(d.EndsAt):
		return ErrExpired.WithMessage("Discount " + d.Code + " is expired")
	case d.Disabled:
		return ErrDisabled.WithMessage("The discount code " + d.Code + " is disabled")
	case u.CustomerID == nil && slices.ContainsFunc(d.Rule.Conditions, Condition.ofCustomers):
		return ErrNeedsCustomer.WithMessage("Discount " + d.Code + " is only valid for specific customers")
	case !slices.Contains(d.Regions, u.RegionID):
		return ErrElsewhere
	case slices.ContainsFunc(d.Rule.Conditions, func(c Condition) bool { return c.ofCustomers() && !c.holds(u.Groups...) }):
		return ErrOthersOnly.WithMessage("Discount " + d.Code + " is not valid for customer")
	}
	return nil
}

func usedUp(code string) error {
	return ErrUsedUp.WithMessage("Discount " + code + " has been used maximum allowed times")
}

// Fits tells whether all conditions of a rule on what is bought hold for something. Those on customers are Check's.
func (r *Rule) Fits(s Subject) bool {
	for _, c := range r.Conditions {
		if !c.ofCustomers() && !c.fits(s) {
			return false
		}
	}
	return true
}

// Picky tells whether a rule has conditions on what is bought.
func (r *Rule) Picky() bool {
	return slices.ContainsFunc(r.Conditions, func(c Condition) bool { return !c.ofCustomers() })
}

func (c Condition) ofCustomers() bool { return c.Type == CustomerGroups }

func (c Condition) fits(s Subject) bool {
	switch c.Type {
	case Products:
		return c.holds(s.ProductID)
	case Types:
		return c.holds(s.TypeIDs...)
	case Collections:
		return c.holds(s.CollectionID)
	case Tags:
		return c.holds(s.TagIDs...)
	}
	return false
}

// holds tells whether a condition holds for something that has ids: In wants one of its resources among them, NotIn none.
func (c Condition) holds(ids ...string) bool {
	named := slices.ContainsFunc(ids, func(id string) bool {
		_, found := slices.BinarySearch(c.Resources, id)
		return found && id != ""
	})
	return named == (c.Operator == In)
}
