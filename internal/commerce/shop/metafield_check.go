package shop

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"kaidian/internal/platform/fault"
)

const (
	maxDescription = 2000      // characters
	maxFields      = 100       // per bag
	maxKey         = 200       // characters
	maxValue       = 64 << 10  // bytes
	maxBag         = 256 << 10 // bytes of all keys and values
)

var metafieldName = regexp.MustCompile(`^[a-z0-9_-]{1,200}$`)

func (n NewMetafield) problems() []fault.Field {
	p := MetafieldPatch{Owner: &n.Owner, Name: &n.Name, Description: &n.Description, Fields: n.Fields}
	return p.problems()
}

func (p MetafieldPatch) problems() []fault.Field {
	var out []fault.Field
	switch {
	case p.Name == nil:
	case *p.Name == "":
		out = append(out, fault.Field{Name: "name", Rule: fault.Required, Message: "name should not be empty"})
	case !metafieldName.MatchString(*p.Name):
		out = append(out, fault.Field{
			Name: "name", Rule: fault.Format,
			Message: "name must be 1 to 200 lower-case letters, digits, - or _",
		})
	}
	if p.Owner != nil {
		out = append(out, p.Owner.problems()...)
	}
	if p.Description != nil {
		if rule, words := checkText("description", *p.Description, maxDescription); rule != "" {
			out = append(out, fault.Field{Name: "description", Rule: rule, Message: words})
		}
	}
	return append(out, fieldProblems(p.Fields)...)
}

func (o Owner) problems() []fault.Field {
	problem := func(name string, rule fault.Rule, words string) []fault.Field {
		return []fault.Field{{Name: name, Rule: rule, Message: words}}
	}
	switch {
	case o.Resource == "":
		return problem("owner_resource", fault.Required, "owner_resource should not be empty")
	case !slices.Contains(OwnerResources(), o.Resource):
		return problem("owner_resource", fault.Unknown, "owner_resource is not a kind of object that has metafields")
	case o.Resource == OwnerShop:
		if o.ID != "" || o.Number != 0 {
			return problem("owner_id", fault.Unknown, "owner_id of the shop must be 0")
		}
	case o.Number == 0:
		return problem("owner_id", fault.Required, "owner_id should not be empty")
	case o.ID == "":
		return problem("owner_id", fault.Unknown, "owner_id names nothing that exists")
	}
	return nil
}

// fieldProblems checks given fields, each and as a bag.
func fieldProblems(fields map[string]string) []fault.Field {
	if out := bagProblems(fields); out != nil {
		return out // the bag is out of bounds, and to list all that is wrong in it would be as well
	}
	var out []fault.Field
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if rule, words := checkField(key, fields[key]); rule != "" {
			out = append(out, fault.Field{Name: "fields", Rule: rule, Message: words})
		}
	}
	return out
}

func checkField(key, value string) (fault.Rule, string) {
	if key == "" {
		return fault.Required, "fields must not have an empty key"
	}
	if rule, words := checkText("a key of fields", key, maxKey); rule != "" {
		return rule, words
	}
	if len(value) > maxValue {
		return fault.TooLong, fmt.Sprintf("fields.%s must have %d bytes at most", key, maxValue)
	}
	return checkText("fields."+key, value, maxValue)
}

// bagProblems checks the size of a whole bag.
func bagProblems(fields map[string]string) []fault.Field {
	if len(fields) > maxFields {
		return []fault.Field{{
			Name: "fields", Rule: fault.Range,
			Message: fmt.Sprintf("fields must be %d at most", maxFields),
		}}
	}
	size := 0
	for key, value := range fields {
		size += len(key) + len(value)
	}
	if size > maxBag {
		return []fault.Field{{
			Name: "fields", Rule: fault.TooLong,
			Message: fmt.Sprintf("fields must have %d bytes at most, keys and values together", maxBag),
		}}
	}
	return nil
}
