package promotion

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

const (
	maxID          = 128 // bytes
	maxCode        = 100 // characters
	maxDescription = 500
	maxMetadata    = 16 << 10 // bytes
	maxRegions     = 500
	maxResources   = 10_000
	maxAmount      = 1_000_000_000_000 // minor units
	maxUses        = 1_000_000_000
)

// NormalCode is the code of a discount as it is kept: what a shopper types may be in any case.
func NormalCode(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

// duration is an ISO 8601 duration of one part at least.
var duration = regexp.MustCompile(`^P(\d{1,6}Y)?(\d{1,6}M)?(\d{1,6}W)?(\d{1,6}D)?(T(\d{1,6}H)?(\d{1,6}M)?(\d{1,6}S)?)?$`)

// normalise brings a discount into the one form in which it is kept, or gives a fault of all that is wrong with it.
func (d *Discount) normalise() error {
	d.Code = NormalCode(d.Code)
	d.StartsAt, d.EndsAt = millis(d.StartsAt), millis(d.EndsAt)
	d.Regions = sorted(d.Regions)
	var p problems
	p.id("id", d.ID)
	p.code(d.Code)
	p.times(d.StartsAt, d.EndsAt)
	if v := d.ValidDuration; v != nil && (!duration.MatchString(*v) || strings.HasSuffix(*v, "P") || strings.HasSuffix(*v, "T")) {
		p.add("valid_duration", fault.Format, "valid_duration must be an ISO 8601 duration")
	}
	if v := d.ValidDuration; v != nil && !d.Dynamic {
		p.add("valid_duration", fault.Format, "valid_duration must be null unless is_dynamic")
	}
	if n := d.UsageLimit; n != nil && (*n < 1 || *n > maxUses) {
		p.add("usage_limit", fault.Range, fmt.Sprintf("usage_limit must be from 1 to %d", maxUses))
	}
	if d.ParentID != nil {
		d.checkChild(&p)
	} else {
		p.regions(d.Regions)
		d.Rule.normalise(&p)
	}
	d.Metadata = p.object("metadata", d.Metadata)
	return fault.Fields(reasonInvalidDiscount, p.list...)
}

// checkChild checks a code that has a parent: its rule and its regions are the parent's.
func (d *Discount) checkChild(p *problems) {
	p.id("parent_discount_id", *d.ParentID)
	if !d.Dynamic {
		p.add("is_dynamic", fault.Format, "is_dynamic must be true for a code with a parent")
	}
	if len(d.Regions) > 0 {
		p.add("regions", fault.Format, "regions must be none for a code with a parent")
	}
	if r := d.Rule; r.Type != "" || r.Value != 0 || r.Allocation != "" || len(r.Conditions) > 0 {
		p.add("rule", fault.Format, "rule must be none for a code with a parent")
	}
}

// normalise checks what a rule takes off, and puts its conditions in order.
func (r *Rule) normalise(p *problems) {
	switch r.Type {
	case Percentage:
		p.between("rule.value", r.Value, 0, 100)
	case Fixed:
		p.between("rule.value", r.Value, 0, maxAmount)
	case FreeShipping:
		p.between("rule.value", r.Value, 0, 0)
	default:
		p.add("rule.type", fault.Unknown, "rule.type must be percentage, fixed or free_shipping")
	}
	switch {
	case r.Type == FreeShipping && r.Allocation != "":
		p.add("rule.allocation", fault.Format, "rule.allocation must be null for free shipping")
	case r.Type != FreeShipping && r.Allocation != Total && r.Allocation != Item:
		p.add("rule.allocation", fault.Unknown, "rule.allocation must be total or item")
	}
	if r.Description != nil {
		p.text("rule.description", *r.Description, maxDescription)
	}
	twice := map[[2]string]bool{}
	conditions := slices.Clone(r.Conditions)
	for i := range conditions {
		c := &conditions[i]
		name := fmt.Sprintf("rule.conditions[%d]", i)
		key := [2]string{string(c.Type), string(c.Operator)}
		if twice[key] {
			p.add(name, fault.Taken, name+" has the type and operator of another condition")
		}
		twice[key] = true
		c.normalise(p, name)
	}
	r.Conditions = sortedConditions(conditions)
}

func (c *Condition) normalise(p *problems, name string) {
	if !slices.Contains([]ConditionType{Products, Types, Collections, Tags, CustomerGroups}, c.Type) {
		p.add(name+".type", fault.Unknown, name+".type must be products, product_types, product_collections, product_tags or customer_groups")
	}
	if c.Operator != In && c.Operator != NotIn {
		p.add(name+".operator", fault.Unknown, name+".operator must be in or not_in")
	}
	c.Resources = sorted(c.Resources)
	switch {
	case len(c.Resources) == 0:
		p.add(name, fault.Required, name+" must name one resource at least")
	case len(c.Resources) > maxResources:
		p.add(name, fault.TooLong, fmt.Sprintf("%s must name at most %d resources", name, maxResources))
	}
	for _, r := range c.Resources {
		p.id(name, r)
	}
}

// sorted gives a list in order and without doubles.
func sorted(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

func sortedConditions(list []Condition) []Condition {
	slices.SortFunc(list, func(a, b Condition) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Operator, b.Operator))
	})
	return list
}

