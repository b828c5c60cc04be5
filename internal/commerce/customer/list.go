package customer

import (
	"context"
	"fmt"
	"time"

	"kaidian/internal/platform/db"
)

// Query narrows a list of accounts. Zero values ask nothing; times are inclusive.
type Query struct {
	Limit                  int // 0 means DefaultLimit
	Page                   int // from 1; 0 means 1
	SinceID                int64
	Numbers                []int64 // nil means any, empty means none
	Type                   IdentityType
	Identity               string // in any spelling
	Phone                  string
	NotifyEmail            string
	CreatedMin, CreatedMax time.Time
	UpdatedMin, UpdatedMax time.Time
}

// DefaultLimit is the length of a page when a Query asks for none.
const DefaultLimit = 50

// List gives accounts with their addresses, by number: two statements. Guests are not listed.
func (s *Service) List(ctx context.Context, q Query) ([]Profile, error) {
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	where, args := q.where()
	query := selectAccount + where + fmt.Sprintf(` order by c.number limit $%d offset $%d`, len(args)+1, len(args)+2)
	args = append(args, q.Limit, offset(q.Page, q.Limit))
	var list []Profile
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		accounts, err := db.All(tx, scanAccount, query, args...)
		if err != nil || len(accounts) == 0 {
			return err
		}
		ids := make([]string, len(accounts))
		for i, a := range accounts {
			ids[i] = a.ID
		}
		addresses, err := addressesOf(tx, ids...)
		list = together(accounts, addresses)
		return err
	})
	return list, err
}

// together hands each account its addresses.
func together(accounts []account, addresses []Address) []Profile {
	byOwner := make(map[string][]Address, len(accounts))
	for _, a := range addresses {
		byOwner[a.CustomerID] = append(byOwner[a.CustomerID], a)
	}
	list := make([]Profile, len(accounts))
	for i, a := range accounts {
		list[i] = Profile{Customer: a.Customer}
		list[i].hold(byOwner[a.ID])
	}
	return list
}

// Count counts what List would give without Limit and Page.
func (s *Service) Count(ctx context.Context, q Query) (int64, error) {
	where, args := q.where()
	var n int64
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select count(*) from customers c left join customer_identities i on i.customer_id = c.id `+where,
			args...).Scan(&n)
	})
	return n, err
}

func (q Query) where() (string, []any) {
	var f filter
	f.add(`c.has_account = 1 and c.deleted_at is null`)
	if q.SinceID > 0 {
		f.add(`c.number > ?`, q.SinceID)
	}
	if q.Numbers != nil {
		f.in(`c.number`, db.Args(q.Numbers))
	}
	if q.Type != "" {
		f.equal(`i.type`, string(q.Type))
	}
	switch {
	case q.Identity != "" && q.Type != "":
		f.equal(`i.identity`, q.Type.normalise(q.Identity))
	case q.Identity != "":
		f.in(`i.identity`, spellings(q.Identity))
	}
	if q.Phone != "" {
		f.equal(`c.phone`, q.Phone)
	}
	if q.NotifyEmail != "" {
		f.equal(`coalesce(c.notify_email, c.email)`, Email.normalise(q.NotifyEmail))
	}
	for _, bound := range []struct {
		cond string
		at   time.Time
	}{
		{`c.created_at >= ?`, q.CreatedMin}, {`c.created_at <= ?`, q.CreatedMax},
		{`c.updated_at >= ?`, q.UpdatedMin}, {`c.updated_at <= ?`, q.UpdatedMax},
	} {
		if !bound.at.IsZero() {
			f.add(bound.cond, db.Millis(bound.at))
		}
	}
	return f.where(), f.args
}
