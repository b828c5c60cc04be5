package store

import (
	"strings"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
)

// termFields are the fields of a tag or a type.
var termFields = fields[catalog.Term]{
	member("id", func(b []byte, t *catalog.Term) []byte { return appendText(b, t.ID) }),
	member("created_at", func(b []byte, t *catalog.Term) []byte { return appendTime(b, t.CreatedAt) }),
	member("updated_at", func(b []byte, t *catalog.Term) []byte { return appendTime(b, t.UpdatedAt) }),
	member("deleted_at", func(b []byte, _ *catalog.Term) []byte { return append(b, "null"...) }),
	member("value", func(b []byte, t *catalog.Term) []byte { return appendText(b, t.Value) }),
	member("metadata", func(b []byte, t *catalog.Term) []byte { return appendRaw(b, t.Metadata) }),
}

func appendTerm(b []byte, t *catalog.Term) []byte { return termFields.object(b, t) }

// appendCollection appends a collection.
func appendCollection(b []byte, c *catalog.Collection) []byte {
	b = appendText(append(b, `{"id":`...), c.ID)
	b = appendDates(b, c.CreatedAt, c.UpdatedAt)
	b = appendText(append(b, `,"title":`...), c.Title)
	b = appendText(append(b, `,"handle":`...), c.Handle)
	b = appendRaw(append(b, `,"metadata":`...), c.Metadata)
	return append(b, '}')
}

// appendImage appends a picture.
func appendImage(b []byte, i *catalog.Image) []byte {
	b = appendText(append(b, `{"id":`...), i.ID)
	b = appendDates(b, i.CreatedAt, i.UpdatedAt)
	b = appendText(append(b, `,"url":`...), i.URL)
	b = appendRaw(append(b, `,"metadata":`...), i.Metadata)
	return append(b, '}')
}

// categoryFields are the scalar fields of a category.
var categoryFields = fields[catalog.Category]{
	member("id", func(b []byte, c *catalog.Category) []byte { return appendText(b, c.ID) }),
	member("created_at", func(b []byte, c *catalog.Category) []byte { return appendTime(b, c.CreatedAt) }),
	member("updated_at", func(b []byte, c *catalog.Category) []byte { return appendTime(b, c.UpdatedAt) }),
	member("name", func(b []byte, c *catalog.Category) []byte { return appendText(b, c.Name) }),
	member("description", func(b []byte, c *catalog.Category) []byte { return appendText(b, c.Description) }),
	member("handle", func(b []byte, c *catalog.Category) []byte { return appendText(b, c.Handle) }),
	member("mpath", func(b []byte, c *catalog.Category) []byte { return appendText(b, strings.TrimSuffix(c.MPath, ".")) }),
	member("is_active", func(b []byte, c *catalog.Category) []byte { return appendBool(b, c.Active) }),
	member("is_internal", func(b []byte, c *catalog.Category) []byte { return appendBool(b, c.Internal) }),
	member("rank", func(b []byte, c *catalog.Category) []byte { return appendInt(b, int64(c.Rank)) }),
	member("parent_category_id", func(b []byte, c *catalog.Category) []byte { return appendTextOrNull(b, c.ParentID) }),
	member("metadata", func(b []byte, c *catalog.Category) []byte { return appendRaw(b, c.Metadata) }),
}

// appendPlainCategory appends a category without its relations.
func appendPlainCategory(b []byte, c *catalog.Category) []byte { return categoryFields.object(b, c) }

// categoryChoice is what there is to choose of categories.
var categoryChoice = showable{
	relations: []string{"parent_category", "category_children"},
	loaded:    []string{"parent_category", "category_children"},
	fields:    namesOf(categoryFields),
	kept:      []string{"id"},
}

// categoryListChoice is what there is to choose of categories in a list.
var categoryListChoice = categoryChoice.inList()

// categoryLens is what of categories one answer shows.
type categoryLens struct {
	scalars          fields[catalog.Category]
	parent, children bool
	tree             bool // children show their own
}

func categoryLensOf(c choice, tree bool) categoryLens {
	return categoryLens{scalars: categoryFields.pick(c.shows), parent: c.loads("parent_category"), children: c.loads("category_children") || tree, tree: tree}
}

// object appends a category with its neighbours.
func (l categoryLens) object(b []byte, c *browse.Category) []byte {
	b = l.scalars.object(b, &c.Category)
	b = b[:len(b)-1]
	if l.parent {
		b = orNull(append(b, `,"parent_category":`...), c.Parent, l.scalars.object)
	}
	if l.children {
		below := l
		below.parent, below.children = false, l.tree
		b = array(append(b, `,"category_children":`...), c.Children, below.object)
	}
	return append(b, '}')
}
