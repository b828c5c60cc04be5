package shop

import (
	"context"
	"errors"
	"maps"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

// The kinds of objects that may own metafields.
const (
	OwnerShop     = "shop"
	OwnerCustomer = "customer"
	OwnerProduct  = "product"
	OwnerVariant  = "variant"
	OwnerOrder    = "order"
)

// OwnerResources gives all kinds of objects that may own metafields.
func OwnerResources() []string {
	return []string{OwnerShop, OwnerCustomer, OwnerProduct, OwnerVariant, OwnerOrder}
}

// Owner names the object that a metafield hangs on. The shop is {OwnerShop, "", 0}. Of any other kind an empty ID
// with a Number says that the caller looked for that number and found nothing.
type Owner struct {
	Resource string // one of OwnerResources
	ID       string // the owner's id: "cus_…"
	Number   int64  // the owner's number, by which the Open API knows it
}

// Metafield is a named bag of values.
type Metafield struct {
	Number        int64  // by which the Open API knows it
	ID            string // "meta_…"
	OwnerResource string
	OwnerID       string // "" for the shop
	OwnerNumber   int64  // 0 for the shop
	Name          string // 1 to 200 lower-case letters, digits, - and _; unique with its owner
	Description   string // 2000 characters at most
	// Fields is the bag, never nil: 100 at most, keys of 1 to 200 characters, values of 64 KiB at most, all keys and
	// values together 256 KiB at most.
	Fields    map[string]string
	CreatedAt time.Time
	UpdatedAt time.Time // also moves with the fields
}

// NewMetafield is what Create wants.
type NewMetafield struct {
	Owner       Owner
	Name        string
	Description string
	Fields      map[string]string
}

// MetafieldPatch changes a metafield; nil leaves a value as it is. Fields replaces the whole bag.
type MetafieldPatch struct {
	Owner             *Owner
	Name, Description *string
	Fields            map[string]string
}

// Metafields keeps the metafields. It is safe for concurrent use. Its methods return ErrNoMetafield for a number
// that does not exist, ErrMetafieldTaken for a name that the owner has already, and Invalid faults with all problems.
type Metafields struct {
	db    *db.DB
	clock clock.Clock
	log   *event.Log
}

// NewMetafields makes the keeper of the metafields.
func NewMetafields(d *db.DB, c clock.Clock, log *event.Log) *Metafields {
	return &Metafields{db: d, clock: c, log: log}
}

// Create adds a metafield. That its owner exists is the caller's to know.
func (m *Metafields) Create(ctx context.Context, n NewMetafield) (Metafield, error) {
	if err := fault.Fields(invalidMetafield, n.problems()...); err != nil {
		return Metafield{}, err
	}
	now := m.clock.Now()
	f := Metafield{
		ID: id.New("meta", now), OwnerResource: n.Owner.Resource, OwnerID: n.Owner.ID, OwnerNumber: n.Owner.Number,
		Name: n.Name, Description: n.Description, Fields: n.Fields, CreatedAt: now, UpdatedAt: now,
	}
	return m.write(ctx, TopicMetafieldCreated, func(tx *db.Tx) (Metafield, error) { return insertMetafield(tx, f) })
}

// Update changes a metafield. An empty patch changes and records nothing.
func (m *Metafields) Update(ctx context.Context, number int64, p MetafieldPatch) (Metafield, error) {
	if p.Owner == nil && p.Name == nil && p.Description == nil && p.Fields == nil {
		return m.Get(ctx, number)
	}
	if err := fault.Fields(invalidMetafield, p.problems()...); err != nil {
		return Metafield{}, err
	}
	now := m.clock.Now()
	return m.write(ctx, TopicMetafieldUpdated, func(tx *db.Tx) (Metafield, error) {
		return updateMetafield(tx, number, p, now)
	})
}

// SetFields adds values to the bag, over those of the same keys. What others set meanwhile under other keys stays.
func (m *Metafields) SetFields(ctx context.Context, number int64, fields map[string]string) (Metafield, error) {
	if err := fault.Fields(invalidMetafield, fieldProblems(fields)...); err != nil {
		return Metafield{}, err
	}
	return m.edit(ctx, number, func(bag map[string]string) error {
		maps.Copy(bag, fields)
		return fault.Fields(invalidMetafield, bagProblems(bag)...)
	})
}

// RemoveFields takes the named values out of the bag; no names means all. Names that are not there are passed over.
func (m *Metafields) RemoveFields(ctx context.Context, number int64, names []string) (Metafield, error) {
	return m.edit(ctx, number, func(bag map[string]string) error {
		if len(names) == 0 {
			clear(bag)
		}
		for _, name := range names {
			delete(bag, name)
		}
		return nil
	})
}

// Delete removes a metafield.
func (m *Metafields) Delete(ctx context.Context, number int64) error {
	_, err := m.write(ctx, TopicMetafieldDeleted, func(tx *db.Tx) (Metafield, error) {
		return deleteMetafield(tx, number)
	})
	return err
}

// RemoveOwned removes all metafields of owners that are gone, in the transaction tx.
func (m *Metafields) RemoveOwned(_ context.Context, tx *db.Tx, resource string, ownerIDs ...string) error {
	_, err := tx.ExecIn(`delete from metafields where owner_resource = $1 and owner_id in {keys}`, ownerIDs, resource)
	return err
}

// Get gives one metafield.
func (m *Metafields) Get(ctx context.Context, number int64) (f Metafield, err error) {
	err = m.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		f, err = readMetafield(tx, number)
		return err
	})
	return f, known(err)
}

// edit has change work on the bag while no one else can. change may run again, each time on a bag as it is kept.
func (m *Metafields) edit(ctx context.Context, number int64, change func(bag map[string]string) error) (Metafield, error) {
	now := m.clock.Now()
	return m.write(ctx, TopicMetafieldUpdated, func(tx *db.Tx) (Metafield, error) {
		f, err := lockMetafield(tx, number, now)
		if err != nil {
			return f, err
		}
		if err := change(f.Fields); err != nil {
			return f, err
		}
		return f, writeFields(tx, number, f.Fields)
	})
}

// write runs a change in a transaction of its own, records it and gives the metafield that came out.
func (m *Metafields) write(ctx context.Context, topic string, change func(tx *db.Tx) (Metafield, error)) (Metafield, error) {
	var f Metafield
	err := m.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		if f, err = change(tx); err != nil {
			return err
		}
		return m.log.Record(tx, topic, f.ID, f.payload())
	})
	if err != nil {
		return Metafield{}, known(err)
	}
	return f, nil
}

// known turns the database's errors into the package's faults.
func known(err error) error {
	switch {
	case errors.Is(err, db.ErrNoRows):
		return ErrNoMetafield
	case db.Violates(err, "metafields_owner_resource_owner_id_name_key"):
		return ErrMetafieldTaken.Wrap(err)
	}
	return err
}
