package transfer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/platform/patch"
)

// draft is a product that is being read from its rows.
type draft struct {
	shelf.Product
	currency money.Currency // the shop's

	published  patch.Optional[bool]
	path       []string                 // names of nested categories
	categories patch.Optional[[]string] // handles
	collection patch.Optional[string]   // handle or title
	channels   patch.Optional[[]string] // ids or names
	options    [optionColumns]string

	// of the row that is being read
	variant shelf.Variant
	values  [optionColumns]string
	image   catalog.ImagePatch
	single  *int64 // "Variant Price"

	variants []shelf.Variant
	images   []catalog.ImagePatch
}

// header is the columns of a file, by their places; nil for one that is not known.
type header []*column

// errNoHandle says what every file needs.
var errNoHandle = errors.New(`the first line must name the columns, "Handle" among them`)

// readHeader finds the columns. Unknown gives the names of those that nothing is read from.
func readHeader(names []string) (h header, unknown []string, err error) {
	known := columns()
	seen := map[string]bool{}
	for _, name := range names {
		name = strings.TrimSpace(name)
		i := slices.IndexFunc(known, func(c column) bool { return strings.EqualFold(c.name, name) })
		key := strings.ToLower(name)
		switch {
		case i < 0:
			h, unknown = append(h, nil), append(unknown, name)
			continue
		case seen[key]:
			return nil, nil, fmt.Errorf("the column %q is there twice", name)
		}
		seen[key] = true
		h = append(h, &known[i])
	}
	if !seen["handle"] {
		return nil, nil, errNoHandle
	}
	return h, unknown, nil
}

// has tells whether the file has a column.
func (h header) has(name string) bool {
	return slices.ContainsFunc(h, func(c *column) bool { return c != nil && c.name == name })
}

// cell gives a row's text in a column.
func (h header) cell(fields []string, name string) string {
	for i, c := range h {
		if c != nil && c.name == name && i < len(fields) {
			return strings.TrimSpace(fields[i])
		}
	}
	return ""
}

// handle gives the handle of a row. Of one that could not be read it is what stands before the first comma, if the handle
// is there: most such rows are broken further on.
func (h header) handle(r record) string {
	if r.Err == nil {
		return h.cell(r.Fields, "Handle")
	}
	if h[0] == nil || h[0].name != "Handle" {
		return ""
	}
	first, _, _ := strings.Cut(r.Fields[0], ",")
	return strings.TrimSpace(first)
}

// product makes a product of its rows, or gives every problem by its line.
func (h header) product(rows []record, currency money.Currency) (*draft, []error) {
	d := &draft{currency: currency}
	var problems []error
	for i, r := range rows {
		if r.Err != nil {
			problems = append(problems, fmt.Errorf("line %d: %w", r.Line, r.Err))
			continue
		}
		if len(r.Fields) > len(h) {
			problems = append(problems, fmt.Errorf("line %d: it has %d cells where the first line has %d", r.Line, len(r.Fields), len(h)))
			continue
		}
		problems = append(problems, h.row(d, r, i == 0)...)
	}
	if rows[0].Err != nil {
		return nil, problems
	}
	if err := d.finish(h); err != nil {
		problems = append(problems, fmt.Errorf("line %d: %w", rows[0].Line, err))
	}
	return d, problems
}

// row reads one row into the draft.
func (h header) row(d *draft, r record, first bool) []error {
	d.variant, d.values, d.image, d.single = shelf.Variant{}, [optionColumns]string{}, catalog.ImagePatch{}, nil
	isVariant := first || h.cell(r.Fields, "Variant SKU") != "" || h.cell(r.Fields, "Variant Price") != "" ||
		h.cell(r.Fields, "Variant Prices") != "" || h.cell(r.Fields, "Option1 Value") != ""
	isImage := h.cell(r.Fields, "Image Src") != ""
	var problems []error
	for i, c := range h {
		skip := c == nil || c.level == ofProduct && !first || c.level == ofVariant && !isVariant || c.level == ofImage && !isImage
		if skip || i >= len(r.Fields) {
			continue
		}
		if err := c.read(d, strings.TrimSpace(r.Fields[i])); err != nil {
			problems = append(problems, fmt.Errorf("line %d: %s %w", r.Line, c.name, err))
		}
	}
	if isVariant {
		d.addVariant(h)
	}
	if isImage {
		d.images = append(d.images, d.image)
	}
	return problems
}

// addVariant takes the variant of the row that is being read.
func (d *draft) addVariant(h header) {
	v := d.variant
	if h.has("Option1 Value") {
		v.Values = patch.Some(slices.Clone(d.values[:d.optionCount()]))
	}
	d.variants = append(d.variants, v)
}

// optionCount tells how many options the product has.
func (d *draft) optionCount() int {
	n := slices.Index(d.options[:], "")
	if n < 0 {
		return optionColumns
	}
	return n
}

// How Shopify writes a product without options: with one that says nothing.
const defaultOption, defaultValue = "Title", "Default Title"

// takeOptions gives the product its options.
func (d *draft) takeOptions() error {
	names := d.options[:d.optionCount()]
	for _, n := range d.options[len(names):] {
		if n != "" {
			return fmt.Errorf("option %q follows one without a name", n)
		}
	}
	if len(d.variants) == 1 && slices.Equal(names, []string{defaultOption}) && slices.Equal(d.variants[0].Values.Or(nil), []string{defaultValue}) {
		names, d.variants[0].Values = nil, patch.Some([]string{})
	}
	d.Options = patch.Some(slices.Clone(names))
	return nil
}

// finish puts together what the rows said.
func (d *draft) finish(h header) error {
	if h.has("Option1 Name") {
		if err := d.takeOptions(); err != nil {
			return err
		}
	}
	if p, ok := d.published.Get(); ok && !p && d.Status.Or("") != catalog.Proposed && d.Status.Or("") != catalog.Rejected {
		d.Status = patch.Some(catalog.Draft)
	} else if ok && !d.Status.IsSet() {
		d.Status = patch.Some(catalog.Published)
	}
	if h.has("Image Src") {
		slices.SortStableFunc(d.images, func(a, b catalog.ImagePatch) int { return a.Position.Or(1<<30) - b.Position.Or(1<<30) })
		for i := range d.images {
			d.images[i].Position = patch.Some(i + 1)
		}
		d.Images = patch.Some(d.images)
	}
	d.Variants = patch.Some(d.variants)
	if d.Handle.Or("") == "" {
		return errors.New("Handle is required")
	}
	return nil
}
