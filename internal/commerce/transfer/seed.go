package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/fault"
)

// MaxSeed is how large a seed file may be, in bytes.
const MaxSeed = 256 << 20

// ErrSeedTooLarge says that a seed file is larger than MaxSeed.
var ErrSeedTooLarge = fault.New(fault.TooLarge, "transfer.seed_too_large", "the file is larger than 256 MB")

// SeedCount is what became of the records of one section.
type SeedCount struct {
	Section            string
	New, Changed, Same int
}

// Seed loads a seed file: the sections of Medusa's, and those of a whole shop beside them. Before anything is written the file
// is read to its end, and what its records refer to is looked for in it and in the shop; all that is wrong is told in one
// SeedError. What only the owner of a table can tell, such as that a name is too long, ends the section with a SeedError, and
// leaves what was written before. A file can be loaded again: what is there already, and no different, is left alone.
//
// It gives the sections that were written, in that order, also with an error.
func (s *Service) Seed(ctx context.Context, r io.Reader) ([]SeedCount, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSeed+1))
	if err != nil {
		return nil, fmt.Errorf("read the seed file: %w", err)
	}
	if len(data) > MaxSeed {
		return nil, ErrSeedTooLarge
	}
	f, err := readSeed(data)
	if err != nil {
		return nil, err
	}
	if err := s.checkSeed(ctx, f); err != nil {
		return nil, err
	}
	w := &seedWriter{Service: s, file: f}
	return w.all(ctx)
}

// seedWriter writes a file that was checked.
type seedWriter struct {
	*Service
	file     *seedFile
	counts   []SeedCount
	problems seedProblems // of the section that is being written
}

// all writes the sections, each after those that it refers to.
func (w *seedWriter) all(ctx context.Context) ([]SeedCount, error) {
	f := w.file
	for _, section := range []struct {
		name    string
		records int
		write   func(context.Context) error
	}{
		{"store", 1, w.store},
		{"regions", len(f.regions), w.regions},
		{"sales_channels", len(f.channels), w.channels},
		{"", 1, w.defaults},
		{"publishable_api_keys", len(f.keys), w.keys},
		{"shipping_options", len(f.options), w.options},
		{"users", len(f.users), w.users},
		{"customer_groups", len(f.groups), w.groups},
		{"customers", len(f.customers), w.customers},
		{"product_collections", len(f.collections), w.collections},
		{"categories", len(f.categories), w.categories},
		{"products", len(f.products), w.products},
		{"", 1, w.listings},
		{"tax_rates", len(f.taxes), w.taxes},
		{"price_lists", len(f.lists), w.lists},
		{"discounts", len(f.discounts), w.discounts},
		{"gift_cards", len(f.cards), w.cards},
		{"return_reasons", len(f.reasons), w.reasons},
	} {
		if section.records == 0 {
			continue
		}
		if section.name != "" {
			w.counts = append(w.counts, SeedCount{Section: section.name})
		}
		if err := section.write(ctx); err != nil {
			return w.counts, err
		}
		if err := w.problems.err(); err != nil {
			return w.counts, err
		}
	}
	return w.counts, nil
}

// done counts what became of a record of the section, new where it was not there before, or takes the error as refused does.
func (w *seedWriter) done(path string, there, changed bool, err error) error {
	if err == nil {
		w.count(there, changed)
	}
	return w.refused(path, err)
}

func (w *seedWriter) count(there, changed bool) {
	c := &w.counts[len(w.counts)-1]
	switch {
	case !there:
		c.New++
	case changed:
		c.Changed++
	default:
		c.Same++
	}
}

// refused takes an error about a record: a fault is a problem of the file, and the next record has its turn; anything else is
// given back.
func (w *seedWriter) refused(path string, err error) error {
	f := fault.As(err)
	switch {
	case err == nil:
		return nil
	case f == nil || f.Code == fault.Internal || errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w", path, err)
	case len(f.Fields) == 0:
		w.problems.add(path, "%s", f.Message)
	}
	for _, field := range f.Fields {
		w.problems.add(path, "%s", field.Message)
	}
	return nil
}

// ids gives the ids of what was found by the names that the file has.
func seedIDs(found map[string]string, refs []seedRef) []string {
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = found[r.name]
	}
	return out
}

// seedNames gives the names of references.
func seedNames(refs ...[]seedRef) []string {
	var out []string
	for _, list := range refs {
		for _, r := range list {
			out = append(out, r.name)
		}
	}
	return out
}

// store sets what the shop says of itself. The default channel comes later, when the channels are there.
func (w *seedWriter) store(ctx context.Context) error {
	s := w.file.store
	if s.name == "" && s.currency == "" && len(s.currencies) == 0 && s.channel.name == "" {
		w.counts = w.counts[:0]
		return nil
	}
	changed, err := w.o.Shop.PutCurrencies(ctx, s.currencies)
	if err := w.refused("store.currencies", err); err != nil {
		return err
	}
	settings, err := w.o.Shop.Get(ctx)
	if err == nil && s.name != "" && s.name != settings.Name {
		changed = true
		_, err = w.o.Shop.Update(ctx, shop.Patch{Name: &s.name})
	}
	if err := w.refused("store", err); err != nil {
		return err
	}
	w.count(true, changed)
	return nil
}

// defaults says in which currency and channel the shop sells when nobody says.
func (w *seedWriter) defaults(ctx context.Context) error {
	s := w.file.store
	m, err := w.o.Shop.Markets(ctx)
	if err != nil {
		return err
	}
	channels, err := w.findMarkets(ctx, aChannel)
	if err != nil {
		return err
	}
	currency, channel := s.currency, channels[s.channel.name]
	if currency == m.DefaultCurrency {
		currency = ""
	}
	if channel == m.DefaultChannel {
		channel = ""
	}
	if currency == "" && channel == "" {
		return nil
	}
	for i := range w.counts {
		if c := &w.counts[i]; c.Section == "store" && c.Same > 0 {
			c.Same, c.Changed = c.Same-1, c.Changed+1
		}
	}
	return w.refused("store", w.o.Shop.SetDefaults(ctx, currency, channel))
}
