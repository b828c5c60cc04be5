package shelf

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// deed is one product to make or to change.
type deed struct {
	which *catalog.Ref // the product to change, when there must be one
	key   Key          // how to find one that may be there
	value string       // of the key
	goods []Variant    // the variants it speaks of, for their prices and stock
	named bool         // goods are a list: their fields are called variants[0].…
	plan  func(before *catalog.Record, channel string) (*catalog.Change, error)

	problems  []fault.Field // of prices and stock
	change    *catalog.Change
	changed   bool
	postponed bool // another deed of the transaction is about the same product
	again     bool // it is tried for the second time
	err       error
}

// product is the deed of making a product, or of changing the one that is found for it.
func (s *Service) product(p Product) *deed {
	goods, _ := p.Variants.Get()
	var variants patch.Optional[[]catalog.VariantPatch]
	if p.Variants.IsSet() {
		list := make([]catalog.VariantPatch, len(goods))
		for i, v := range goods {
			list[i] = v.VariantPatch
		}
		variants = patch.Some(list)
	}
	return &deed{goods: goods, named: true, plan: func(before *catalog.Record, channel string) (*catalog.Change, error) {
		return s.o.Catalog.Plan(before, p.ProductPatch, variants, channel)
	}}
}

// check looks at prices and stock, which need no look into the database.
func (d *deed) check(m *shop.Markets) {
	d.problems = nil
	if len(d.goods) > catalog.MaxVariants {
		return // which the plan says
	}
	for i, v := range d.goods {
		in := ""
		if d.named {
			in = fmt.Sprintf("variants[%d].", i)
		}
		if prices, ok := v.Prices.Get(); ok {
			d.problems = append(d.problems, pricing.CheckPrices(m, in+"prices", prices)...)
		}
		if price, ok := v.Price.Get(); ok {
			d.problems = append(d.problems, pricing.CheckPrices(m, in+"prices", []pricing.NewPrice{price})...)
		}
		if n := v.Stock.Or(0); v.Stock.IsNull() || n < -inventory.MaxStock || n > inventory.MaxStock {
			d.problems = append(d.problems, stockProblem(in, "must be 0 to "+strconv.Itoa(inventory.MaxStock)))
		}
	}
}

func stockProblem(in, words string) fault.Field {
	return fault.Field{Name: in + "stock", Rule: fault.Range, Message: in + "stock " + words}
}

// checkStock looks for stock below nothing, which only a variant has that may be promised beyond it.
func (d *deed) checkStock() error {
	var problems []fault.Field
	for i, v := range d.goods {
		if v.Stock.Or(0) >= 0 || promises(d.change.Variant(d.change.Named[i])) {
			continue
		}
		in := ""
		if d.named {
			in = fmt.Sprintf("variants[%d].", i)
		}
		problems = append(problems, stockProblem(in, "must be 0 at least"))
	}
	return fault.Fields(catalog.ReasonInvalid, problems...)
}

// checkPrices looks for new variants without a price, where they must have one.
func (d *deed) checkPrices() error {
	var problems []fault.Field
	for i, v := range d.goods {
		if !v.Priced || v.Price.IsSet() || v.Prices.IsSet() || d.change.Was(d.change.Named[i]) != nil {
			continue
		}
		name := "prices"
		if d.named {
			name = fmt.Sprintf("variants[%d].prices", i)
		}
		problems = append(problems, fault.Field{Name: name, Rule: fault.Required, Message: name + " should not be empty"})
	}
	return fault.Fields(catalog.ReasonInvalid, problems...)
}

// tries is how often a transaction is tried that met a constraint: others have been quicker, and the next look shows what
// they did. From the third try on a handle is made that nobody else tries.
const tries = 4

// errUnchanged rolls a transaction back that turned out to have nothing to change, or that is not to change anything.
var errUnchanged = errors.New("shelf: nothing changed")

// floor is where deeds are done: the shop's markets as they are now, and whether it is for show only.
type floor struct {
	*shop.Markets
	dry     bool
	crowded bool // constraints have been met
}

