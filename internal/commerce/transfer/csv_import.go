package transfer

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// chunk is how many products one transaction takes, so that a checkout never waits long for an import.
const chunk = 100

// ImportOptions says how to read a file. The zero value reads UTF-8, writes to the shop and drops what is refused.
type ImportOptions struct {
	Encoding string // "utf-8" or "gb18030"
	DryRun   bool   // say what would be done, and do nothing
	// Rejected takes the rows of products that were refused, with the reason in a column of its own; nil for nowhere. It can
	// be corrected and imported itself.
	Rejected io.Writer
	// Progress hears of every chunk; nil for nobody.
	Progress func(Imported)
}

// Imported is how far an import has come.
type Imported struct {
	Products  int // read, whatever became of them
	Created   int
	Changed   int
	Unchanged int
	Refused   int
	Unknown   []string // columns that nothing was read from
}

// ImportProducts reads a file of products and puts them on the shelf, found again by their handles. It is done in chunks: after a
// crash, or an error, the same file can be imported again, and what is in already is left alone. A product with a row that is
// wrong is refused whole, and the others go in. The error is for a file that is none, and for what is no row's fault.
func (s *Service) ImportProducts(ctx context.Context, r io.Reader, o ImportOptions) (Imported, error) {
	in, err := newRecords(r, o.Encoding)
	if err != nil {
		return Imported{}, err
	}
	first, err := in.next()
	if errors.Is(err, io.EOF) {
		return Imported{}, errNoHandle
	}
	if err == nil {
		err = first.Err
	}
	if err != nil {
		return Imported{}, err
	}
	h, unknown, err := readHeader(first.Fields)
	if err != nil {
		return Imported{}, err
	}
	run, err := s.begin(ctx, h, first.Fields, o)
	if err != nil {
		return Imported{}, err
	}
	run.done.Unknown = unknown
	if err := run.all(ctx, in); err != nil {
		return run.done, err
	}
	return run.done, run.flush(ctx)
}

// run is an import under way.
type run struct {
	shelf    *shelf.Service
	o        ImportOptions
	h        header
	currency money.Currency
	markets  *shop.Markets
	rejected *csv.Writer
	shelves  shelves

	rows    []record // of the product that is being read
	waiting []waiting
	done    Imported
}

// waiting is a product that is read and not written yet.
type waiting struct {
	rows []record
	item shelf.Item
}

func (s *Service) begin(ctx context.Context, h header, names []string, o ImportOptions) (*run, error) {
	m, err := s.o.Shop.Markets(ctx)
	if err != nil {
		return nil, err
	}
	c, ok := money.Lookup(m.DefaultCurrency)
	if !ok {
		return nil, fmt.Errorf("the shop's currency %q is unknown", m.DefaultCurrency)
	}
	r := &run{shelf: s.o.Shelf, o: o, h: h, currency: c, markets: m, shelves: newShelves(s.o, o.DryRun)}
	if o.Rejected != nil {
		r.rejected = csv.NewWriter(o.Rejected)
		if err := r.rejected.Write(append(append([]string{}, names...), "Reason")); err != nil {
			return nil, err
		}
		return r, r.report()
	}
	return r, nil
}

// all reads the file to its end. Rows of one product follow each other and have the same handle, or none after the first.
func (r *run) all(ctx context.Context, in *records) error {
	for {
		rec, err := in.next()
		if errors.Is(err, io.EOF) {
			return r.end(ctx)
		}
		if err != nil {
			return err
		}
		handle := r.h.handle(rec)
		same := len(r.rows) > 0 && (handle == "" || handle == r.h.handle(r.rows[0]))
		if !same {
			if err := r.end(ctx); err != nil {
				return err
			}
		}
		if r.rows = append(r.rows, rec); len(r.rows) > maxRows {
			return fmt.Errorf("line %d: a product has more than %d rows", rec.Line, maxRows)
		}
	}
}

