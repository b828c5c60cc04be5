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
// error back to its transaction. Faults: Invalid, ErrInsufficient, whose Fields name each variant of which there is too little; a
// variant without a level is one of them.
func (s *Service) Reserve(tx *db.Tx, reference string, lines []Line) error {
	wanted, err := gather(reference, lines)
	if err != nil || len(wanted) == 0 {
		return err
	}
	err = s.promise(tx, wanted, func(l *Level, n int64) { l.Reserved += n })
	if err != nil {
		return err
	}
	now := s.clock.Now()
	rows, moves := make([][]any, len(wanted)), make([]Movement, len(wanted))
	for i, l := range wanted {
		rows[i] = []any{id.New("resitem", now), l.VariantID, defaultLocation, l.Quantity, reference, now.UnixMilli()}
		moves[i] = Movement{VariantID: l.VariantID, Reserved: l.Quantity}
	}
	err = tx.Insert(`insert into stock_reservations (id, variant_id, location_id, quantity, reference, created_at)`, rows, ``)
	if err != nil {
		return err
	}
	return s.tell(tx, Reserved, reference, moves)
}

// Sell takes quantities of variants for an order at once, as Reserve and Allocate do one after the other. Faults: those of Reserve.
func (s *Service) Sell(tx *db.Tx, order string, lines []Line) error {
	wanted, err := gather(order, lines)
	if err != nil || len(wanted) == 0 {
		return err
	}
	if err := s.promise(tx, wanted, func(l *Level, n int64) { l.Stocked -= n }); err != nil {
		return err
	}
	moves := make([]Movement, len(wanted))
	for i, l := range wanted {
		moves[i] = Movement{VariantID: l.VariantID, Quantity: -l.Quantity}
	}
	return s.tell(tx, Sold, order, moves)
}

// promise changes the level of each line, of which nobody else gets hold meanwhile. Fault: ErrInsufficient, and then nothing is
// written.
func (s *Service) promise(tx *db.Tx, lines []Line, change func(l *Level, quantity int64)) error {
	levels, err := lock(tx, variantsOf(lines))
	if err != nil {
		return err
	}
	var short []fault.Field
	next := make([]Level, len(lines))
	for i, line := range lines {
		l, counted := levels[line.VariantID]
		if !counted || !l.Backorder && l.Stocked-l.Reserved < line.Quantity {
			short = append(short, line.short())
			continue
		}
		change(&l, line.Quantity)
		l.UpdatedAt = s.clock.Now()
		next[i] = l
	}
	if err := naming(ErrInsufficient, short); err != nil {
		return err
	}
	return save(tx, next)
}

func variantsOf(lines []Line) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.VariantID
	}
	return out
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
	return s.settle(tx, reference, Released, reference, 0)
}

// Allocate turns what is reserved for a reference into sold goods of an order: they are stocked no more. It tells what that
// was: nothing, when it is released or allocated already.
func (s *Service) Allocate(tx *db.Tx, reference, order string) ([]Line, error) {
	return s.settle(tx, reference, Sold, order, 1)
}

// settle ends the reservations of a reference: whoever deletes them first has them. Of each quantity, sold times as much leaves the
// stock. The movements say why, and what for.
func (s *Service) settle(tx *db.Tx, reference string, why Reason, what string, sold int64) ([]Line, error) {
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
	levels, err := lock(tx, variantsOf(lines))
	if err != nil {
		return nil, err
	}
	var next []Level
	var moves []Movement
	for _, line := range lines { // one for each variant: Reserve adds them up
		l, there := levels[line.VariantID]
		if !there { // it was dropped a moment ago
			continue
		}
		l.Stocked, l.Reserved, l.UpdatedAt = l.Stocked-sold*line.Quantity, l.Reserved-line.Quantity, s.clock.Now()
		next = append(next, l)
		moves = append(moves, Movement{VariantID: line.VariantID, Quantity: -sold * line.Quantity, Reserved: -line.Quantity})
	}
	if err := save(tx, next); err != nil {
		return nil, err
	}
	return lines, s.tell(tx, why, what, moves)
}

// tell keeps movements and records that the levels changed. A variant comes once, or in a row.
func (s *Service) tell(tx *db.Tx, reason Reason, reference string, moves []Movement) error {
	if len(moves) == 0 {
		return nil
	}
	if err := s.move(tx, reason, reference, moves); err != nil {
		return err
	}
	variants := make([]string, len(moves))
	for i, m := range moves {
		variants[i] = m.VariantID
	}
	return s.announce(tx, slices.Compact(variants))
}
