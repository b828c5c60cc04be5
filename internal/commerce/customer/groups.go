package customer

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

// Group is customers for whom prices and promotions are made.
type Group struct {
	ID        string // "cgrp_…"
	Name      string // unique
	Metadata  json.RawMessage
	CreatedAt time.Time
	UpdatedAt time.Time
}

// GroupPatch makes or changes a group. It is found by its ID, and without one by its name.
type GroupPatch struct {
	ID       string // kept for a new group; empty for one of our own making
	Name     Optional[string]
	Metadata Optional[json.RawMessage] // an object; all of it
}

// maxGroups is how many groups one call may name.
const maxGroups = 200

// importedID is an id that an importer brings along.
var importedID = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_.:-]{0,99}$`)

// PutGroup makes or changes a group, and tells whether anything is different now. Faults: Invalid, ErrGroupNameTaken.
func (s *Service) PutGroup(ctx context.Context, p GroupPatch) (g Group, changed bool, err error) {
	if err := p.check(); err != nil {
		return Group{}, false, err
	}
	g, changed, err = s.writeGroup(ctx, p)
	if p.ID == "" && db.Violates(err, groupName) { // another made it at this moment, so there is one to find
		g, changed, err = s.writeGroup(ctx, p)
	}
	switch {
	case db.Violates(err, groupName):
		return Group{}, false, ErrGroupNameTaken
	case err != nil:
		return Group{}, false, err
	}
	return g, changed, nil
}

// groupName is the constraint that keeps the names of groups apart.
const groupName = "customer_groups_name_key"

func (s *Service) writeGroup(ctx context.Context, p GroupPatch) (g Group, changed bool, err error) {
	now := s.clock.Now()
	err = s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		before, err := p.find(tx)
		if errors.Is(err, ErrGroupNotFound) {
			before, err = Group{ID: p.ID, CreatedAt: now}, nil
			if p.ID == "" {
				before.ID = id.New("cgrp", now)
			}
		}
		if err != nil {
			return err
		}
		if g, err = p.apply(before); err != nil {
			return err
		}
		if changed = g.Name != before.Name || string(g.Metadata) != string(before.Metadata); !changed {
			return nil
		}
		g.UpdatedAt = now
		if err := g.save(tx); err != nil {
			return err
		}
		return s.events.Record(tx, TopicGroupChanged, g.ID, nil)
	})
	return g, changed, err
}

func (p GroupPatch) check() error {
	var pr problems
	if p.ID != "" && !importedID.MatchString(p.ID) {
		pr.add("id", fault.Format, "id must have 1 to 100 letters, digits and _ . : -, a letter or digit first")
	}
	if p.ID == "" || p.Name.IsSet() {
		pr.filled("name", p.Name.Or(""), maxText)
	}
	return pr.fault(reasonInvalidGroup)
}

// find reads the group that is meant. Fault: ErrGroupNotFound.
func (p GroupPatch) find(tx *db.Tx) (Group, error) {
	where, key := ` where id = $1`, p.ID
	if p.ID == "" {
		where, key = ` where name = $1 and deleted_at is null`, strings.TrimSpace(p.Name.Or(""))
	}
	g, err := scanGroup(tx.QueryRow(selectGroup+where+forUpdate(tx), key))
	if errors.Is(err, db.ErrNoRows) {
		return Group{}, ErrGroupNotFound
	}
	return g, err
}

// apply gives the group as the patch wants it, or a fault of all that is wrong with it.
func (p GroupPatch) apply(before Group) (Group, error) {
	g := before
	var pr problems
	g.Name = strings.TrimSpace(p.Name.Or(g.Name))
	pr.filled("name", g.Name, maxText)
	if p.Metadata.IsSet() {
		g.Metadata = object(p.Metadata.Or(nil), &pr)
	}
	return g, pr.fault(reasonInvalidGroup)
}

// object gives the one text for a JSON object, nil for null and for nothing.
func object(m json.RawMessage, pr *problems) json.RawMessage {
	var members Metadata
	switch {
	case m == nil:
		return nil
	case !utf8.Valid(m) || json.Unmarshal(m, &members) != nil:
		pr.add("metadata", fault.Format, "metadata must be an object")
		return nil
	case members == nil:
		return nil
	}
	return members.encode(pr)
}

const selectGroup = `select id, name, metadata, created_at, updated_at from customer_groups`

func scanGroup(row db.Scanner) (Group, error) {
	var g Group
	var metadata *string
	var created, updated int64
	err := row.Scan(&g.ID, &g.Name, &metadata, &created, &updated)
	if metadata != nil {
		g.Metadata = json.RawMessage(*metadata)
	}
	g.CreatedAt, g.UpdatedAt = moment(created), moment(updated)
	return g, err
}

// save writes a group, new or there already.
func (g *Group) save(tx *db.Tx) error {
	_, err := tx.Exec(`insert into customer_groups (id, name, metadata, created_at, updated_at) values ($1, $2, $3, $4, $5)
		on conflict (id) do update set name = excluded.name, metadata = excluded.metadata, updated_at = excluded.updated_at`,
		g.ID, g.Name, text(g.Metadata), db.Millis(g.CreatedAt), db.Millis(g.UpdatedAt))
	return err
}

// AddToGroups puts a customer into groups, and tells whether it was not in all of them. Faults: ErrNotFound,
// ErrGroupNotFound, Invalid for more than 200 groups.
func (s *Service) AddToGroups(ctx context.Context, who Ref, groups ...string) (changed bool, err error) {
	return s.regroup(ctx, who, groups, func(tx *db.Tx, customer string) (int64, error) {
		known, err := db.AllIn(tx, db.Text, `select id from customer_groups where deleted_at is null and id in {keys}`, groups)
		if err != nil {
			return 0, err
		}
		var added int64
		for _, group := range groups {
			if !slices.Contains(known, group) {
				return 0, ErrGroupNotFound
			}
			n, err := tx.Exec(`insert into customer_group_members (customer_id, group_id) values ($1, $2) on conflict do nothing`,
				customer, group)
			if err != nil {
				return 0, err
			}
			added += n
		}
		return added, nil
	})
}

// RemoveFromGroups takes a customer out of groups, and tells whether it was in one. Faults: ErrNotFound, Invalid for more than
// 200 groups.
func (s *Service) RemoveFromGroups(ctx context.Context, who Ref, groups ...string) (changed bool, err error) {
	return s.regroup(ctx, who, groups, func(tx *db.Tx, customer string) (int64, error) {
		return tx.ExecIn(`delete from customer_group_members where customer_id = $1 and group_id in {keys}`, groups, customer)
	})
}

// regrouping changes the groups of a customer, and tells in how many rows.
type regrouping func(tx *db.Tx, customer string) (int64, error)

// regroup changes the groups of a customer, and tells whether anything is different now.
func (s *Service) regroup(ctx context.Context, who Ref, groups []string, do regrouping) (changed bool, err error) {
	var pr problems
	if len(groups) > maxGroups {
		pr.add("groups", fault.TooLong, "groups must be 200 at most")
		return false, pr.fault(reasonInvalidGroup)
	}
	if slices.ContainsFunc(groups, func(g string) bool { return !db.Storable(g) }) {
		return false, ErrGroupNotFound
	}
	err = s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		a, err := lock(tx, who)
		if err != nil {
			return err
		}
		n, err := do(tx, a.ID)
		if changed = n > 0; err != nil || !changed {
			return err
		}
		if _, _, err := touch(tx, ByID(a.ID), s.clock.Now()); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.groups.drop(a.ID) })
		return s.record(tx, TopicUpdated, a.ID, a.Number)
	})
	return changed && err == nil, err
}

// GroupsOf gives the ids of a customer's groups in order: no statement when they were read in the last two seconds and not
// changed since through this Service. Nobody has none. The slice is shared: nobody changes it.
func (s *Service) GroupsOf(ctx context.Context, customerID string) ([]string, error) {
	if customerID == "" || !db.Storable(customerID) {
		return nil, nil
	}
	return s.groups.get(customerID, func() ([]string, error) {
		var out []string
		err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
			var err error
			out, err = db.All(tx, db.Text, `select g.id from customer_group_members m join customer_groups g on g.id = m.group_id
				where m.customer_id = $1 and g.deleted_at is null`, customerID)
			return err
		})
		slices.Sort(out)
		return out, err
	})
}

// Groups gives all groups by name.
func (s *Service) Groups(ctx context.Context) ([]Group, error) {
	var out []Group
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		out, err = db.All(tx, scanGroup, selectGroup+` where deleted_at is null`)
		return err
	})
	slices.SortFunc(out, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}
