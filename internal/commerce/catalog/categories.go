package catalog

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/patch"
)

// maxDepth is how many categories may be inside each other.
const maxDepth = 20

// CreateCategory makes a category, behind its siblings when it has no rank. Faults: Invalid, ErrHandleTaken, ErrIDTaken,
// ErrCategoryNotFound for its parent, ErrTooDeep.
func (s *Service) CreateCategory(ctx context.Context, in CategoryPatch) (Category, error) {
	var c Category
	_, err := s.write(ctx, func(tx *db.Tx) error {
		err := changeTree(tx)
		if err == nil {
			c, err = s.saveCategory(tx, nil, in)
		}
		return err
	})
	return c, err
}

// UpdateCategory changes a category; what is inside moves with it. A change that changes nothing leaves no trace. Faults:
// those of CreateCategory, ErrCategoryNotFound, ErrCycle.
func (s *Service) UpdateCategory(ctx context.Context, which Ref, in CategoryPatch) (Category, error) {
	var c Category
	_, err := s.write(ctx, func(tx *db.Tx) error {
		if err := changeTree(tx); err != nil {
			return err
		}
		where, arg := which.where("c")
		before, err := findCategory(tx, where, forUpdate(tx), arg)
		if err != nil {
			return err
		}
		c, err = s.saveCategory(tx, &before, in)
		return err
	})
	return c, err
}

// PutCategory makes or changes a category, for importers: it is found by its ID, or else by its handle, or else by the
// handle that its name makes. It tells whether anything is different now. Faults: those of UpdateCategory.
func (s *Service) PutCategory(ctx context.Context, in CategoryPatch) (c Category, changed bool, err error) {
	where, key := `c.id = $1`, in.ID
	if key == "" {
		where = `c.handle = $1`
		if key = in.Handle.Or(""); key == "" {
			key = handleOr(in.Name.Or(""), "category")
			in.Handle = patch.Some(key) // another who puts the same at the same moment is not to make a second
		}
	}
	changed, err = s.write(ctx, func(tx *db.Tx) error {
		if err := changeTree(tx); err != nil {
			return err
		}
		before, err := findCategory(tx, where, forUpdate(tx), storable(key))
		switch {
		case errors.Is(err, ErrCategoryNotFound):
			c, err = s.saveCategory(tx, nil, in)
		case err == nil:
			c, err = s.saveCategory(tx, &before, in)
		}
		return err
	})
	return c, changed, err
}

// Category gives a category, whoever may see it: a statement. Fault: ErrCategoryNotFound.
func (s *Service) Category(ctx context.Context, which Ref) (Category, error) {
	var c Category
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) (err error) {
		where, arg := which.where("c")
		c, err = findCategory(tx, where, ``, arg)
		return err
	})
	return c, err
}

func findCategory(tx *db.Tx, where, tail string, arg any) (Category, error) {
	c, err := ScanCategory(tx.QueryRow(`select `+CategoryColumns+` from product_categories c where `+where+tail, arg))
	if errors.Is(err, db.ErrNoRows) {
		return Category{}, ErrCategoryNotFound
	}
	return c, err
}

// shown tells whether shoppers see the category.
func (c *Category) shown() bool { return c.Active && !c.Internal }

// saveCategory writes a category, a new one when there is none before, and what hangs on its place in the tree.
func (s *Service) saveCategory(tx *db.Tx, before *Category, in CategoryPatch) (Category, error) {
	now := s.clock.Now()
	c := Category{ID: in.ID, Active: true, CreatedAt: now, UpdatedAt: now}
	if before != nil {
		c = *before
	}
	made, err := c.apply(in)
	if err != nil {
		return Category{}, err
	}
	if made && (before == nil || before.Name != c.Name) {
		c.Handle, err = freeName(tx, `select handle, id from product_categories where handle in {keys}`, handleOr(c.Name, "category"), c.ID)
		if err != nil {
			return Category{}, err
		}
	}
	if before != nil && reflect.DeepEqual(c, *before) {
		return c, errUnchanged
	}
	if c.ID == "" {
		c.ID = id.New("pcat", now)
	}
	if err := c.place(tx, before, in.Rank); err != nil {
		return Category{}, err
	}
	c.UpdatedAt = now
	if err := c.write(tx, before == nil); err != nil {
		return Category{}, err
	}
	if before != nil && (before.MPath != c.MPath || before.shown() != c.shown()) {
		if err := replant(tx, before, &c); err != nil {
			return Category{}, err
		}
	}
	return c, s.events.Record(tx, TopicChanged, c.ID, numbered(c.Number))
}

// apply sets what needs no look into the database, and tells whether a handle is to be made.
func (c *Category) apply(in CategoryPatch) (makeHandle bool, err error) {
	var p problems
	p.id("id", c.ID)
	p.filled("name", in.Name, &c.Name)
	makeHandle = p.handle(in.Handle, &c.Handle)
	if in.Description.IsSet() {
		c.Description = in.Description.Or("")
		p.body("description", c.Description)
	}
	p.nullable("parent_id", in.ParentID, &c.ParentID, maxText)
	p.rank("rank", in.Rank, &c.Rank)
	p.flag("is_active", in.Active, &c.Active)
	p.flag("is_internal", in.Internal, &c.Internal)
	p.translations(in.Translations, &c.Translations, categoryTexts)
	p.metadata(in.Metadata, &c.Metadata)
	return makeHandle, fault.Fields(reasonInvalidCategory, p.list...)
}

