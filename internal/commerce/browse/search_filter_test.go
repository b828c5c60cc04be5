package browse

import (
	"encoding/json"
	"strings"
	"testing"

	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/search"
)

// toy is a candidate that filters are tried on.
func toy() *candidate {
	price := int64(1500)
	c := &candidate{inStock: true, price: &price}
	c.facts.add(factCollection, "pcol_1", "")
	c.facts.add(factCategory, "pcat_1", "Toys")
	c.facts.add(factType, "ptyp_1", "Toy")
	c.facts.add(factTag, "ptag_1", "new")
	c.facts.add(factTag, "ptag_2", "二手 ok")
	c.facts.add(factVendor, "vendor_1", "Acme")
	return c
}

func parse(t *testing.T, text string) (Filter, error) {
	t.Helper()
	var from any
	if err := json.Unmarshal([]byte(text), &from); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return ParseFilter(from)
}

func TestFilterHolds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`null`: true, `""`: true, `[]`: true, `{}`: true, `[[]]`: true, `{"type_id": null}`: true, `"  "`: true,
		`"collection_id = pcol_1"`: true, `"collection_id = pcol_2"`: false, `"collection_id != pcol_2"`: true,
		`"type = toy"`: true, `"type = \"Toy\""`: true, `"type_id = ptyp_1"`: true, `"type_id = 'ptyp_1'"`: true, `"vendor = ＡＣＭＥ"`: true,
		`"tags = '二手 ok'"`: true, `"tags IN [old, new]"`: true, `"tags IN []"`: false, `"tags NOT IN [old]"`: true, `"NOT tags = new"`: false,
		`"category_id = Toys"`: false, `"category_id = pcat_1"`: true,
		`"tags = old AND tags = new OR price > 1"`:                                        true,
		`"tags = old AND (tags = new OR price > 1)"`:                                      false,
		`"collection_id = pcol_1 AND (type = \"x\" OR tags = \"new\") AND price >= 1000"`: true,
		`"price >= 1500 AND price <= 1500 AND price = 1500"`:                              true,
		`"price 1000 TO 2000"`:                                                            true, `"price 1600 TO 2000"`: false, `"price != 1500"`: false, `"not price < 1500"`: true,
		`"in_stock = true"`: true, `"in_stock=false"`: false, `"in_stock != false"`: true,
		`["tags = new", "type = toy"]`: true, `["tags = new", "type = food"]`: false, `[["tags = old", "type = toy"], "price<9999"]`: true,
		`[["tags = old", ["type = toy", "tags = new"]]]`: true, `[["tags = old", ["type = toy", "tags = old"]]]`: false,
		`{"tags": ["old", "new"], "collection_id": "pcol_1"}`: true, `{"tags": []}`: false,
		`{"price": {"gte": 1000, "lt": 1500}}`: false, `{"price": {"gte": 1500}, "in_stock": true}`: true, `{"price": 1500}`: true,
		`"NOT (tags = new AND in_stock = true)"`: false, `"tags = \"\\\"\""`: false,
	} {
		f, err := parse(t, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := f.holds(toy()); got != want {
			t.Errorf("%s holds: %v", text, got)
		}
	}
}

func TestFilterFaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"colour = red"`:                    `filter: unknown attribute "colour" at character 1`,
		`"type = toy AND colour = red"`:     `filter: unknown attribute "colour" at character 16`,
		`"type"`:                            `filter: =, != or IN expected at character 5`,
		`"type ="`:                          `filter: a value expected at character 7`,
		`"(type = toy"`:                     `filter: ) expected at character 12`,
		`"type = toy)"`:                     `filter: AND, OR or the end expected at character 11`,
		`"type = toy type = toy"`:           `filter: AND, OR or the end expected at character 12`,
		`"type > toy"`:                      `filter: type is compared by = and != only; wrong sign at character 8`,
		`"price > cheap"`:                   `filter: an integer of minor units expected at character 9`,
		`"price 1 OR 2"`:                    `filter: TO expected at character 9`,
		`"in_stock = yes"`:                  `filter: true or false expected at character 12`,
		`"type = \"toy"`:                    `filter: a value expected at character 8`,
		`"type IN toy"`:                     `filter: [ expected at character 9`,
		`"type IN [toy toy]"`:               `filter: , or ] expected at character 14`,
		`"type NOT toy"`:                    `filter: IN expected at character 10`,
		`"AND"`:                             `filter: unknown attribute "AND" at character 1`,
		`"类型 = 1"`:                          `filter: unknown attribute "类型" at character 1`,
		`["type = toy", "type ! toy"]`:      `filter[1]: =, != or IN expected at character 6`,
		`7`:                                 `filter must be a string, an array or an object`,
		`[7]`:                               `filter[0] must be a string, an array or an object`,
		`{"colour": "red", "type": 7}`:      `filter.colour is not an attribute to filter by, filter.type must be a string or an array of strings`,
		`{"price": {"over": 7}}`:            `filter.price.over is none of gt, gte, lt, lte`,
		`{"price": {"gt": 7.5}}`:            `filter.price.gt must be an integer of minor units`,
		`{"in_stock": "yes"}`:               `filter.in_stock must be a boolean`,
		`"` + strings.Repeat("(", 50) + `"`: `filter: too deep at character 22`,
	} {
		_, err := parse(t, text)
		if f := fault.As(err); f == nil || f.Code != fault.Invalid || f.Message != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	for name, text := range map[string]string{
		"long": `"` + strings.Repeat("type = a OR ", 1000) + `type = a"`,
		"wide": `"` + strings.Repeat("type=a OR ", 250) + `type=a"`,
		"list": `{"type": [` + strings.Repeat(`"a",`, 300) + `"a"]}`,
		"deep": strings.Repeat("[", 100) + strings.Repeat("]", 100),
		"many": `[` + strings.Repeat(`"type = a",`, 300) + `"type = a"]`,
	} {
		if _, err := parse(t, text); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{`"type = toy AND (price >= 1 OR NOT tags IN [a, 'b'])"`, `{"price": {"gte": 1}, "tags": ["a"]}`, `[["in_stock = true"]]`,
		`"price 1 TO 2"`, `"type = \"a\\\"b\""`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var from any = text
		if json.Unmarshal([]byte(text), &from) != nil {
			from = text
		}
		filter, err := ParseFilter(from)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		// What the index is asked holds for whatever the filter holds for.
		c := toy()
		if filter.holds(c) && !indexed(filter.node, c) {
			t.Errorf("%q holds, and the index would not find it", text)
		}
		if !filter.looksUp() && filter.holds(c) != indexed(filter.node, c) {
			t.Errorf("%q is another thing to the index", text)
		}
		_ = search.All(filter.cond())
	})
}

// indexed tells whether the index finds a candidate by what a filter asks it, which node.cond says to it.
func indexed(n node, c *candidate) bool {
	switch n.op {
	case opPrice, opStock:
		return true
	case opNot:
		if n.looksUp() {
			return indexed(n.of[0].denied(), c)
		}
		return !indexed(n.of[0], c)
	case opAll:
		for _, part := range n.of {
			if !indexed(part, c) {
				return false
			}
		}
		return true
	case opAny:
		for _, part := range n.of {
			if indexed(part, c) {
				return true
			}
		}
		return false
	}
	return n.holds(c)
}
