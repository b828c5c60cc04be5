package order

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// ReturnReason is why goods come back. A reason with children is a heading: a shopper picks one of those.
type ReturnReason struct {
	ID          string          // "rr_…", or what an importer says
	Value       string          // what programs know it by: "wrong_size"; unique among the living
	Label       string          // what people read
	Description *string         // nil for none
	ParentID    *string         // nil for a root
	Metadata    json.RawMessage // an object, or nil
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Children    []ReturnReason // oldest first; not written
}

// Put tells what became of what was put.
type Put struct {
	ID      string
	Created bool // else it was there
	Changed bool // it was there and is different now
}

// PutReturnReason makes a reason, or changes the one that has its ID, or when it has none the one of its Value. A reason
// that is there and is no different is left alone. A tree has two levels: a parent has no parent. Faults: Invalid with
// every problem, ErrNoReason for the parent, ErrReasonTaken.
func (s *Service) PutReturnReason(ctx context.Context, r ReturnReason) (Put, error) {
	if err := r.normalise(); err != nil {
		return Put{}, err
	}
	now := s.clock.Now()
	fresh := id.New("rr", now)
	var out Put
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		in := r // the closure may run again
		present, living, err := findReason(tx, in)
		switch {
		case errors.Is(err, db.ErrNoRows):
			out = Put{ID: in.ID, Created: true}
			if out.ID == "" {
				out.ID = fresh
			}
		case err != nil:
			return err
		default:
			out = Put{ID: present.ID, Changed: !living || !in.sameAs(present)}
		}
		if !out.Created && !out.Changed {
			return nil
		}
		in.ID = out.ID
		return s.save(tx, in, out.Created, now)
	})
	switch {
	case db.Violates(err, "return_reasons_value_key"):
		return Put{}, ErrReasonTaken.Wrap(err)
	case err != nil:
		return Put{}, err
	}
	return out, nil
}

func (s *Service) save(tx *db.Tx, r ReturnReason, created bool, now time.Time) error {
	if err := checkParent(tx, r); err != nil {
		return err
	}
	if created {
		if err := insertReason(tx, r, now); err != nil {
			return err
		}
		return s.events.Record(tx, TopicReturnReasonCreated, r.ID, nil)
	}
	if err := updateReason(tx, r, now); err != nil {
		return err
	}
	return s.events.Record(tx, TopicReturnReasonUpdated, r.ID, nil)
}

// ReturnReasons gives the roots with their children, oldest first: a statement.
func (s *Service) ReturnReasons(ctx context.Context) ([]ReturnReason, error) {
	var all []ReturnReason
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		scan := func(row db.Scanner) (ReturnReason, error) { return scanReason(row) }
		all, err = db.All(tx, scan, `select `+reasonColumns+` from return_reasons where deleted_at is null order by created_at, id`)
		return err
	})
	return tree(all), err
}

func tree(all []ReturnReason) []ReturnReason {
	children := map[string][]ReturnReason{}
	for _, r := range all {
		if r.ParentID != nil {
			children[*r.ParentID] = append(children[*r.ParentID], r)
		}
	}
	roots := []ReturnReason{}
	for _, r := range all {
		if r.ParentID == nil {
			r.Children = children[r.ID]
			roots = append(roots, r)
		}
	}
	return roots
}

// sameAs tells whether a normalised reason says what is there.
func (r *ReturnReason) sameAs(b ReturnReason) bool {
	return r.Value == b.Value && r.Label == b.Label && same(r.Description, b.Description) && same(r.ParentID, b.ParentID) &&
		bytes.Equal(r.Metadata, b.Metadata)
}

// same compares nullable columns.
func same(a, b *string) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