// place finds a category's place in the tree and makes room for it among its siblings.
func (c *Category) place(tx *db.Tx, before *Category, rank patch.Optional[int]) error {
	moved := before == nil || !same(before.ParentID, c.ParentID)
	if moved {
		if err := c.under(tx, before); err != nil {
			return err
		}
	}
	if before != nil && (moved || before.Rank != c.Rank) {
		_, err := tx.Exec(`update product_categories set rank = rank - 1 where coalesce(parent_id, '') = $1 and rank > $2 and id <> $3`,
			deref(before.ParentID), before.Rank, c.ID)
		if err != nil {
			return err
		}
	}
	if _, given := rank.Get(); moved && !given {
		return tx.QueryRow(`select coalesce(max(rank), -1) + 1 from product_categories where coalesce(parent_id, '') = $1 and id <> $2`,
			deref(c.ParentID), c.ID).Scan(&c.Rank)
	}
	if !moved && before.Rank == c.Rank {
		return nil
	}
	_, err := tx.Exec(`update product_categories set rank = rank + 1 where coalesce(parent_id, '') = $1 and rank >= $2 and id <> $3
		and exists (select 1 from product_categories t where coalesce(t.parent_id, '') = $1 and t.rank = $2 and t.id <> $3)`,
		deref(c.ParentID), c.Rank, c.ID)
	return err
}

// under sets the path of a category that is new or gets another parent. Moves are done one at a time: each takes all
// roots, so that two of them cannot make a circle together.
func (c *Category) under(tx *db.Tx, before *Category) error {
	if before != nil {
		if _, err := db.All(tx, db.Text, `select id from product_categories where parent_id is null order by id`+forUpdate(tx)); err != nil {
			return err
		}
	}
	c.MPath = c.ID + "."
	if c.ParentID != nil {
		parent, err := findCategory(tx, `c.id = $1`, forShare(tx), storable(*c.ParentID))
		if errors.Is(err, ErrCategoryNotFound) {
			return fault.Fields(reasonInvalidCategory, fault.Field{Name: "parent_id", Rule: fault.Unknown,
				Message: "parent_id must be the id of a category"})
		}
		if err != nil {
			return err
		}
		if before != nil && strings.HasPrefix(parent.MPath, before.MPath) {
			return ErrCycle
		}
		c.MPath = parent.MPath + c.MPath
	}
	deepest := strings.Count(c.MPath, ".")
	if before != nil {
		var below int
		err := tx.QueryRow(`select max(length(mpath) - length(replace(mpath, '.', ''))) from product_categories
			where substr(mpath, 1, length(cast($1 as text))) = $1`, before.MPath).Scan(&below)
		if err != nil {
			return err
		}
		deepest += below - strings.Count(before.MPath, ".")
	}
	if deepest > maxDepth {
		return ErrTooDeep.WithMessage(fmt.Sprintf("Categories can be %d deep at most", maxDepth))
	}
	return nil
}

func (c *Category) write(tx *db.Tx, fresh bool) error {
	translations, err := c.Translations.stored()
	if err != nil {
		return err
	}
	args := []any{c.ID, orNull(c.ParentID), c.Name, c.Handle, c.Description, c.MPath, c.Rank, db.Flag(c.Active), db.Flag(c.Internal),
		translations, object(c.Metadata), c.UpdatedAt.UnixMilli()}
	if !fresh {
		_, err := tx.Exec(`update product_categories set parent_id = $2, name = $3, handle = $4, description = $5, mpath = $6, rank = $7,
			is_active = $8, is_internal = $9, translations = $10, metadata = $11, updated_at = $12 where id = $1`, args...)
		return err
	}
	return tx.QueryRow(`insert into product_categories (id, parent_id, name, handle, description, mpath, rank, is_active, is_internal,
		translations, metadata, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
		returning number`, args...).Scan(&c.Number)
}

// replant has what is inside a category follow it, and makes the links anew that its ancestors, those it had and those it
// has, owe to what is inside of them.
func replant(tx *db.Tx, before, after *Category) error {
	if before.MPath != after.MPath {
		_, err := tx.Exec(`update product_categories set mpath = cast($1 as text) || substr(mpath, length(cast($2 as text)) + 1)
			where substr(mpath, 1, length(cast($2 as text))) = $2 and id <> $3`, after.MPath, before.MPath, after.ID)
		if err != nil {
			return err
		}
	}
	var above []string
	for _, path := range []string{before.MPath, after.MPath} {
		for id := range strings.SplitSeq(path, ".") {
			if id != "" && id != after.ID {
				above = append(above, id)
			}
		}
	}
	above = distinct(above)
	if _, err := tx.ExecIn(`delete from product_category_links where direct = 0 and category_id in {keys}`, above); err != nil {
		return err
	}
	_, err := tx.ExecIn(`with recursive inside (top, id) as (
			select c.parent_id, c.id from product_categories c where c.parent_id in {keys} and c.is_active = 1 and c.is_internal = 0
			union all
			select i.top, c.id from inside i join product_categories c on c.parent_id = i.id where c.is_active = 1 and c.is_internal = 0)
		insert into product_category_links (category_id, product_id, listed_at, visible, direct)
		select i.top, l.product_id, min(l.listed_at), max(l.visible), 0 from inside i
		join product_category_links l on l.category_id = i.id and l.direct = 1
		where true group by i.top, l.product_id
		on conflict (product_id, category_id) do nothing`, above)
	return err
}

// deref gives what a nullable column holds, the zero value for NULL.
func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
