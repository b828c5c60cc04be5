package fulfillment

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

const (
	maxID     = 128
	maxName   = 255
	maxObject = 16 << 10          // bytes of data or of metadata
	maxAmount = 1_000_000_000_000 // minor units
)

// normalise brings an option into the one form in which it is kept, or gives a fault of all that is wrong with it.
func (o *Option) normalise(carriers map[string]Carrier) error {
	o.Name = strings.TrimSpace(o.Name)
	o.ProfileID = cmp.Or(o.ProfileID, DefaultID)
	if len(o.Data) == 0 {
		o.Data = json.RawMessage("{}")
	}
	o.Requirements = slices.SortedFunc(slices.Values(o.Requirements), func(a, b Requirement) int { return strings.Compare(string(b.Type), string(a.Type)) })
	var p problems
	p.word("id", o.ID)
	p.word("region_id", o.RegionID)
	p.word("profile_id", o.ProfileID)
	p.name(o.Name)
	if carriers[o.ProviderID] == nil {
		known := strings.Join(slices.Sorted(maps.Keys(carriers)), ", ")
		p.add("provider_id", fault.Unknown, "provider_id must be one of "+known)
	}
	o.checkPrice(&p)
	o.checkRequirements(&p)
	o.Data = p.object("data", o.Data)
	o.Metadata = p.object("metadata", o.Metadata)
	return fault.Fields(reasonInvalid, p.list...)
}

func (o *Option) checkPrice(p *problems) {
	switch {
	case o.PriceType != FlatRate && o.PriceType != Calculated:
		p.add("price_type", fault.Unknown, "price_type must be flat_rate or calculated")
	case o.PriceType == Calculated && o.Amount != nil:
		p.add("amount", fault.Format, "amount must be null where the price is calculated")
	case o.PriceType == FlatRate && o.Amount == nil:
		p.add("amount", fault.Required, "amount must be given for a flat rate")
	case o.Amount != nil:
		p.amount("amount", *o.Amount)
	}
}

func (o *Option) checkRequirements(p *problems) {
	bounds := map[RequirementType]int64{}
	for i, r := range o.Requirements {
		name := fmt.Sprintf("requirements[%d]", i)
		if r.Type != MinSubtotal && r.Type != MaxSubtotal {
			p.add(name+".type", fault.Unknown, name+".type must be min_subtotal or max_subtotal")
			continue
		}
		if _, twice := bounds[r.Type]; twice {
			p.add(name+".type", fault.Taken, name+".type is there twice")
		}
		bounds[r.Type] = r.Amount
		p.amount(name+".amount", r.Amount)
	}
	least, bounded := bounds[MinSubtotal]
	if most, ok := bounds[MaxSubtotal]; ok && bounded && least >= most {
		p.add("requirements", fault.Range, "requirements must have a min_subtotal below the max_subtotal")
	}
}

// sameAs tells whether a normalised option says what is there. It has no identity of its own.
func (o *Option) sameAs(b Option) bool {
	sameAmount := o.Amount == nil && b.Amount == nil || o.Amount != nil && b.Amount != nil && *o.Amount == *b.Amount
	return o.Name == b.Name && o.RegionID == b.RegionID && o.ProfileID == b.ProfileID && o.ProviderID == b.ProviderID &&
		o.PriceType == b.PriceType && sameAmount && o.IsReturn == b.IsReturn && o.AdminOnly == b.AdminOnly &&
		o.IncludesTax == b.IncludesTax && bytes.Equal(o.Data, b.Data) && bytes.Equal(o.Metadata, b.Metadata) &&
		slices.EqualFunc(o.Requirements, b.Requirements, func(x, y Requirement) bool { return x.Type == y.Type && x.Amount == y.Amount })
}

// problems collects what is wrong with an input.
type problems struct{ list []fault.Field }

func (p *problems) add(name string, rule fault.Rule, message string) {
	p.list = append(p.list, fault.Field{Name: name, Rule: rule, Message: message})
}

// word checks an id: it may be empty, for the caller to say what that means.
func (p *problems) word(name, value string) {
	if len(value) > maxID || !db.Storable(value) || strings.ContainsFunc(value, unicode.IsControl) {
		p.add(name, fault.Format, fmt.Sprintf("%s must be text of at most %d bytes", name, maxID))
	}
}

func (p *problems) name(value string) {
	switch {
	case value == "":
		p.add("name", fault.Required, "name should not be empty")
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		p.add("name", fault.Format, "name must be one line of text")
	case utf8.RuneCountInString(value) > maxName:
		p.add("name", fault.TooLong, fmt.Sprintf("name must be at most %d characters", maxName))
	}
}

func (p *problems) amount(name string, value int64) {
	if value < 0 || value > maxAmount {
		p.add(name, fault.Range, fmt.Sprintf("%s must be from 0 to %d", name, int64(maxAmount)))
	}
}

// object gives a JSON object without white space; nil stays nil.
func (p *problems) object(name string, value json.RawMessage) json.RawMessage {
	if value == nil {
		return nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, value); err != nil || !bytes.HasPrefix(b.Bytes(), []byte("{")) || !db.Storable(b.String()) {
		p.add(name, fault.Type, name+" must be an object")
		return value
	}
	if b.Len() > maxObject {
		p.add(name, fault.TooLong, fmt.Sprintf("%s must be at most %d bytes", name, maxObject))
	}
	return b.Bytes()
}
