package inventory

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

const (
	maxLines    = 1000
	maxQuantity = 1_000_000_000 // of one variant in one reservation
)

// Line is a quantity of a variant.
type Line struct {
	VariantID string
	Quantity  int64 // 1 at least
}

// Reserve promises quantities of variants at the default location to a reference: all of them, or none when the caller gives the
// error back to its transaction. A variant without a level has nothing to promise. Faults: Invalid, ErrInsufficient, whose Fields
// name each variant of which there is too little.
func (s *Service) Reserve(tx *db.Tx, reference string, lines []Line) error {
	wanted, err := gather(reference, lines)
	if err != nil || len(wanted) == 0 {
		return err
	}
	now := s.clock.Now().UnixMilli()
	var short []fault.Field
	rows, moves := make([][]any, len(wanted)), make([]Movement, len(wanted))
	for i, l := range wanted {
		n, err := tx.Exec(`update stock_levels set reserved = reserved + $3, updated_at = $4
			where variant_id = $1 and location_id = $2 and (stocked - reserved >= $3 or backorder = 1)`,
			l.VariantID, defaultLocation, l.Quantity, now)
		switch {
		case db.Violates(err, "stock_levels_available_check"): // this ends the transaction, so that no more can be found short
			return naming(ErrInsufficient, append(short, l.short()))
		case err != nil:
			return err
		case n == 0:
			short = append(short, l.short())
		}
		rows[i] = []any{id.New("resitem", s.clock.Now()), l.VariantID, defaultLocation, l.Quantity, reference, now}
		moves[i] = Movement{VariantID: l.VariantID, Reserved: l.Quantity}
	}
	if err := naming(ErrInsufficient, short); err != nil {
		return err
	}
	err = tx.Insert(`insert into stock_reservations (id, variant_id, location_id, quantity, reference, created_at)`, rows, ``)
	if err != nil {
		return err
	}
	return s.tell(tx, Reserved, reference, moves)
}

func (l Line) short() fault.Field {
	return fault.Field{Name: l.VariantID, Rule: fault.Range,
		Message: fmt.Sprintf("there are not %d of %s in stock", l.Quantity, l.VariantID)}
}

// gather adds up the lines of each variant and sorts them: the order in which levels are taken.
func gather(reference string, lines []Line) ([]Line, error) {
	var problems []fault.Field
	if reference == "" || len(reference) > maxReference || !db.Storable(reference) {
		problems = append(problems, fault.Field{Name: "reference", Rule: fault.Format, Message: "reference must have 1 to 255 bytes"})
	}
	if len(lines) > maxLines {
		problems = append(problems, fault.Field{Name: "lines", Rule: fault.TooLong,
			Message: fmt.Sprintf("lines must be %d at most", maxLines)})
		return nil, fault.Fields(reasonInvalid, problems...)
	}
	sums := map[string]int64{}
	for _, l := range lines {
		sum := sums[l.VariantID] + l.Quantity
		if l.Quantity < 1 || l.Quantity > maxQuantity || sum > maxQuantity {
			problems = append(problems, fault.Field{Name: "quantity", Rule: fault.Range,
				Message: fmt.Sprintf("quantity of %s must be from 1 to %d", l.VariantID, maxQuantity)})
			continue
		}
		sums[l.VariantID] = sum
	}
	out := make([]Line, 0, len(sums))
	for _, variant := range slices.Sorted(maps.Keys(sums)) {
		out = append(out, Line{variant, sums[variant]})
	}
	return out, fault.Fields(reasonInvalid, problems...)
}

// Release takes back what is reserved for a reference, and tells what that was: nothing, when it is released or allocated
// already.
func (s *Service) Release(tx *db.Tx, reference string) ([]Line, error) {
	return s.settle(tx, reference, `update stock_levels set reserved = reserved - $3, updated_at = $4
		where variant_id = $1 and location_id = $2`, func(lines []Line) error {
		moves := make([]Movement, len(lines))
		for i, l := range lines {
			moves[i] = Movement{VariantID: l.VariantID, Reserved: -l.Quantity}
		}
		return s.tell(tx, Released, reference, moves)
	})
}

// Allocate turns what is reserved for a reference into sold goods of an order: they are stocked no more. It tells what that
// was: nothing, when it is released or allocated already.
func (s *Service) Allocate(tx *db.Tx, reference, order string) ([]Line, error) {
	return s.settle(tx, reference, `update stock_levels set stocked = stocked - $3, reserved = reserved - $3, updated_at = $4
		where variant_id = $1 and location_id = $2`, func(lines []Line) error {
		moves := make([]Movement, len(lines))
		for i, l := range lines {
			moves[i] = Movement{VariantID: l.VariantID, Quantity: -l.Quantity, Reserved: -l.Quantity}
		}
		return s.tell(tx, Sold, order, moves)
	})
}

// settle ends the reservations of a reference: whoever deletes them first has them. It updates the level of each variant, in
// their order, and tells what it was about.
func (s *Service) settle(tx *db.Tx, reference, update string, then func([]Line) error) ([]Line, error) {
	if !db.Storable(reference) {
		return nil, nil
	}
	lines, err := db.All(tx, func(row db.Scanner) (l Line, err error) {
		err = row.Scan(&l.VariantID, &l.Quantity)
		return l, err
	}, `delete from stock_reservations where reference = $1 returning variant_id, quantity`, reference)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Compare(a.VariantID, b.VariantID) })
	now := s.clock.Now().UnixMilli()
	var moved []Line
	for _, l := range lines {
		n, err := tx.Exec(update, l.VariantID, defaultLocation, l.Quantity, now)
		if err != nil {
			return nil, err
		}
		if n > 0 { // else it was dropped a moment ago
			moved = append(moved, l)
		}
	}
	return lines, then(moved)
}

// tell keeps movements and records that the levels changed. A variant comes once, or in a row.
func (s *Service) tell(tx *db.Tx, reason Reason, reference string, moves []Movement) error {
	if err := s.move(tx, reason, reference, moves); err != nil {
		return err
	}
	variants := make([]string, len(moves))
	for i, m := range moves {
		variants[i] = m.VariantID
	}
	return s.announce(tx, slices.Compact(variants))
}
