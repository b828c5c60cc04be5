package order_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
)

// claimed gives the events by which orders were claimed.
func (k till) claimed() (out []event.Event) {
	k.t.Helper()
	all, err := k.events.Since(k.t.Context(), k.seen, 1000)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, e := range all {
		if e.Topic == order.TopicClaimRequested {
			out = append(out, e)
		}
	}
	k.news()
	return out
}

func (k till) token(e event.Event) (email, token string) {
	k.t.Helper()
	email, token, err := k.ClaimToken(e)
	if err != nil {
		k.t.Fatal(err)
	}
	return email, token
}

func TestClaims(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		for i, email := range []string{"a@example.com", "b@example.com", "a@example.com", "diao@example.com"} {
			in := draft(fmt.Sprintf("cart_%d", i))
			if in.Email = email; i < 3 {
				in.CustomerID = new("cus_guest")
			}
			k.place(in, order.Placement{ID: fmt.Sprintf("order_%d", i)})
		}
		k.news()
		k.clock.Advance(time.Hour)
		err := k.Claim(t.Context(), "cus_diao", []string{"order_2", "order_0", "order_0", "order_1", "order_3", "order_none", "\x00"})
		claims := k.claimed()
		if err != nil || len(claims) != 2 || strings.Contains(string(claims[0].Payload), "eyJ") {
			t.Fatalf("claimed %+v (%v)", claims, err)
		}
		email, token := k.token(claims[0])
		if email != "a@example.com" || claims[0].Subject != "cus_diao" {
			t.Errorf("sent to %s of %s", email, claims[0].Subject)
		}
		if err := k.Confirm(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		if got := k.news(); len(got) != 2 || !strings.HasPrefix(got[0], "order.updated order_") {
			t.Errorf("told %q", got)
		}
		for _, want := range []struct{ id, customer, email string }{
			{"order_0", "cus_diao", "diao@example.com"}, {"order_1", "cus_guest", "b@example.com"}, {"order_2", "cus_diao", "diao@example.com"},
		} {
			if o := k.get(order.ByID(want.id)); *o.CustomerID != want.customer || o.Email != want.email {
				t.Errorf("%s is of %s with %s", want.id, *o.CustomerID, o.Email)
			}
		}
		if err := k.Confirm(t.Context(), token); err != nil || len(k.news()) != 0 {
			t.Errorf("again: %v", err)
		}
		_, late := k.token(claims[1])
		k.clock.Advance(order.ClaimLife)
		for _, bad := range []string{late, late[:len(late)-2] + "xx", "a.b.c"} {
			if err := k.Confirm(t.Context(), bad); !errors.Is(err, order.ErrClaimToken) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		for _, bad := range []string{"", "token", "a.b"} {
			if err := k.Confirm(t.Context(), bad); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%q: %v", bad, err)
			}
		}
		for _, bad := range [][]string{nil, make([]string, 101)} {
			if err := k.Claim(t.Context(), "cus_diao", bad); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%d orders: %v", len(bad), err)
			}
		}
		if err := k.Claim(t.Context(), "cus_diao", []string{"order_none"}); err != nil || len(k.claimed()) != 0 {
			t.Errorf("of none: %v", err)
		}
	})
}

// TestClaimsOfPeopleWithoutEmail leaves the orders theirs, and of customers who are gone it moves nothing.
func TestClaimsOfPeopleWithoutEmail(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := sell(t, d)
		in := draft("cart_1")
		in.CustomerID = nil
		made := k.place(in, order.Placement{})
		for _, who := range []string{"cus_mobile", "cus_diao"} {
			if err := k.Claim(t.Context(), who, []string{made.ID}); err != nil {
				t.Fatal(err)
			}
		}
		claims := k.claimed()
		_, token := k.token(claims[0])
		if err := k.Confirm(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		if o := k.get(order.ByID(made.ID)); *o.CustomerID != "cus_mobile" || o.Email != in.Email {
			t.Errorf("it is of %s with %s", *o.CustomerID, o.Email)
		}
		k.exec(`update customers set deleted_at = 5 where id = 'cus_diao'`)
		_, token = k.token(claims[1])
		if err := k.Confirm(t.Context(), token); !errors.Is(err, order.ErrClaimToken) {
			t.Errorf("who is gone: %v", err)
		}
		if _, _, err := k.ClaimToken(event.Event{Payload: json.RawMessage(`[]`)}); err == nil {
			t.Error("a broken event has a token")
		}
	})
}
