package customer_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// five registers user0 to user4 an hour apart, each with as many addresses, and gives their numbers. An hour later user1
// gets a phone and a billing address, and user2 another identity. There are a guest and a deleted customer besides.
func (k *desk) five() (n []int64) {
	k.t.Helper()
	for i := range 5 {
		k.clock.Set(customer.Opening.Add(time.Duration(i) * time.Hour))
		c := k.register(fmt.Sprintf("user%d@example.com", i))
		n = append(n, c.Number)
		for range i {
			k.add(customer.ByID(c.ID), xicheng())
		}
	}
	k.guest("guest@example.com")
	k.clock.Advance(time.Hour)
	k.update(customer.ByNumber(n[1]), customer.Patch{Phone: some("136"), NotifyEmail: some("n@example.com"),
		Billing: some(customer.BillingChange{Address: customer.StorePatch{City: some("x")}})})
	k.update(customer.ByNumber(n[2]), customer.Patch{IdentityType: some(customer.Mobile), Identity: some("13632269358")})
	gone := k.register("gone@example.com")
	if err := k.Delete(k.t.Context(), customer.ByID(gone.ID)); err != nil {
		k.t.Fatal(err)
	}
	return n
}

func TestList(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		n := k.five()
		at := func(i int) time.Time { return customer.Opening.Add(time.Duration(i) * time.Hour) }
		type q = customer.Query
		for name, c := range map[string]struct {
			q    q
			want []int64
		}{
			"all":               {q{}, n},
			"a page":            {q{Limit: 2}, n[:2]},
			"the second":        {q{Limit: 2, Page: 2}, n[2:4]},
			"the last":          {q{Limit: 2, Page: 3}, n[4:]},
			"beyond":            {q{Limit: 2, Page: 1 << 62}, nil},
			"since":             {q{SinceID: n[2]}, n[3:]},
			"numbers":           {q{Numbers: []int64{n[4], n[0], 99}}, []int64{n[0], n[4]}},
			"no numbers":        {q{Numbers: []int64{}}, nil},
			"by e-mail":         {q{Type: customer.Email}, []int64{n[0], n[1], n[3], n[4]}},
			"by one e-mail":     {q{Type: customer.Email, Identity: " USER3@example.com"}, n[3:4]},
			"any identity":      {q{Identity: "136-3226-9358"}, n[2:3]},
			"any e-mail":        {q{Identity: "User4@example.com"}, n[4:]},
			"unknown type":      {q{Type: "x"}, nil},
			"odd":               {q{Identity: "\x00", Phone: "\xff"}, nil},
			"odd type":          {q{Type: "\x00", NotifyEmail: "\x00"}, nil},
			"phone":             {q{Phone: "136"}, n[1:2]},
			"notify e-mail":     {q{NotifyEmail: "N@example.com"}, n[1:2]},
			"created":           {q{CreatedMin: at(1), CreatedMax: at(3)}, n[1:4]},
			"updated":           {q{UpdatedMin: at(5)}, n[1:3]},
			"updated until":     {q{UpdatedMax: at(4)}, []int64{n[0], n[3], n[4]}},
			"two things":        {q{CreatedMin: at(1), Phone: "136", SinceID: n[0], Limit: 1}, n[1:2]},
			"two that exclude":  {q{CreatedMin: at(2), Phone: "136"}, nil},
			"numbers and since": {q{Numbers: n, SinceID: n[3], Identity: "user4@example.com"}, n[4:]},
		} {
			list, err := k.List(t.Context(), c.q)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			var got []int64
			for _, p := range list {
				got = append(got, p.Number)
				if i := slices.Index(n, p.Number); len(p.Addresses) != i || i > 0 && p.Addresses[0].CustomerID != p.ID || (p.Billing != nil) != (i == 1) {
					t.Errorf("%s: customer %d has the addresses %+v, billing %v", name, p.Number, p.Addresses, p.Billing)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: got %v, want %v", name, got, c.want)
			}
			if c.q.Limit == 0 {
				if count, err := k.Count(t.Context(), c.q); count != int64(len(c.want)) || err != nil {
					t.Errorf("%s: counted %d (%v), want %d", name, count, err, len(c.want))
				}
			}
		}
		k.counted(2, func(ctx context.Context) error { _, err := k.List(ctx, q{}); return err })
		if _, err := k.Get(t.Context(), customer.ByNumber(k.number(`select number from customers where has_account = 0`))); err == nil {
			t.Error("a number names a guest")
		}
	})
}