// one does a deed, or nothing of it.
func (s *Service) one(ctx context.Context, d *deed) (Placed, error) {
	m, err := s.o.Shop.Markets(ctx)
	if err != nil {
		return Placed{}, err
	}
	if err := s.write(ctx, floor{Markets: m}, []*deed{d}); err != nil {
		return Placed{}, err
	}
	return d.placed(), d.err
}

// write does deeds in one transaction. What is wrong with one is told in it.
func (s *Service) write(ctx context.Context, f floor, deeds []*deed) error {
	for _, d := range deeds {
		d.check(f.Markets)
	}
	var err error
	for n := range tries {
		f.crowded = n > 1
		err = s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error { return s.place(tx, f, deeds) })
		if db.Violated(err) == "" {
			break
		}
	}
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return catalog.Fault(err)
}

// place does deeds. It may run again.
func (s *Service) place(tx *db.Tx, f floor, deeds []*deed) error {
	if err := s.planAll(tx, f, deeds); err != nil {
		return err
	}
	var changes []*catalog.Change
	for _, d := range deeds {
		if d.change != nil {
			d.change.Crowded = f.crowded
			changes = append(changes, d.change)
		}
	}
	if err := s.o.Catalog.Settle(tx, changes); err != nil {
		return err
	}
	var open []*deed
	for _, d := range deeds {
		if d.change != nil && d.change.Err != nil {
			d.err, d.change = d.change.Err, nil
		}
		if d.change != nil {
			d.changed = d.change.Changed()
			open = append(open, d)
		}
	}
	if err := s.o.Catalog.Save(tx, changes); err != nil {
		return err
	}
	if err := s.equip(tx, open); err != nil {
		return err
	}
	if f.dry {
		return errUnchanged
	}
	return s.finish(tx, open)
}

// planAll finds the products that there are and says what becomes of each.
func (s *Service) planAll(tx *db.Tx, f floor, deeds []*deed) error {
	ids, err := s.find(tx, deeds)
	if err != nil {
		return err
	}
	records, err := s.o.Catalog.Load(tx, distinct(ids))
	if err != nil {
		return err
	}
	busy := map[string]bool{}
	for i, d := range deeds {
		d.change, d.changed = nil, false
		if d.postponed = ids[i] != "" && busy[ids[i]]; d.postponed || d.err != nil {
			continue
		}
		busy[ids[i]] = true
		before := records[ids[i]]
		if before == nil && d.which != nil {
			d.err = catalog.ErrProductNotFound
			continue
		}
		d.change, d.err = d.plan(before, f.DefaultChannel)
		if d.err = withFields(d.err, d.problems); d.err == nil {
			d.err = cmp.Or(d.checkPrices(), d.checkStock(), channels(f.Markets, d.change))
		}
		if d.err != nil {
			d.change = nil
		}
	}
	return nil
}

// find gives the ids of the products that there are, empty for those that are not.
func (s *Service) find(tx *db.Tx, deeds []*deed) ([]string, error) {
	out := make([]string, len(deeds))
	values := map[Key][]string{}
	for i, d := range deeds {
		d.err = nil
		if d.which != nil {
			if out[i], d.err = s.o.Catalog.Named(tx, *d.which); d.err != nil && fault.As(d.err) == nil {
				return nil, d.err
			}
		}
		if d.value != "" {
			values[d.key] = append(values[d.key], d.value)
		}
	}
	for key, list := range values {
		have, err := s.o.Catalog.ByKey(tx, string(key), list)
		if err != nil {
			return nil, err
		}
		for i, d := range deeds {
			if d.key == key {
				out[i] = have[d.value]
			}
		}
	}
	return out, nil
}

// withFields adds the problems of prices and stock to those of the rest.
func withFields(err error, problems []fault.Field) error {
	f := fault.As(err)
	switch {
	case len(problems) == 0 || err != nil && (f == nil || f.Reason != catalog.ReasonInvalid):
		return err
	case err == nil:
		return fault.Fields(catalog.ReasonInvalid, problems...)
	}
	return fault.Fields(f.Reason, append(slices.Clone(f.Fields), problems...)...)
}

