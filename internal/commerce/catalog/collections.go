package catalog

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/patch"
)

// errUnchanged rolls a transaction back that turned out to have nothing to change.
var errUnchanged = errors.New("catalog: nothing changed")

// tries is how often a transaction is tried that met a constraint: others have been quicker, and the next look shows what
// they did.
const tries = 5

// write runs a transaction, again when others were quicker to a name. It tells whether anything changed.
func (s *Service) write(ctx context.Context, fn func(tx *db.Tx) error) (changed bool, err error) {
	for range tries {
		err = s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error { return fn(tx) })
		if db.Violated(err) == "" {
			break
		}
	}
	if errors.Is(err, errUnchanged) {
		return false, nil
	}
	return err == nil, Fault(err)
}

// CreateCollection makes a collection. Faults: Invalid, ErrHandleTaken, ErrIDTaken.
func (s *Service) CreateCollection(ctx context.Context, in CollectionPatch) (Collection, error) {
	var c Collection
	_, err := s.write(ctx, func(tx *db.Tx) (err error) {
		c, err = s.saveCollection(tx, nil, in)
		return err
	})
	return c, err
}

// UpdateCollection changes a collection. A change that changes nothing leaves no trace. Faults: Invalid,
// ErrCollectionNotFound, ErrHandleTaken.
func (s *Service) UpdateCollection(ctx context.Context, which Ref, in CollectionPatch) (Collection, error) {
	var c Collection
	_, err := s.write(ctx, func(tx *db.Tx) error {
		where, arg := which.where("c")
		before, err := lockCollection(tx, where, arg)
		if err != nil {
			return err
		}
		c, err = s.saveCollection(tx, &before, in)
		return err
	})
	return c, err
}

// PutCollection makes or changes a collection, for importers: it is found by its ID, or else by its handle, or else by the
// handle that its title makes. It tells whether anything is different now. Faults: Invalid, ErrHandleTaken, ErrIDTaken.
func (s *Service) PutCollection(ctx context.Context, in CollectionPatch) (c Collection, changed bool, err error) {
	where, key := `c.id = $1`, in.ID
	if key == "" {
		where = `c.handle = $1`
		if key = in.Handle.Or(""); key == "" {
			key = handleOr(in.Title.Or(""), "collection")
			in.Handle = patch.Some(key) // another who puts the same at the same moment is not to make a second
		}
	}
	changed, err = s.write(ctx, func(tx *db.Tx) error {
		before, err := lockCollection(tx, where, storable(key))
		switch {
		case errors.Is(err, ErrCollectionNotFound):
			c, err = s.saveCollection(tx, nil, in)
		case err == nil:
			c, err = s.saveCollection(tx, &before, in)
		}
		return err
	})
	return c, changed, err
}

// Collection gives a collection: a statement. Fault: ErrCollectionNotFound.
func (s *Service) Collection(ctx context.Context, which Ref) (Collection, error) {
	var c Collection
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) (err error) {
		where, arg := which.where("c")
		c, err = findCollection(tx, where, ``, arg)
		return err
	})
	return c, err
}

func lockCollection(tx *db.Tx, where string, arg any) (Collection, error) {
	return findCollection(tx, where, forUpdate(tx), arg)
}

func findCollection(tx *db.Tx, where, tail string, arg any) (Collection, error) {
	c, err := ScanCollection(tx.QueryRow(`select `+CollectionColumns+` from product_collections c where c.deleted_at is null and `+where+tail, arg))
	if errors.Is(err, db.ErrNoRows) {
		return Collection{}, ErrCollectionNotFound
	}
	return c, err
}

// saveCollection writes a collection, a new one when there is none before.
func (s *Service) saveCollection(tx *db.Tx, before *Collection, in CollectionPatch) (Collection, error) {
	now, p := s.clock.Now(), problems{}
	c := Collection{ID: in.ID, CreatedAt: now, UpdatedAt: now}
	if before != nil {
		c = *before
	}
	p.id("id", c.ID)
	p.filled("title", in.Title, &c.Title)
	made := p.handle(in.Handle, &c.Handle) && (before == nil || before.Title != c.Title)
	p.translations(in.Translations, &c.Translations, collectionTexts)
	p.metadata(in.Metadata, &c.Metadata)
	if err := fault.Fields(reasonInvalidCollection, p.list...); err != nil {
		return Collection{}, err
	}
	if made {
		var err error
		c.Handle, err = freeName(tx, `select handle, id from product_collections where deleted_at is null and handle in {keys}`,
			handleOr(c.Title, "collection"), c.ID)
		if err != nil {
			return Collection{}, err
		}
	}
	if before != nil && reflect.DeepEqual(c, *before) {
		return c, errUnchanged
	}
	c.UpdatedAt = now
	if err := c.write(tx, before == nil, now); err != nil {
		return Collection{}, err
	}
	return c, s.events.Record(tx, TopicChanged, c.ID, numbered(c.Number))
}

func (c *Collection) write(tx *db.Tx, fresh bool, now time.Time) error {
	translations, err := c.Translations.stored()
	if err != nil {
		return err
	}
	if !fresh {
		_, err := tx.Exec(`update product_collections set title = $2, handle = $3, translations = $4, metadata = $5, updated_at = $6
			where id = $1`, c.ID, c.Title, c.Handle, translations, object(c.Metadata), now.UnixMilli())
		return err
	}
	if c.ID == "" {
		c.ID = id.New("pcol", now)
	}
	return tx.QueryRow(`insert into product_collections (id, title, handle, translations, metadata, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $6) returning number`,
		c.ID, c.Title, c.Handle, translations, object(c.Metadata), now.UnixMilli()).Scan(&c.Number)
}

// freeName gives the first free of a handle and what can be made of it, for a record with an id.
func freeName(tx *db.Tx, query, handle, owner string) (string, error) {
	names := append([]string{handle}, candidates(handle)...)
	have, err := owners(tx, query, names)
	if err != nil {
		return "", err
	}
	for _, h := range names {
		if have[h] == "" || have[h] == owner {
			return h, nil
		}
	}
	_, unique, _ := strings.Cut(id.New("h", time.Now()), "_")
	return handle + "-" + strings.ToLower(unique), nil
}

// storable gives a text to look for; one that no row can hold becomes NULL, which is equal to nothing.
func storable(s string) any {
	if !db.Storable(s) {
		return nil
	}
	return s
}