// millis cuts a time to what the database keeps.
func millis(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}

func noParent() error {
	return fault.Fields(reasonInvalidDiscount, fault.Field{Name: "parent_discount_id", Rule: fault.Unknown,
		Message: "parent_discount_id must be a dynamic discount without a parent"})
}

func mixedCurrencies() error {
	return fault.Fields(reasonInvalidDiscount, fault.Field{Name: "regions", Rule: fault.Unknown,
		Message: "regions must share one currency for a fixed amount"})
}

func usedMore() error {
	return fault.Fields(reasonInvalidDiscount, fault.Field{Name: "usage_limit", Rule: fault.Range,
		Message: "usage_limit must not be below the number of uses so far"})
}

// problems collects what is wrong with an input.
type problems struct{ list []fault.Field }

func (p *problems) add(name string, rule fault.Rule, message string) {
	p.list = append(p.list, fault.Field{Name: name, Rule: rule, Message: message})
}

// id checks an id that someone else may have made. It may be empty, for the caller to say what that means.
func (p *problems) id(name, value string) {
	if len(value) > maxID || !db.Storable(value) || strings.ContainsFunc(value, unicode.IsControl) {
		p.add(name, fault.Format, fmt.Sprintf("%s must be an id of at most %d bytes", name, maxID))
	}
}

func (p *problems) code(value string) {
	switch {
	case value == "":
		p.add("code", fault.Required, "code should not be empty")
	case !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }):
		p.add("code", fault.Format, "code must be text without spaces")
	case utf8.RuneCountInString(value) > maxCode:
		p.add("code", fault.TooLong, fmt.Sprintf("code must be at most %d characters", maxCode))
	}
}

func (p *problems) text(name, value string, most int) {
	switch {
	case !db.Storable(value):
		p.add(name, fault.Format, name+" must be text in UTF-8 without zero bytes")
	case utf8.RuneCountInString(value) > most:
		p.add(name, fault.TooLong, fmt.Sprintf("%s must be at most %d characters", name, most))
	}
}

func (p *problems) regions(list []string) {
	switch {
	case len(list) == 0:
		p.add("regions", fault.Required, "regions must name one region at least")
	case len(list) > maxRegions:
		p.add("regions", fault.TooLong, fmt.Sprintf("regions must be at most %d", maxRegions))
	}
	for _, r := range list {
		p.id("regions", r)
	}
}

// times checks from when until when something holds; zero times are open.
func (p *problems) times(starts, ends time.Time) {
	if !ends.IsZero() && !ends.After(starts) {
		p.add("ends_at", fault.Range, "ends_at must be after starts_at")
	}
	for _, t := range []time.Time{starts, ends} {
		if !t.IsZero() && (t.Year() < 1970 || t.Year() > 9999) {
			p.add("starts_at", fault.Range, "starts_at and ends_at must be from 1970 to 9999")
			return
		}
	}
}

func (p *problems) between(name string, value, least, most int64) {
	if value < least || value > most {
		p.add(name, fault.Range, fmt.Sprintf("%s must be from %d to %d", name, least, most))
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
	if b.Len() > maxMetadata {
		p.add(name, fault.TooLong, fmt.Sprintf("%s must be at most %d bytes", name, maxMetadata))
	}
	return b.Bytes()
}