// maxRows bounds the rows of one product.
const maxRows = 10_000

// end takes the product whose rows are all read.
func (r *run) end(ctx context.Context) error {
	rows := r.rows
	if r.rows = nil; len(rows) == 0 {
		return nil
	}
	r.done.Products++
	d, problems := r.h.product(rows, r.currency)
	if len(problems) == 0 {
		problems = r.resolve(ctx, d)
	}
	if len(problems) > 0 {
		return r.refuse(rows, errors.Join(problems...))
	}
	r.waiting = append(r.waiting, waiting{rows, shelf.Item{Product: d.Product, By: shelf.ByHandle}})
	if len(r.waiting) < chunk {
		return nil
	}
	return r.flush(ctx)
}

// resolve finds what the product names: its collection, categories and channels.
func (r *run) resolve(ctx context.Context, d *draft) []error {
	var problems []error
	keep := func(field string, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", field, err))
		}
	}
	if name, ok := d.collection.Get(); ok {
		id, err := r.shelves.collection(ctx, name)
		d.CollectionID = patch.Some(id)
		keep("Collection", err)
	} else if d.collection.IsNull() {
		d.CollectionID = patch.Null[string]()
	}
	if handles, ok := d.categories.Get(); ok {
		ids, err := r.shelves.categories(ctx, handles)
		d.Categories = patch.Some(ids)
		keep("Categories", err)
	} else if len(d.path) > 0 {
		id, err := r.shelves.path(ctx, d.path)
		d.Categories = patch.Some([]string{id})
		keep("Product Category", err)
	}
	if names, ok := d.channels.Get(); ok {
		ids, err := channelIDs(r.markets, names)
		d.Channels = patch.Some(ids)
		keep("Sales Channels", err)
	}
	return problems
}

// flush writes the products that wait.
func (r *run) flush(ctx context.Context) error {
	all := r.waiting
	if r.waiting = nil; len(all) == 0 {
		return r.report()
	}
	items := make([]shelf.Item, len(all))
	for i, w := range all {
		items[i] = w.item
	}
	put := r.shelf.Put
	if r.o.DryRun {
		put = r.shelf.Check
	}
	outcomes, err := put(ctx, items)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		switch {
		case o.Err != nil:
			err = errors.Join(err, r.refuse(all[i].rows, o.Err))
		case o.Created:
			r.done.Created++
		case o.Changed:
			r.done.Changed++
		default:
			r.done.Unchanged++
		}
	}
	return errors.Join(err, r.report())
}

// refuse writes a product's rows with the reason at the first.
func (r *run) refuse(rows []record, reason error) error {
	r.done.Refused++
	if r.rejected == nil {
		return nil
	}
	words := strings.ReplaceAll(reason.Error(), "\n", "; ")
	if f := fault.As(reason); f != nil {
		words = fmt.Sprintf("line %d: %s", rows[0].Line, f.Message)
	}
	for i, rec := range rows {
		cells := make([]string, len(r.h)+1)
		copy(cells, rec.Fields)
		if i == 0 {
			cells[len(r.h)] = words
		}
		if err := r.rejected.Write(cells); err != nil {
			return fmt.Errorf("write the refused rows: %w", err)
		}
	}
	return nil
}

// report tells how far the import is.
func (r *run) report() error {
	if r.o.Progress != nil {
		r.o.Progress(r.done)
	}
	if r.rejected == nil {
		return nil
	}
	r.rejected.Flush()
	return r.rejected.Error()
}

// channelIDs finds channels by their ids or names.
func channelIDs(m *shop.Markets, names []string) ([]string, error) {
	ids := make([]string, 0, len(names))
	for _, name := range names {
		id := name
		for _, c := range m.Channels {
			if c.Name == name {
				id = c.ID
			}
		}
		if _, ok := m.Channels[id]; !ok {
			return nil, fmt.Errorf("there is no channel %q", name)
		}
		ids = append(ids, id)
	}
	return ids, nil
}
