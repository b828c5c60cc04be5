package shoptest

import (
	"maps"
	"slices"
	"strings"
)

// comparison is of two schemas, of a request or of an answer.
type comparison struct {
	*coverage
	request bool
}

// schema compares want with have and all below them. Loaded are the relations that come, as paths from here: "customer",
// "customer.orders". Above are the schemas that want stands in.
func (c *comparison) schema(where string, want, have tree, loaded, above []string) {
	if !c.kinds(where, want, have) {
		return
	}
	if ref, ok := want["$ref"].(string); ok {
		if slices.Contains(above, ref) && len(loaded) == 0 { // a schema within itself
			return
		}
		above = append(slices.Clone(above), ref)
	}
	wanted, there := shapeOf(c.coverage.want, want), shapeOf(c.coverage.have, have)
	if wanted.items != nil && there.items != nil {
		c.schema(where+"[]", wanted.items, there.items, loaded, above)
	}
	if len(wanted.properties) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(wanted.properties)) {
		c.property(where, name, wanted, there, loaded, above)
	}
	if c.request {
		for _, name := range there.required {
			if !slices.Contains(wanted.required, name) {
				c.report(where+"."+name, "is required, and the reference does not require it")
			}
		}
	}
}

func (c *comparison) property(where, name string, wanted, there shape, loaded, above []string) {
	want, have := wanted.properties[name], there.properties[name]
	within, isLoaded := below(loaded, name)
	required := slices.Contains(wanted.required, name)
	expected := c.request || isLoaded || !relation(want, required)
	where += "." + name
	switch {
	case have == nil && expected:
		c.report(where, "is missing")
	case have == nil:
	case !expected:
		c.kinds(where, want, have)
	default:
		if required && !c.request && !slices.Contains(there.required, name) {
			c.report(where, "may be left out, and the reference requires it")
		}
		c.schema(where, want, have, within, above)
	}
}

// below gives the relations that are loaded below the property, and whether it is loaded itself.
func below(loaded []string, name string) (within []string, isLoaded bool) {
	for _, path := range loaded {
		first, rest, deeper := strings.Cut(path, ".")
		if first != name {
			continue
		}
		isLoaded = true
		if deeper {
			within = append(within, rest)
		}
	}
	return within, isLoaded
}

// relation tells whether a property of the reference is another thing, which comes only when it is asked for.
func relation(p tree, required bool) bool {
	if _, marked := p["x-expandable"]; marked {
		return true
	}
	_, one := p["$ref"]
	_, many := p.sub("items")["$ref"]
	return !required && (one || many)
}

// kinds compares what the values may be, and tells whether there is more to compare.
func (c *comparison) kinds(where string, want, have tree) bool {
	wanted, there := kindsOf(c.coverage.want, want), kindsOf(c.coverage.have, have)
	if len(wanted) == 0 { // anything will do
		return false
	}
	for _, k := range wanted {
		if !slices.Contains(there, k) {
			c.report(where, "is %s, want %s", spell(there), spell(wanted))
			return false
		}
	}
	for _, k := range there {
		if k != "null" && !slices.Contains(wanted, k) {
			c.report(where, "is %s, want %s", spell(there), spell(wanted))
			return false
		}
	}
	return true
}

func spell(kinds []string) string {
	if len(kinds) == 0 {
		return "without a type"
	}
	return strings.Join(kinds, " or ")
}

// kindsOf gives the JSON types that a schema allows, as OpenAPI 3.0 or 3.1 says it, sorted. None means that it says none.
func kindsOf(doc, s tree) []string {
	var out []string
	if s["nullable"] == true { // also beside a $ref, where 3.0 would have it ignored and means it all the same
		out = append(out, "null")
	}
	s = resolve(doc, s)
	if s["nullable"] == true {
		out = append(out, "null")
	}
	if kind, ok := s["type"].(string); ok {
		out = append(out, kind)
	}
	out = append(out, s.words("type")...)
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		for _, x := range s.list(key) {
			out = append(out, kindsOf(doc, x)...)
		}
	}
	if s.sub("properties") != nil {
		out = append(out, "object")
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// shape is what a schema says of objects and arrays, with the parts that it is composed of.
type shape struct {
	properties map[string]tree
	required   []string
	items      tree
}

func shapeOf(doc, s tree) shape {
	s = resolve(doc, s)
	out := shape{properties: map[string]tree{}, required: s.words("required"), items: s.sub("items")}
	for name := range s.sub("properties") {
		out.properties[name] = s.sub("properties").sub(name)
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		for _, x := range s.list(key) {
			part := shapeOf(doc, x)
			maps.Copy(out.properties, part.properties)
			if key == "allOf" || objects(doc, s.list(key)) == 1 { // the others are null, or no objects
				out.required = append(out.required, part.required...)
			}
			if out.items == nil {
				out.items = part.items
			}
		}
	}
	return out
}

// objects counts the schemas that allow an object.
func objects(doc tree, list []tree) int {
	n := 0
	for _, s := range list {
		if slices.Contains(kindsOf(doc, s), "object") {
			n++
		}
	}
	return n
}
