package pricing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/patch"
)

// ListPatch makes or changes a price list. It is found by its ID, and without one by its name: the oldest of that name.
type ListPatch struct {
	ID          string // kept for a new list; empty for one of our own making
	Name        patch.Optional[string]
	Description patch.Optional[string]
	Type        patch.Optional[ListType] // Sale when it is new
	Active      patch.Optional[bool]     // true when it is new
	StartsAt    patch.Optional[time.Time]
	EndsAt      patch.Optional[time.Time]
	IncludesTax patch.Optional[bool]
	Groups      patch.Optional[[]string] // ids of customer groups; all of them
	// Prices replaces the prices of the list, by variant id.
	Prices patch.Optional[map[string][]NewPrice]
}

// PutList makes or changes a price list, and tells whether anything is different now. M is the markets that its prices are for.
// Fault: Invalid with every problem.
func (s *Service) PutList(ctx context.Context, m *shop.Markets, p ListPatch) (l List, changed bool, err error) {
	if err := p.check(m); err != nil {
		return List{}, false, err
	}
	changed, err = s.change(ctx, kindList, func(tx *db.Tx, now time.Time) (string, error) {
		before, err := p.find(tx)
		if errors.Is(err, db.ErrNoRows) {
			before, err = List{ID: p.ID, Type: Sale, Active: true, CreatedAt: now}, nil
			if p.ID == "" {
				before.ID = id.New("pl", now)
			}
		}
		if err != nil {
			return "", err
		}
		if l, err = p.apply(before); err != nil {
			return "", err
		}
		return s.writeList(tx, p, before, &l)
	})
	if err != nil {
		return List{}, false, err
	}
	return l, changed, nil
}

// writeList saves what is different, and gives the list's id if anything is.
func (s *Service) writeList(tx *db.Tx, p ListPatch, before List, l *List) (subject string, err error) {
	if !reflect.DeepEqual(*l, before) {
		l.UpdatedAt = s.clock.Now()
		subject = l.ID
		if err := l.save(tx); err != nil {
			return "", err
		}
		if err := l.saveGroups(tx, before.Groups); err != nil {
			return "", err
		}
	}
	wanted, ok := p.Prices.Get()
	if !ok && !p.Prices.IsNull() {
		return subject, nil
	}
	present, err := db.All(tx, ScanPrice, SelectPrice+` where price_list_id = $1`, l.ID)
	if err != nil {
		return "", err
	}
	variants, err := s.replace(tx, present, wanted, &l.ID)
	if len(variants) > 0 {
		subject = l.ID
	}
	return subject, err
}

func (l *List) saveGroups(tx *db.Tx, before []string) error {
	gone, fresh := difference(before, l.Groups)
	if _, err := tx.ExecIn(`delete from price_list_groups where price_list_id = $1 and group_id in {keys}`, gone, l.ID); err != nil {
		return err
	}
	return tx.Insert(`insert into price_list_groups (group_id, price_list_id)`, rowsOf(fresh, l.ID), ``)
}

// check finds what is wrong with a patch by itself.
func (p ListPatch) check(m *shop.Markets) error {
	var pr problems
	pr.ident("id", p.ID)
	if name, _ := p.Name.Get(); p.ID == "" || p.Name.IsSet() {
		pr.filled("name", strings.TrimSpace(name), maxName)
	}
	pr.text("description", p.Description.Or(""), maxDescription)
	if t := p.Type.Or(Sale); t != Sale && t != Override {
		pr.add("type", fault.Unknown, "must be sale or override")
	}
	for _, t := range []struct {
		name  string
		value time.Time
	}{{"starts_at", p.StartsAt.Or(time.Time{})}, {"ends_at", p.EndsAt.Or(time.Time{})}} {
		if !t.value.IsZero() && (t.value.Year() < 1970 || t.value.Year() > 9999) {
			pr.add(t.name, fault.Range, "must be a time from 1970 to 9999")
		}
	}
	pr.idents("customer_groups", p.Groups.Or(nil), maxGroups)
	pr.prices(m, p.Prices.Or(nil))
	return fault.Fields(reasonInvalidList, pr.list...)
}