// channels looks whether the channels that a product gets are there.
func channels(m *shop.Markets, c *catalog.Change) error {
	for _, id := range c.After.Channels {
		if _, ok := m.Channels[id]; !ok && (c.Before == nil || !slices.Contains(c.Before.Channels, id)) {
			return catalog.ErrNoChannel.WithMessage("There is no sales channel " + id)
		}
	}
	return nil
}

// equip gives the variants of deeds their prices and stock, and removes those of variants that went.
func (s *Service) equip(tx *db.Tx, deeds []*deed) error {
	prices, single := map[string][]pricing.NewPrice{}, map[string]pricing.NewPrice{}
	levels := map[inventory.Reason][]inventory.NewLevel{}
	owner := map[string]*deed{}
	var gone []string
	for _, d := range deeds {
		gone = append(gone, d.change.Gone()...)
		for i, v := range d.goods {
			id := d.change.Named[i]
			owner[id] = d
			if list, ok := v.Prices.Get(); ok || v.Prices.IsNull() {
				prices[id] = list
			}
			if one, ok := v.Price.Get(); ok {
				single[id] = one
			}
			if reason, level, ok := d.level(id, v); ok {
				levels[reason] = append(levels[reason], level)
			}
		}
	}
	if err := s.drop(tx, gone); err != nil {
		return err
	}
	changed, err := s.o.Pricing.SetBase(tx, prices)
	if err != nil {
		return err
	}
	repriced, err := s.o.Pricing.SetOne(tx, single)
	if err != nil {
		return err
	}
	changed = append(changed, repriced...)
	for _, reason := range []inventory.Reason{inventory.Received, inventory.Counted} {
		if len(levels[reason]) == 0 {
			continue
		}
		some, err := s.o.Inventory.Set(tx, reason, "", levels[reason])
		if err != nil {
			return err
		}
		changed = append(changed, some...)
	}
	for _, id := range changed {
		owner[id].changed = true
	}
	return nil
}

// level says what the stock of a variant is to be, if it is to be anything else.
func (d *deed) level(id string, v Variant) (inventory.Reason, inventory.NewLevel, bool) {
	now, was := d.change.Variant(id), d.change.Was(id)
	level := inventory.NewLevel{VariantID: id, Stocked: v.Stock.Pointer(), Backorder: promises(now)}
	if was == nil {
		return inventory.Received, level, true
	}
	return inventory.Counted, level, level.Stocked != nil || promises(was) != promises(now)
}

// promises tells whether more of a variant may be promised than there is.
func promises(v *catalog.Variant) bool { return v.AllowBackorder || !v.ManageInventory }

// finish stamps, records and indexes what is different now.
func (s *Service) finish(tx *db.Tx, deeds []*deed) error {
	var changes []*catalog.Change
	var ids, equipped []string
	for _, d := range deeds {
		if !d.changed {
			continue
		}
		changes, ids = append(changes, d.change), append(ids, d.change.After.ID)
		if !d.change.Changed() {
			equipped = append(equipped, d.change.After.ID)
		}
	}
	if len(changes) == 0 {
		return errUnchanged
	}
	if err := s.o.Catalog.Stamp(tx, equipped, s.o.Clock.Now()); err != nil {
		return err
	}
	if err := s.o.Catalog.Announce(tx, changes); err != nil {
		return err
	}
	return s.index(tx, ids)
}

// placed tells what became of the deed.
func (d *deed) placed() Placed {
	if d.err != nil || d.change == nil {
		return Placed{}
	}
	r := &d.change.After
	out := Placed{ID: r.ID, Number: r.Number, Created: d.change.Before == nil, Changed: d.changed, Variants: d.change.Named}
	if out.Variants == nil {
		for _, v := range r.Variants {
			out.Variants = append(out.Variants, v.ID)
		}
	}
	return out
}

// distinct gives the texts that are not empty, each once.
func distinct(list []string) []string {
	out := slices.Compact(slices.Sorted(slices.Values(list)))
	if len(out) > 0 && out[0] == "" {
		out = out[1:]
	}
	return out
}
