package cart

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/patch"
)

// The bounds of lines.
const (
	MaxLines    = 1000      // in a cart
	MaxQuantity = 1_000_000 // of a line
)

// NewLine is a quantity to put into a cart.
type NewLine struct {
	VariantID string
	Quantity  int64           // from 1 to MaxQuantity
	Metadata  json.RawMessage // an object of 16 KiB at most, or nil
}

// LinePatch changes a line. What is absent stays.
type LinePatch struct {
	Quantity patch.Optional[int64] // 0 removes the line
	Metadata patch.Optional[json.RawMessage]
}

// AddLine puts a quantity of a variant into a cart: into the line that has the variant and the same metadata, as far as values go,
// or else as a new line. The cart's shipping methods are dropped. Four statements for a simple cart whose goods are in
// memory, six otherwise.
//
// Faults: Invalid for a quantity or metadata that is none, ErrNoVariant, ErrNoPrice, ErrNotInChannel, ErrInsufficient,
// ErrTooManyLines, ErrTooLarge, ErrNotFound, ErrCompleted.
func (s *Service) AddLine(ctx context.Context, id string, n NewLine) (Cart, error) {
	if err := n.normalise(); err != nil {
		return Cart{}, err
	}
	return s.change(ctx, id, func(w *work) error {
		if err := w.open(); err != nil {
			return err
		}
		return w.add([]NewLine{n})
	})
}

// UpdateLine changes a line. The cart's shipping methods are dropped. A line may always become less, whatever became of its goods;
// for more of it the rules of AddLine hold. Faults: those of AddLine, ErrNoLine.
func (s *Service) UpdateLine(ctx context.Context, id, lineID string, p LinePatch) (Cart, error) {
	if err := p.normalise(); err != nil {
		return Cart{}, err
	}
	return s.change(ctx, id, func(w *work) error {
		at := w.c.lineAt(lineID)
		if at < 0 {
			return ErrNoLine
		}
		if !p.Quantity.IsSet() && !p.Metadata.IsSet() {
			return nil
		}
		if err := w.open(); err != nil {
			return err
		}
		if quantity, ok := p.Quantity.Get(); ok && quantity == 0 {
			w.remove(at)
			return nil
		}
		return w.update(at, p)
	})
}

// RemoveLine takes a line out of a cart. One that is not there is no fault, and nothing changes then. Faults: ErrNotFound,
// ErrCompleted.
func (s *Service) RemoveLine(ctx context.Context, id, lineID string) (Cart, error) {
	return s.change(ctx, id, func(w *work) error {
		at := w.c.lineAt(lineID)
		if at < 0 {
			return nil
		}
		if err := w.open(); err != nil {
			return err
		}
		w.remove(at)
		return nil
	})
}

func (w *work) remove(at int) {
	w.c.Body.Lines = slices.Delete(w.c.Body.Lines, at, at+1)
	w.linesChanged()
}

// add puts normalised lines into the cart. Nothing else of it has been read.
func (w *work) add(lines []NewLine) error {
	variants := make([]string, len(lines))
	for i, n := range lines {
		variants[i] = n.VariantID
	}
	if err := w.fetch(variants...); err != nil {
		return err
	}
	if err := w.inChannel(variants); err != nil {
		return err
	}
	for _, n := range lines {
		if err := w.put(n); err != nil {
			return err
		}
	}
	for _, variant := range variants { // when all are in: two of them may be the same
		if err := w.enough(variant); err != nil {
			return err
		}
	}
	w.linesChanged()
	return nil
}

// inChannel looks whether variants are for sale, and in the cart's channel: a statement. Faults: ErrNoVariant, ErrNotInChannel.
func (w *work) inChannel(variants []string) error {
	products := make([]string, len(variants))
	for i, variant := range variants {
		ware, ok := w.c.Wares[variant]
		if !ok || !ware.Purchasable() {
			return ErrNoVariant.WithMessage(fmt.Sprintf("There is no variant %.100q for sale", variant))
		}
		products[i] = ware.ProductID
	}
	if w.c.ChannelID == nil || len(products) == 0 {
		return nil
	}
	sold, err := w.s.o.Catalog.SoldIn(w.tx, *w.c.ChannelID, products)
	if err != nil {
		return err
	}
	for i, product := range products {
		if !sold[product] {
			return ErrNotInChannel.WithMessage("The product of " + variants[i] + " is not sold in the cart's sales channel")
		}
	}
	return nil
}

