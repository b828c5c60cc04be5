package catalog

import (
	"reflect"
	"slices"
	"time"

	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/patch"
)

// Change is a product before and after a deed. Plan and its kin make it; Settle, Save and Announce do it.
type Change struct {
	Before *Record // nil for a new product
	After  Record
	// Named gives, for each variant that the deed speaks of, its id.
	Named []string
	// Err is why Settle refuses it. Nothing of it is written then.
	Err error
	// Crowded says that others have been quicker to the handles that were tried: one that is made is to be nobody else's.
	Crowded bool

	handleMade bool // of the title, so that another may be tried
	kept       kept
	now        time.Time
	tree       tree

	before, after map[string]*Variant // by id, once somebody asks; nobody does before planning is over
}

// kept is the ids of new rows that an importer keeps.
type kept struct{ products, variants, images []string }

// Changed tells whether the tables of this package will be different.
func (c *Change) Changed() bool { return c.Before == nil || !reflect.DeepEqual(*c.Before, c.After) }

// Gone gives the ids of the variants that the product loses.
func (c *Change) Gone() []string {
	if c.Before == nil {
		return nil
	}
	var out []string
	for _, v := range c.Before.Variants {
		if c.Variant(v.ID) == nil {
			out = append(out, v.ID)
		}
	}
	return out
}

// Was gives a variant as it was, or nil for a new one.
func (c *Change) Was(id string) *Variant {
	if c.before == nil && c.Before != nil {
		c.before = c.Before.byID()
	}
	return c.before[id]
}

// Variant gives a variant as it will be, or nil for one that goes.
func (c *Change) Variant(id string) *Variant {
	if c.after == nil {
		c.after = c.After.byID()
	}
	return c.after[id]
}

func (r *Record) byID() map[string]*Variant {
	out := make(map[string]*Variant, len(r.Variants))
	for i := range r.Variants {
		out[r.Variants[i].ID] = &r.Variants[i]
	}
	return out
}

// clone gives a record whose lists can be changed.
func (r *Record) clone() Record {
	c := *r
	c.Options, c.Images, c.Variants = slices.Clone(r.Options), slices.Clone(r.Images), slices.Clone(r.Variants)
	return c
}

func (s *Service) begin(before *Record) *Change {
	now := s.clock.Now()
	if before != nil {
		return &Change{Before: before, After: before.clone(), now: now}
	}
	return &Change{now: now, After: Record{Product: Product{Discountable: true, Status: Draft, CreatedAt: now, UpdatedAt: now}}}
}

// Plan says what becomes of a product, nil for a new one, without looking into the database. A new product without
// channels goes into the one given, if it is not empty. Fault: Invalid with every problem; ErrSKUTaken, ErrOptionsTaken and
// their kin for two variants of the input.
func (s *Service) Plan(before *Record, in ProductPatch, variants patch.Optional[[]VariantPatch], channel string) (*Change, error) {
	c, p := s.begin(before), &problems{}
	r := &c.After
	if before == nil {
		p.id("id", in.ID)
		r.ID = keep(in.ID, "prod", c.now, &c.kept.products)
		if !in.CreatedAt.IsZero() {
			r.CreatedAt = in.CreatedAt.UTC().Truncate(time.Millisecond)
		}
		if y := r.CreatedAt.Year(); y < 1 || y > 9999 {
			p.add("created_at", fault.Range, "must be of the years 1 to 9999")
		}
		if !in.Channels.IsSet() && channel != "" {
			in.Channels = patch.Some([]string{channel})
		}
		if given, _ := variants.Get(); len(given) == 0 {
			variants = patch.Some[[]VariantPatch](nil) // and hear that there is none
		}
	}
	c.handleMade = p.product(r, in) && (before == nil || before.Title != r.Title)
	p.lists(r, in)
	aliases := p.images(c, in.Images)
	p.thumbnail(c, in.Thumbnail)
	p.options(c, in.Options)
	if variants.IsSet() {
		given, _ := variants.Get()
		p.variants(c, given, aliases)
	} else if in.Options.IsSet() {
		p.arrange(c)
	}
	return c.settled(p)
}

// keep gives an id to keep, and remembers it, or a new one.
func keep(given, prefix string, now time.Time, kept *[]string) string {
	if given == "" {
		return id.New(prefix, now)
	}
	*kept = append(*kept, given)
	return given
}