// prices checks those of a list, by variant.
func (p *problems) prices(m *shop.Markets, all map[string][]NewPrice) {
	n := 0
	for _, variant := range slices.Sorted(maps.Keys(all)) {
		n += len(all[variant])
		p.idents("prices", []string{variant}, 1)
		p.list = append(p.list, CheckPrices(m, "prices."+variant, all[variant])...)
		if len(p.list) >= maxProblems {
			return
		}
	}
	if n > maxListPrices {
		p.add("prices", fault.TooLong, fmt.Sprintf("must be %d at most", maxListPrices))
	}
}

// find reads the list that is meant, with its groups, or returns db.ErrNoRows.
func (p ListPatch) find(tx *db.Tx) (List, error) {
	where, key := ` where id = $1 and deleted_at is null`, p.ID
	if p.ID == "" {
		name, _ := p.Name.Get()
		where, key = ` where name = $1 and deleted_at is null order by created_at, id limit 1`, strings.TrimSpace(name)
	}
	l, err := scanList(tx.QueryRow(selectList+where, key))
	if err != nil {
		return List{}, err
	}
	l.Groups, err = db.All(tx, db.Text, `select group_id from price_list_groups where price_list_id = $1`, l.ID)
	slices.Sort(l.Groups) // databases have alphabets of their own
	return l, err
}

// apply gives the list as the patch wants it.
func (p ListPatch) apply(before List) (List, error) {
	l := before
	l.Name = strings.TrimSpace(p.Name.Or(l.Name))
	p.Description.Apply(&l.Description)
	p.Type.Apply(&l.Type)
	p.Active.Apply(&l.Active)
	l.StartsAt, l.EndsAt = moment(p.StartsAt.Or(l.StartsAt)), moment(p.EndsAt.Or(l.EndsAt))
	p.IncludesTax.Apply(&l.IncludesTax)
	l.Groups = set(p.Groups.Or(l.Groups))
	var pr problems
	if l.Name == "" {
		pr.add("name", fault.Required, "should not be empty")
	}
	if !l.EndsAt.IsZero() && !l.EndsAt.After(l.StartsAt) {
		pr.add("ends_at", fault.Range, "must be after starts_at")
	}
	return l, fault.Fields(reasonInvalidList, pr.list...)
}

// DeleteList deletes a price list with its prices. Fault: ErrNoList.
func (s *Service) DeleteList(ctx context.Context, list string) error {
	if !ident.MatchString(list) {
		return ErrNoList
	}
	_, err := s.change(ctx, kindList, func(tx *db.Tx, now time.Time) (string, error) {
		n, err := tx.Exec(`update price_lists set deleted_at = $2 where id = $1 and deleted_at is null`, list, db.Millis(now))
		if err != nil {
			return "", err
		}
		if n == 0 {
			return "", ErrNoList
		}
		if _, err := tx.Exec(`delete from price_list_groups where price_list_id = $1`, list); err != nil {
			return "", err
		}
		_, err = tx.Exec(`delete from prices where price_list_id = $1`, list)
		return list, err
	})
	return err
}

// moment cuts a time to what the database keeps.
func moment(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

// set gives each text once, in order; of none, nil.
func set(all []string) []string {
	if len(all) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

// difference gives what is in a sorted set only before, and only now.
func difference(before, now []string) (gone, fresh []string) {
	missing := func(from []string) func(string) bool {
		return func(s string) bool {
			_, found := slices.BinarySearch(from, s)
			return found
		}
	}
	return slices.DeleteFunc(slices.Clone(before), missing(now)), slices.DeleteFunc(slices.Clone(now), missing(before))
}

// rowsOf pairs each of some values with one owner.
func rowsOf(values []string, owner string) [][]any {
	rows := make([][]any, len(values))
	for i, v := range values {
		rows[i] = []any{v, owner}
	}
	return rows
}
