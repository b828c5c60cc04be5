package browse

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
)

// Category is a node of the tree, with what stands next to it.
type Category struct {
	catalog.Category
	Parent   *catalog.Category // nil for a root, for one that shoppers do not see, and for a node inside of Children
	Children []Category        // by rank
}

// CategoryQuery is what a list of categories asks for. Empty members ask for nothing.
type CategoryQuery struct {
	Staff  bool    // inactive and internal ones too
	Q      string  // found in the name or the handle, whatever the case
	Handle *string // exact
	Parent *string // of this parent; empty for the roots
	Tree   bool    // Children go all the way down; else one level
	Limit  int     // 0 for MaxWords, as for what is above it
	Offset int
	Locale string // as in Pricing
}

// Categories lists categories by rank, with their parents and children, and counts them: four statements at most.
// A category under one that shoppers do not see is seen itself, as in the Store API.
func (s *Service) Categories(ctx context.Context, q CategoryQuery) ([]Category, int, error) {
	var f filter
	q.scope(&f)
	if q.Q != "" {
		f.like(q.Q, `c.name`, `c.handle`)
	}
	if q.Handle != nil {
		f.add(`c.handle = ?`, storable(*q.Handle))
	}
	switch {
	case q.Parent == nil:
	case *q.Parent == "":
		f.add(`c.parent_id is null`)
	default:
		f.add(`c.parent_id = ?`, storable(*q.Parent))
	}
	list, n, err := listed(ctx, s, q.row(), words{columns: categoryColumns, from: ` from product_categories c`, filter: f,
		order: ` order by c.rank, c.number`, limit: q.Limit, offset: q.Offset})
	if err != nil || len(list) == 0 {
		return nil, n, err
	}
	out, err := s.grown(ctx, q, list)
	return out, n, err
}

// Category gives one category with its parent and children. Shoppers do not see one that is inactive or internal. Fault:
// catalog.ErrCategoryNotFound. Of q only Staff, Tree and Locale are read.
func (s *Service) Category(ctx context.Context, which catalog.Ref, q CategoryQuery) (Category, error) {
	var f filter
	q.scope(&f)
	if which.ID != "" {
		f.add(`c.id = ?`, storable(which.ID))
	} else {
		f.add(`c.number = ?`, which.Number)
	}
	var found []catalog.Category
	err := s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		found, err = db.All(tx, q.row(), `select `+categoryColumns+` from product_categories c`+f.where(), f.args...)
		return err
	})
	if err != nil {
		return Category{}, err
	}
	if len(found) == 0 {
		return Category{}, catalog.ErrCategoryNotFound
	}
	out, err := s.grown(ctx, q, found)
	if err != nil {
		return Category{}, err
	}
	return out[0], nil
}

// scope leaves out what shoppers do not see.
func (q *CategoryQuery) scope(f *filter) {
	if !q.Staff {
		f.add(`c.is_active = 1 and c.is_internal = 0`)
	}
}

func (q *CategoryQuery) row() func(db.Scanner) (catalog.Category, error) {
	c, t := newCells(count(categoryColumns)), newTongue(q.Locale, true)
	return func(row db.Scanner) (catalog.Category, error) {
		if err := c.read(row); err != nil {
			return catalog.Category{}, err
		}
		out := c.category(t)
		return out, c.err
	}
}

// grown gives categories their parents and children: two statements.
func (s *Service) grown(ctx context.Context, q CategoryQuery, list []catalog.Category) ([]Category, error) {
	ids, parents := make([]string, len(list)), []string{}
	for i, c := range list {
		ids[i] = c.ID
		if c.ParentID != nil && !slices.Contains(parents, *c.ParentID) {
			parents = append(parents, *c.ParentID)
		}
	}
	var f filter
	q.scope(&f)
	and := ``
	if w := f.where(); w != "" {
		and = ` and` + w[len(` where`):]
	}
	var above, below []catalog.Category
	err := s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		if above, err = db.AllIn(tx, q.row(), `select `+categoryColumns+` from product_categories c where c.id in {keys}`+and, parents); err != nil {
			return err
		}
		children := `select ` + categoryColumns + ` from product_categories c where c.parent_id in {keys}` + and
		if q.Tree {
			children = `with recursive b (id) as (select c.id from product_categories c where c.parent_id in {keys}` + and + `
				union select c.id from b cross join product_categories c where c.parent_id = b.id` + and + `)
				select ` + categoryColumns + ` from b cross join product_categories c where c.id = b.id`
		}
		below, err = db.AllIn(tx, q.row(), children, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the tree of categories: %w", err)
	}
	levels := 1
	if q.Tree {
		levels = len(below)
	}
	return tree(list, above, below, levels), nil
}

// tree puts parents above and children below the categories of a list. Those below may come twice, when one of the list is
// below another.
func tree(list, above, below []catalog.Category, levels int) []Category {
	children := map[string][]catalog.Category{}
	seen := make(map[string]bool, len(below))
	for _, c := range below {
		if !seen[c.ID] {
			seen[c.ID] = true
			children[*c.ParentID] = append(children[*c.ParentID], c)
		}
	}
	var grow func(c catalog.Category, levels int) Category
	grow = func(c catalog.Category, levels int) Category {
		out := Category{Category: c}
		if levels == 0 {
			return out
		}
		own := children[c.ID]
		slices.SortFunc(own, func(a, b catalog.Category) int {
			return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Number, b.Number))
		})
		for _, child := range own {
			out.Children = append(out.Children, grow(child, levels-1))
		}
		return out
	}
	out := make([]Category, len(list))
	for i, c := range list {
		out[i] = grow(c, levels)
		if c.ParentID == nil {
			continue
		}
		if at := slices.IndexFunc(above, func(p catalog.Category) bool { return p.ID == *c.ParentID }); at >= 0 {
			parent := above[at]
			out[i].Parent = &parent
		}
	}
	return out
}