// settled ends planning: what hangs on the lists as they are now, and the fault of all problems.
func (c *Change) settled(p *problems) (*Change, error) {
	r := &c.After
	for i := range r.Variants {
		if v := &r.Variants[i]; v.ImageID != nil && !slices.ContainsFunc(r.Images, func(i Image) bool { return i.ID == *v.ImageID }) {
			v.ImageID = nil // it went
		}
	}
	slices.SortStableFunc(r.Variants, func(a, b Variant) int { return a.Rank - b.Rank })
	if err := fault.Fields(ReasonInvalid, p.list...); err != nil {
		return nil, err
	}
	if err := r.distinct(); err != nil {
		return nil, err
	}
	return c, nil
}

// product sets what is in a product's own row, and tells whether a handle is to be made.
func (p *problems) product(r *Record, in ProductPatch) (makeHandle bool) {
	p.filled("title", in.Title, &r.Title)
	p.nullable("subtitle", in.Subtitle, &r.Subtitle, maxURL)
	if in.Description.IsSet() {
		r.Description = nil
		if text := in.Description.Or(""); text != "" {
			p.body("description", text)
			r.Description = &text
		}
	}
	makeHandle = p.handle(in.Handle, &r.Handle)
	p.flag("is_giftcard", in.GiftCard, &r.GiftCard)
	p.flag("discountable", in.Discountable, &r.Discountable)
	in.Status.Apply(&r.Status)
	if !slices.Contains([]Status{Draft, Proposed, Published, Rejected}, r.Status) {
		p.add("status", fault.Unknown, "must be draft, proposed, published or rejected")
	}
	p.measures(in.MeasuresPatch, &r.Measures)
	p.nullable("collection_id", in.CollectionID, &r.CollectionID, maxText)
	p.nullable("profile_id", in.ProfileID, &r.ProfileID, maxText)
	p.nullable("external_id", in.ExternalID, &r.ExternalID, maxText)
	p.plain("page_title", in.PageTitle, &r.PageTitle, maxText)
	p.plain("page_description", in.PageDescription, &r.PageDescription, maxURL)
	p.plain("page_keywords", in.PageKeywords, &r.PageKeywords, maxURL)
	p.translations(in.Translations, &r.Translations, productTexts)
	p.metadata(in.Metadata, &r.Metadata)
	return makeHandle
}

// lists sets what a product is filed under.
func (p *problems) lists(r *Record, in ProductPatch) {
	p.words("types", in.Types, &r.Types, maxTags)
	p.words("tags", in.Tags, &r.Tags, maxTags)
	p.plain("vendor", in.Vendor, &r.Vendor, maxText)
	p.ids("categories", in.Categories, &r.Categories)
	p.ids("channels", in.Channels, &r.Channels)
}

// PlanVariant says what becomes of a product whose variant is changed, or that gets another one when which is nil. Faults:
// those of Plan, ErrVariantNotFound, ErrTooManyVariants.
func (s *Service) PlanVariant(before *Record, which *Ref, in VariantPatch) (*Change, error) {
	c, p := s.begin(before), &problems{}
	if which == nil {
		if len(before.Variants) >= MaxVariants {
			return nil, ErrTooManyVariants
		}
		v := c.newVariant(p, in)
		if n := len(before.Variants); n > 0 {
			v.Rank = before.Variants[n-1].Rank + 1
		}
		c.After.Variants = append(c.After.Variants, v)
		which = &Ref{ID: v.ID}
	}
	for i := range c.After.Variants {
		if v := &c.After.Variants[i]; which.is(v.ID, v.Number) {
			c.Named = []string{v.ID}
			p.variant(c, v, in, nil)
			return c.settled(p)
		}
	}
	return nil, ErrVariantNotFound
}

// PlanWithout says what becomes of a product that loses a variant. Faults: ErrVariantNotFound, ErrLastVariant.
func (s *Service) PlanWithout(before *Record, which Ref) (*Change, error) {
	c := s.begin(before)
	c.After.Variants = slices.DeleteFunc(c.After.Variants, func(v Variant) bool { return which.is(v.ID, v.Number) })
	switch {
	case len(c.After.Variants) == len(before.Variants):
		return nil, ErrVariantNotFound
	case len(c.After.Variants) == 0:
		return nil, ErrLastVariant
	}
	return c, nil
}
