package transfer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// shelves finds the collections and categories that a file names, and makes those that are new. What it found it remembers
// for the import.
type shelves struct {
	browse  *browse.Service
	catalog *catalog.Service
	dry     bool // make nothing

	collections map[string]string // id by handle or title
	byHandle    map[string]string // category id by handle
	byPath      map[string]string // category id by names, joined
}

func newShelves(o Options, dry bool) shelves {
	return shelves{browse: o.Browse, catalog: o.Catalog, dry: dry,
		collections: map[string]string{}, byHandle: map[string]string{}, byPath: map[string]string{}}
}

// maxRemembered bounds what an import remembers.
const maxRemembered = 100_000

func remember(m map[string]string, key, id string) string {
	if len(m) < maxRemembered {
		m[key] = id
	}
	return id
}

// collection finds a collection by its handle, or the handle that its title makes, and makes one of that title else.
func (s *shelves) collection(ctx context.Context, name string) (string, error) {
	if id, ok := s.collections[name]; ok {
		return id, nil
	}
	found, _, err := s.browse.Collections(ctx, browse.CollectionQuery{Handles: []string{name, catalog.HandleOf(name)}, Limit: 1})
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return remember(s.collections, name, found[0].ID), nil
	}
	if s.dry {
		return "", nil
	}
	made, _, err := s.catalog.PutCollection(ctx, catalog.CollectionPatch{Title: patch.Some(name)})
	if err != nil {
		return "", plainly(err)
	}
	return remember(s.collections, name, made.ID), nil
}

// categories finds categories by their handles. A handle that no category has is refused: it says nothing of its place.
func (s *shelves) categories(ctx context.Context, handles []string) ([]string, error) {
	ids := make([]string, 0, len(handles))
	for _, h := range handles {
		id, ok := s.byHandle[h]
		if !ok {
			found, _, err := s.browse.Categories(ctx, browse.CategoryQuery{Staff: true, Handle: &h, Limit: 1})
			if err != nil {
				return nil, err
			}
			if len(found) == 0 {
				return nil, fmt.Errorf("there is no category %q", h)
			}
			id = remember(s.byHandle, h, found[0].ID)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// path finds a category by the names from its root, and makes what is missing of the way. In a dry run that is nothing, and
// the id is empty.
func (s *shelves) path(ctx context.Context, names []string) (string, error) {
	var parent string
	for i, name := range names {
		key := strings.Join(names[:i+1], "\x1f")
		id, ok := s.byPath[key]
		if !ok {
			var err error
			if id, err = s.child(ctx, parent, name); err != nil || id == "" {
				return "", err
			}
			remember(s.byPath, key, id)
		}
		parent = id
	}
	return parent, nil
}

// child finds a category by its name under a parent, or makes it.
func (s *shelves) child(ctx context.Context, parent, name string) (string, error) {
	found, _, err := s.browse.Categories(ctx, browse.CategoryQuery{Staff: true, Parent: &parent, Q: name, Limit: 1000})
	if err != nil {
		return "", err
	}
	for _, c := range found {
		if strings.EqualFold(c.Name, name) {
			return c.ID, nil
		}
	}
	if s.dry {
		return "", nil
	}
	p := catalog.CategoryPatch{Name: patch.Some(name)}
	if parent != "" {
		p.ParentID = patch.Some(parent)
	}
	made, err := s.catalog.CreateCategory(ctx, p)
	if err != nil {
		return "", plainly(err)
	}
	return made.ID, nil
}

// plainly gives a fault as its message alone.
func plainly(err error) error {
	if f := fault.As(err); f != nil && f.Code != fault.Internal {
		return errors.New(f.Message)
	}
	return err
}
