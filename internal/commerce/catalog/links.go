package catalog

import (
	"slices"
	"time"

	"kaidian/internal/platform/db"
)

// saveLinks writes where products are listed. A product that is filed differently loses its links of the kind and gets
// them anew; one that is only shown or hidden has them marked.
func saveLinks(tx *db.Tx, changes []*Change, w words) error {
	for _, kind := range linkKinds(w) {
		var anew, shown, hidden []string
		var rows [][]any
		for _, c := range changes {
			after := &c.After
			switch {
			case c.Before == nil:
				rows = append(rows, kind.rows(c)...)
			case !slices.Equal(kind.list(c.Before), kind.list(after)):
				anew, rows = append(anew, after.ID), append(rows, kind.rows(c)...)
			case c.Before.visible() == after.visible():
			case after.visible():
				shown = append(shown, after.ID)
			default:
				hidden = append(hidden, after.ID)
			}
		}
		if _, err := tx.ExecIn(kind.drop, anew); err != nil {
			return err
		}
		if err := tx.Insert(kind.insert, rows, ``); err != nil {
			return err
		}
		if _, err := tx.ExecIn(kind.mark, shown, 1); err != nil {
			return err
		}
		if _, err := tx.ExecIn(kind.mark, hidden, 0); err != nil {
			return err
		}
	}
	return nil
}

// linkKind is one of the link tables.
type linkKind struct {
	insert, drop, mark string
	list               func(*Record) []string
	rows               func(*Change) [][]any
}

func linkKinds(w words) []linkKind {
	return []linkKind{{
		insert: `insert into product_channel_links (channel_id, product_id, listed_at, visible)`,
		drop:   `delete from product_channel_links where product_id in {keys}`,
		mark:   `update product_channel_links set visible = $1 where product_id in {keys}`,
		list:   func(r *Record) []string { return r.Channels },
		rows: func(c *Change) [][]any {
			return c.links(c.After.Channels, func(_ int, id string) []any { return []any{id} })
		},
	}, {
		insert: `insert into product_category_links (category_id, direct, product_id, listed_at, visible)`,
		drop:   `delete from product_category_links where product_id in {keys}`,
		mark:   `update product_category_links set visible = $1 where product_id in {keys}`,
		list:   func(r *Record) []string { return r.Categories },
		rows:   (*Change).categoryLinks,
	}, {
		insert: `insert into product_tag_links (tag_id, position, product_id, listed_at, visible)`,
		drop:   `delete from product_tag_links where product_id in {keys}`,
		mark:   `update product_tag_links set visible = $1 where product_id in {keys}`,
		list:   func(r *Record) []string { return r.Tags },
		rows: func(c *Change) [][]any {
			return c.links(c.After.Tags, func(i int, value string) []any { return []any{w.tags[value], i} })
		},
	}, {
		insert: `insert into product_type_links (type_id, position, product_id, listed_at, visible)`,
		drop:   `delete from product_type_links where product_id in {keys}`,
		mark:   `update product_type_links set visible = $1 where product_id in {keys}`,
		list:   func(r *Record) []string { return r.Types },
		rows: func(c *Change) [][]any {
			return c.links(c.After.Types, func(i int, value string) []any { return []any{w.types[value], i} })
		},
	}}
}

func (c *Change) links(list []string, first func(i int, s string) []any) [][]any {
	out := make([][]any, len(list))
	for i, s := range list {
		out[i] = append(first(i, s), c.After.ID, c.After.CreatedAt.UnixMilli(), db.Flag(c.After.visible()))
	}
	return out
}

func (c *Change) categoryLinks() [][]any {
	holders := c.tree.holders(c.After.Categories)
	ids := make([]string, 0, len(holders))
	for id := range holders {
		ids = append(ids, id)
	}
	slices.Sort(ids) // rows are taken in one order by all
	return c.links(ids, func(_ int, id string) []any { return []any{id, db.Flag(holders[id])} })
}

// Remove deletes a product that Load gave: the row stays for the books, its handle and codes are free, it is in no list.
func (s *Service) Remove(tx *db.Tx, r *Record) error {
	now := s.clock.Now().UnixMilli()
	if _, err := loadTree(tx, r.Categories); err != nil { // whoever makes links anew meanwhile waits, and sees that it is gone
		return err
	}
	for _, statement := range []string{
		`update products set deleted_at = $2, updated_at = $2 where id = $1`,
		`update variants set deleted_at = $2, updated_at = $2 where product_id = $1 and deleted_at is null`,
	} {
		if _, err := tx.Exec(statement, r.ID, now); err != nil {
			return err
		}
	}
	for _, kind := range linkKinds(words{}) {
		if _, err := tx.ExecIn(kind.mark, []string{r.ID}, 0); err != nil {
			return err
		}
	}
	return s.events.Record(tx, TopicProductDeleted, r.ID, numbered(r.Number))
}

// Stamp marks products as changed now: those of which nothing is different but what other packages keep.
func (s *Service) Stamp(tx *db.Tx, ids []string, now time.Time) error {
	_, err := tx.ExecIn(`update products set updated_at = $1 where id in {keys}`, ids, now.UnixMilli())
	return err
}