// put merges a line into the cart's, or appends it, at the price of its quantity.
func (w *work) put(n NewLine) error {
	lines := w.c.Body.Lines
	at := slices.IndexFunc(lines, func(l Line) bool { return l.VariantID == n.VariantID && sameObject(l.Metadata, n.Metadata) })
	if at < 0 {
		if len(lines) >= MaxLines {
			return ErrTooManyLines
		}
		lines = append(lines, newLine(w.c.Wares[n.VariantID], n))
		at = len(lines) - 1
		lines[at].ID, lines[at].CreatedAt = id.New("item", w.now), w.now
		w.c.Body.Lines = lines
	}
	l := &w.c.Body.Lines[at]
	l.Quantity, l.UpdatedAt = l.Quantity+n.Quantity, w.now
	if l.Quantity > MaxQuantity {
		return invalidQuantity(1)
	}
	return w.price(l)
}

// newLine is a line of none of a variant yet.
func newLine(ware catalog.Ware, n NewLine) Line {
	return Line{VariantID: n.VariantID, ProductID: ware.ProductID, Title: ware.Product.Title, Description: ware.Title,
		Thumbnail: ware.Product.Thumbnail, Metadata: n.Metadata}
}

// price looks whether a line has a price for its quantity. Reckon sets it. Faults: ErrNoPrice, shop.ErrNoRegion.
func (w *work) price(l *Line) error {
	region, err := w.region()
	if err != nil {
		return err
	}
	if _, ok := w.priceOf(&region, l.VariantID, l.Quantity); !ok {
		return ErrNoPrice.WithMessage("The variant " + l.VariantID + " has no price in the cart's region")
	}
	return nil
}

// enough looks whether there is enough in stock for all lines of a variant. Fault: ErrInsufficient.
func (w *work) enough(variant string) error {
	var sum int64
	for i := range w.c.Body.Lines {
		if l := &w.c.Body.Lines[i]; l.VariantID == variant {
			sum += l.Quantity
		}
	}
	if ware := w.c.Wares[variant]; !ware.Has(sum) {
		return ErrInsufficient.WithMessage("Variant with id: " + variant + " does not have the required inventory")
	}
	return nil
}

// update changes a line that stays.
func (w *work) update(at int, p LinePatch) error {
	if err := w.fetch(); err != nil {
		return err
	}
	l := &w.c.Body.Lines[at]
	before, had := l.Quantity, w.price(l) == nil
	p.Quantity.Apply(&l.Quantity)
	p.Metadata.Apply(&l.Metadata)
	l.UpdatedAt = w.now
	w.linesChanged()
	more := l.Quantity > before
	if more {
		if err := w.inChannel([]string{l.VariantID}); err != nil {
			return err
		}
	}
	if err := w.price(l); err != nil && (more || had) { // prices may be for a least quantity
		return err
	}
	if !more {
		return nil
	}
	return w.enough(l.VariantID)
}

// lineAt finds a line by its id, or gives -1.
func (c *Cart) lineAt(id string) int {
	return slices.IndexFunc(c.Body.Lines, func(l Line) bool { return l.ID == id })
}

func (n *NewLine) normalise() error {
	if n.Quantity < 1 || n.Quantity > MaxQuantity {
		return invalidQuantity(1)
	}
	var err error
	n.Metadata, err = object("metadata", n.Metadata)
	return err
}

func (p *LinePatch) normalise() error {
	if q := p.Quantity.Or(1); p.Quantity.IsNull() || q < 0 || q > MaxQuantity {
		return invalidQuantity(0)
	}
	if !p.Metadata.IsSet() {
		return nil
	}
	kept, err := object("metadata", p.Metadata.Or(nil))
	p.Metadata = patch.Some(kept)
	return err
}

func invalidQuantity(least int) error {
	return fault.Fields(reasonInvalid, fault.Field{Name: "quantity", Rule: fault.Range,
		Message: fmt.Sprintf("quantity must be an integer number from %d to %d", least, MaxQuantity)})
}
