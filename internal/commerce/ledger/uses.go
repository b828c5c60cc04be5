package ledger

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"

	"kaidian/internal/platform/db"
)

// mostCounted is how many discounts are counted in one pass over the orders: some tens of megabytes.
const mostCounted = 200_000

// discountUses looks whether discounts know of every order that used them. They may know of more: a shop that moved here brought its
// counts along. Orders keep their discounts as JSON, so the database cannot count.
func (b *books) discountUses() error {
	var discounts int64
	if err := b.tx.QueryRowContext(b.ctx, `select count(*) from discounts`).Scan(&discounts); err != nil {
		return fmt.Errorf("count discounts: %w", err)
	}
	passes := uint64(1 + discounts/mostCounted)
	for pass := range passes {
		mine := func(id string) bool {
			h := fnv.New64a()
			h.Write([]byte(id)) //nolint:errcheck // it cannot fail
			return h.Sum64()%passes == pass
		}
		if err := b.countUses(mine, pass == 0); err != nil {
			return err
		}
	}
	return nil
}

// countUses is one pass: over all orders, for the discounts that are mine.
func (b *books) countUses(mine func(id string) bool, first bool) error {
	counts := map[string]int64{}
	err := b.each("discount.uses", `select id, discounts from orders where discounts <> '[]'`, nil, func(row db.Scanner) error {
		var id, kept string
		if err := row.Scan(&id, &kept); err != nil {
			return err
		}
		var used []struct{ ID string }
		if json.Unmarshal([]byte(kept), &used) != nil {
			if first {
				return b.found("discount.uses", "orders", id, "its discounts cannot be read")
			}
			return nil
		}
		for i, d := range used {
			if mine(d.ID) && !slices.Contains(used[:i], d) {
				counts[d.ID]++
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = b.each("discount.uses", `select d.id, d.usage_count, coalesce(c.uses, 0) from discounts d left join (select discount_id, count(*) as uses
		from promotion_claims where discount_id is not null group by discount_id) c on c.discount_id = d.id`, nil, func(row db.Scanner) error {
		var id string
		var have, claimed int64
		if err := row.Scan(&id, &have, &claimed); err != nil || !mine(id) {
			return err
		}
		want := counts[id] + claimed
		delete(counts, id)
		if have >= want {
			return nil
		}
		return b.found("discount.uses", "discounts", id, fmt.Sprintf("usage_count is %d, orders and open checkouts have used it %d times", have, want))
	})
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		if err := b.found("discount.uses", "discounts", id, fmt.Sprintf("it is not there, and %d orders have used it", counts[id])); err != nil {
			return err
		}
	}
	return nil
}
