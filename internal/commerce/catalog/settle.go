package catalog

import (
	"fmt"
	"slices"
	"strings"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// Settle looks into the database for what the changes need and must not meet: it refuses, in Change.Err, those that name
// what is not there or want what another has, and finds the handles that are to be made. Changes are settled in their
// order, as if each were done before the next. The number of statements does not depend on that of the changes.
//
// Another transaction may still be quicker; then Save violates a constraint, which Fault puts into words.
func (s *Service) Settle(tx *db.Tx, changes []*Change) error {
	var open []*Change
	for _, c := range changes {
		if c.Err == nil && c.Changed() {
			open = append(open, c)
		}
	}
	if len(open) == 0 {
		return nil
	}
	if err := settleReferences(tx, open); err != nil {
		return err
	}
	if err := settleIDs(tx, open); err != nil {
		return err
	}
	return settleKeys(tx, open)
}

// settleReferences looks for the collections and categories that are named.
func settleReferences(tx *db.Tx, changes []*Change) error {
	var collections, categories []string
	for _, c := range changes {
		if id := c.After.CollectionID; id != nil && (c.Before == nil || !same(id, c.Before.CollectionID)) {
			collections = append(collections, *id)
		}
		categories = append(categories, c.After.Categories...)
	}
	have, err := owners(tx, `select id, id from product_collections where deleted_at is null and id in {keys}`, collections)
	if err != nil {
		return err
	}
	tree, err := loadTree(tx, categories)
	if err != nil {
		return err
	}
	for _, c := range changes {
		c.tree = tree
		if id := c.After.CollectionID; id != nil && (c.Before == nil || !same(id, c.Before.CollectionID)) && have[*id] == "" {
			c.Err = ErrNoCollection
		}
		for i, id := range c.After.Categories {
			if _, ok := tree[id]; !ok && c.Err == nil {
				c.Err = naming(ErrNoCategory, fmt.Sprintf("categories[%d]", i))
			}
		}
	}
	return nil
}

// settleIDs looks whether the ids to keep are free. Also those of deleted rows are not: the books may name them.
func settleIDs(tx *db.Tx, changes []*Change) error {
	for _, k := range []struct {
		query string
		kept  func(c *Change) []string
	}{
		{`select id, id from products where id in {keys}`, func(c *Change) []string { return c.kept.products }},
		{`select id, id from variants where id in {keys}`, func(c *Change) []string { return c.kept.variants }},
		{`select id, id from product_images where id in {keys}`, func(c *Change) []string { return c.kept.images }},
	} {
		var all []string
		for _, c := range changes {
			all = append(all, k.kept(c)...)
		}
		have, err := owners(tx, k.query, all)
		if err != nil {
			return err
		}
		for _, c := range changes {
			for _, id := range k.kept(c) {
				if have[id] != "" && c.Err == nil {
					c.Err = ErrIDTaken.WithMessage("The id " + id + " is already in use")
				}
				have[id] = id
			}
		}
	}
	return nil
}

// claims is who has which value, the product's id by the value.
type claims map[string]string

// free tells whether a product may have a value.
func (c claims) free(value, product string) bool { return c[value] == "" || c[value] == product }

// move takes a product's old values from it and gives it its new ones.
func (c claims) move(product string, old, new []string) {
	for _, v := range old {
		if c[v] == product {
			delete(c, v)
		}
	}
	for _, v := range new {
		c[v] = product
	}
}

// settleKeys looks whether handles, external ids and what is unique among variants are free.
func settleKeys(tx *db.Tx, changes []*Change) error {
	handles, err := claimedHandles(tx, changes)
	if err != nil {
		return err
	}
	externals, err := claimed(tx, changes, `select external_id, id from products where deleted_at is null and external_id in {keys}`, external)
	if err != nil {
		return err
	}
	codes := make([]claims, len(uniques))
	for i, u := range uniques {
		if codes[i], err = claimed(tx, changes, u.owners, u.values); err != nil {
			return err
		}
	}
	for _, c := range changes {
		if c.Err == nil {
			c.Err = c.claim(handles, externals, codes)
		}
	}
	return nil
}

// claim takes what a change needs, or says what is taken.
func (c *Change) claim(handles, externals claims, codes []claims) error {
	r := &c.After
	if c.handleMade {
		r.Handle = c.freeHandle(handles)
	}
	if !handles.free(r.Handle, r.ID) {
		return ErrHandleTaken.WithMessage("Product with handle " + r.Handle + " already exists.")
	}
	if r.ExternalID != nil && !externals.free(*r.ExternalID, r.ID) {
		return ErrExternalTaken
	}
	for i, u := range uniques {
		for n := range r.Variants {
			if text := *u.of(&r.Variants[n]); text != nil && !codes[i].free(*text, r.ID) {
				return naming(u.taken, fmt.Sprintf("variants[%d].%s", n, u.column))
			}
		}
	}
	handles.move(r.ID, handle(c.Before), handle(r))
	externals.move(r.ID, external(c.Before), external(r))
	for i, u := range uniques {
		codes[i].move(r.ID, u.values(c.Before), u.values(r))
	}
	return nil
}

// claimed reads who has the values that changes bring.
func claimed(tx *db.Tx, changes []*Change, query string, of func(*Record) []string) (claims, error) {
	var fresh []string
	for _, c := range changes {
		old := of(c.Before)
		for _, v := range of(&c.After) {
			if !slices.Contains(old, v) {
				fresh = append(fresh, v)
			}
		}
	}
	return owners(tx, query, fresh)
}

const handleOwners = `select handle, id from products where deleted_at is null and handle in {keys}`

// claimedHandles reads who has the handles that changes bring, and those to try where one that is to be made is taken.
func claimedHandles(tx *db.Tx, changes []*Change) (claims, error) {
	for _, c := range changes {
		if c.handleMade {
			c.After.Handle = handleOr(c.After.Title, "product")
		}
	}
	have, err := claimed(tx, changes, handleOwners, handle)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var more []string
	for _, c := range changes {
		h := c.After.Handle
		if c.handleMade && (have[h] != "" || seen[h]) {
			more = append(more, candidates(h)...)
		}
		seen[h] = true
	}
	others, err := owners(tx, handleOwners, more)
	for h, product := range others {
		have[h] = product
	}
	return have, err
}

// freeHandle gives the first handle that is free: as it is made, with a number, or else with what nobody has.
func (c *Change) freeHandle(handles claims) string {
	r := &c.After
	if handles.free(r.Handle, r.ID) {
		return r.Handle
	}
	if !c.Crowded {
		for _, h := range candidates(r.Handle) {
			if handles.free(h, r.ID) {
				return h
			}
		}
	}
	_, unique, _ := strings.Cut(id.New("h", c.now), "_")
	return r.Handle + "-" + strings.ToLower(unique)
}

func handle(r *Record) []string {
	if r == nil {
		return nil
	}
	return []string{r.Handle}
}

func external(r *Record) []string {
	if r == nil || r.ExternalID == nil {
		return nil
	}
	return []string{*r.ExternalID}
}

func (u unique) values(r *Record) []string {
	if r == nil {
		return nil
	}
	var out []string
	for i := range r.Variants {
		if text := *u.of(&r.Variants[i]); text != nil {
			out = append(out, *text)
		}
	}
	return out
}

// same compares nullable columns.
func same[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
