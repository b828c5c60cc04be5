package inventory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// The bounds of what is kept.
const (
	// MaxStock is the largest figure that a level may be set to; less than none it may be only with backorders, down to -MaxStock.
	MaxStock = 1_000_000_000_000

	maxReference = 255 // bytes
)

// NewLevel is what a variant's stock at the default location is to be.
type NewLevel struct {
	VariantID string
	Stocked   *int64 // nil leaves it; 0 for a variant that had no level
	Backorder bool   // more may be promised than there is
}

// Set makes the levels at the default location what they are to be, leaves a movement for each difference, and tells in order
// which variants have another level now. Of two for one variant the later counts. Faults: Invalid for a figure beyond MaxStock,
// ErrBelowReserved; each names the variants.
func (s *Service) Set(tx *db.Tx, reason Reason, reference string, levels []NewLevel) (changed []string, err error) {
	if len(levels) == 0 {
		return nil, nil
	}
	wanted := make(map[string]NewLevel, len(levels))
	for _, l := range levels {
		if l.Stocked == nil {
			l.Stocked = wanted[l.VariantID].Stocked
		}
		wanted[l.VariantID] = l
	}
	present, err := s.take(tx, slices.Sorted(maps.Keys(wanted)))
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	var next []Level
	var moves []Movement
	for _, l := range present {
		want := wanted[l.VariantID]
		was := l
		l.Backorder = want.Backorder
		if want.Stocked != nil {
			l.Stocked = *want.Stocked
		}
		if l == was {
			continue
		}
		if l.Stocked != was.Stocked {
			moves = append(moves, Movement{VariantID: l.VariantID, Quantity: l.Stocked - was.Stocked})
		}
		l.UpdatedAt = now
		next = append(next, l)
	}
	return s.put(tx, reason, reference, next, moves)
}

// take locks the levels of variants, sorted, in their order, and makes those that are missing.
func (s *Service) take(tx *db.Tx, variants []string) ([]Level, error) {
	if err := s.locate(tx); err != nil {
		return nil, err
	}
	levels, err := lock(tx, variants)
	if err != nil {
		return nil, err
	}
	if len(levels) < len(variants) {
		missing := slices.DeleteFunc(slices.Clone(variants), func(v string) bool { _, ok := levels[v]; return ok })
		if err := begin(tx, missing, s.clock.Now()); err != nil {
			return nil, err
		}
		fresh, err := lock(tx, missing) // another may have been quicker
		if err != nil {
			return nil, err
		}
		maps.Copy(levels, fresh)
	}
	return slices.SortedFunc(maps.Values(levels), func(a, b Level) int { return cmp.Compare(a.VariantID, b.VariantID) }), nil
}

// put saves levels with their movements and gives their variants.
func (s *Service) put(tx *db.Tx, reason Reason, reference string, levels []Level, moves []Movement) ([]string, error) {
	if len(reference) > maxReference {
		reference = reference[:maxReference]
	}
	if err := check(levels); err != nil {
		return nil, err
	}
	if err := save(tx, levels); err != nil {
		return nil, err
	}
	if err := s.move(tx, reason, reference, moves); err != nil {
		return nil, err
	}
	variants := make([]string, len(levels))
	for i, l := range levels {
		variants[i] = l.VariantID
	}
	return variants, s.announce(tx, variants)
}

// check finds what no level may say.
func check(levels []Level) error {
	var beyond, below []fault.Field
	for _, l := range levels {
		switch {
		case l.Stocked < -MaxStock || l.Stocked > MaxStock:
			beyond = append(beyond, fault.Field{Name: l.VariantID, Rule: fault.Range,
				Message: fmt.Sprintf("the stock of %s must be from 0 to %d", l.VariantID, int64(MaxStock))})
		case !l.Backorder && l.Stocked < l.Reserved:
			below = append(below, fault.Field{Name: l.VariantID, Rule: fault.Range,
				Message: fmt.Sprintf("the stock of %s must not be below %d, which is promised to customers", l.VariantID, l.Reserved)})
		}
	}
	if len(beyond) > 0 {
		return fault.Fields(reasonInvalid, beyond...)
	}
	return naming(ErrBelowReserved, below)
}

// naming gives a fault with the variants that it is about, or nil when there are none.
func naming(f *fault.Error, fields []fault.Field) error {
	if len(fields) == 0 {
		return nil
	}
	named := *f
	named.Fields, named.Message = fields, fields[0].Message
	return &named
}

// Adjust adds to what is stocked of a variant at the default location; delta may be negative. Faults: Invalid for a figure beyond
// MaxStock, ErrNoLevel, ErrBelowReserved.
func (s *Service) Adjust(ctx context.Context, variantID string, delta int64, reason Reason, reference string) (Level, error) {
	var level Level
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		if !db.Storable(variantID) {
			return ErrNoLevel
		}
		levels, err := lock(tx, []string{variantID})
		if err != nil {
			return err
		}
		var ok bool
		if level, ok = levels[variantID]; !ok {
			return ErrNoLevel
		}
		if delta == 0 {
			return nil
		}
		if delta < -2*MaxStock || delta > 2*MaxStock {
			delta = math.MaxInt64 / 2 // refused below, as any of these
		}
		level.Stocked += delta
		level.UpdatedAt = s.clock.Now()
		_, err = s.put(tx, reason, reference, []Level{level}, []Movement{{VariantID: variantID, Quantity: delta}})
		return err
	})
	if err != nil {
		return Level{}, err
	}
	return level, nil
}

// Drop removes the levels and reservations of variants that are no more, and leaves a movement for each level that was not
// empty.
func (s *Service) Drop(tx *db.Tx, variants []string) error {
	variants = slices.Compact(slices.Sorted(slices.Values(variants)))
	levels, err := lock(tx, variants)
	if err != nil || len(levels) == 0 {
		return err
	}
	var moves []Movement
	for _, variant := range slices.Sorted(maps.Keys(levels)) {
		if l := levels[variant]; l.Stocked != 0 || l.Reserved != 0 {
			moves = append(moves, Movement{VariantID: variant, Quantity: -l.Stocked, Reserved: -l.Reserved})
		}
	}
	if err := s.move(tx, Dropped, "", moves); err != nil {
		return err
	}
	if _, err := tx.ExecIn(`delete from stock_reservations where variant_id in {keys}`, variants); err != nil {
		return err
	}
	if _, err := tx.ExecIn(`delete from stock_levels where variant_id in {keys}`, variants); err != nil {
		return err
	}
	return s.announce(tx, slices.Sorted(maps.Keys(levels)))
}

// Levels gives the levels of variants at all locations, by variant and location: one statement.
func (s *Service) Levels(ctx context.Context, variants []string) ([]Level, error) {
	var out []Level
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		out, err = db.AllIn(tx, scanLevel, selectLevel+` where variant_id in {keys}`, slices.DeleteFunc(slices.Clone(variants),
			func(v string) bool { return !db.Storable(v) }))
		return err
	})
	slices.SortFunc(out, func(a, b Level) int {
		return cmp.Or(cmp.Compare(a.VariantID, b.VariantID), cmp.Compare(a.LocationID, b.LocationID))
	})
	return out, err
}

// Movements gives the last movements of a variant, the newest first. Limit is 1 to 1000.
func (s *Service) Movements(ctx context.Context, variantID string, limit int) ([]Movement, error) {
	if !db.Storable(variantID) {
		return nil, nil
	}
	var out []Movement
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		out, err = db.All(tx, scanMovement, `select `+movementColumns+`, number from stock_movements where variant_id = $1
			order by number desc limit $2`, variantID, min(max(limit, 1), 1000))
		return err
	})
	return out, err
}
