package open_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kaidian/internal/api/open"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/shoptest"
)

// lastEvent gives the newest event of a shop that webhooks tell of.
func lastEvent(t *testing.T, s *shoptest.Shop) event.Event {
	t.Helper()
	all, err := s.Events.Since(t.Context(), 0, 1000)
	for _, e := range slices.Backward(all) {
		if _, ok := open.TopicOf(e); ok {
			return e
		}
	}
	t.Fatalf("there are no events (%v)", err)
	return event.Event{}
}

// told checks what a webhook tells of the newest event.
func told(t *testing.T, s *shoptest.Shop, wantTopic, wantBody string) {
	t.Helper()
	topic, body, err := open.WebhookBody(t.Context(), lastEvent(t, s), s.App.HookServices())
	if err != nil || topic != wantTopic || string(body) != wantBody {
		t.Errorf("a webhook tells %s %s (%v)\nwant %s %s", topic, body, err, wantTopic, wantBody)
	}
	if !slices.Contains(open.Topics(), topic) {
		t.Errorf("nobody can ask for %s", topic)
	}
}

// bare gives what the face shows in an envelope, without it.
func bare(t *testing.T, s *shoptest.Shop, path, envelope string) string {
	t.Helper()
	r := call(t, s, s.Token, http.MethodGet, path, "")
	r.want(t, path, 200, "")
	inner, ok := strings.CutPrefix(r.body, `{"`+envelope+`":`)
	if !ok {
		t.Fatalf("%s is %s", path, r.body)
	}
	return strings.TrimSuffix(inner, "}")
}

func TestWebhooksTellTheBareResource(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := shoptest.Start(t, d)
		s.Setup(t, "next customers 595")
		c := s.Customer(t, customer.NewAccount{Identity: "diao@example.com", RealName: "刁 <宜成> & Co", IdentityCard: "362226199001012933"})
		told(t, s, "customers/create", bare(t, s, "/v1/customers/595", "customer"))

		s.Clock.Advance(time.Hour)
		s.Setup(t, "address of=595 name=刁宜成 mobile=13632269358 district=110102 detail=清华大学17号楼305")
		updated := bare(t, s, "/v1/customers/595", "customer")
		told(t, s, "customers/update", updated)
		for _, must := range []string{`"addresses":[{"city":"市辖区"`, `"real_name":"刁 <宜成> & Co"`, `"identity_card":"3622**********2933"`} {
			if !strings.Contains(updated, must) {
				t.Errorf("%s does not have %s", updated, must)
			}
		}

		s.Setup(t, "shop name=宠物商店 domain=shop.example.cn")
		told(t, s, "shop/update", bare(t, s, "/v1/shop", "shop"))

		if err := s.Customers.Delete(t.Context(), customer.ByID(c.ID)); err != nil {
			t.Fatal(err)
		}
		told(t, s, "customers/delete", `{"id":595}`)
	})
}

func TestWebhooksHaveNothingToTell(t *testing.T) {
	t.Parallel()
	s := shoptest.Start(t, dbtest.OpenSQLite(t))
	c := s.Customer(t, customer.NewAccount{Identity: "diao@example.com"})
	created := lastEvent(t, s)
	if err := s.Customers.Delete(t.Context(), customer.ByID(c.ID)); err != nil {
		t.Fatal(err)
	}
	if _, body, err := open.WebhookBody(t.Context(), created, s.App.HookServices()); !errors.Is(err, customer.ErrNotFound) {
		t.Errorf("of who was deleted meanwhile it tells %s (%v)", body, err)
	}
	for _, topic := range []string{"metafield.created", customer.TopicPasswordRequested, ""} {
		e := event.Event{Topic: topic, Payload: json.RawMessage(`{}`)}
		if _, ok := open.TopicOf(e); ok {
			t.Errorf("%q is told", topic)
		}
		if _, _, err := open.WebhookBody(t.Context(), e, s.App.HookServices()); err == nil {
			t.Errorf("%q has a body", topic)
		}
	}
	broken := event.Event{Topic: customer.TopicDeleted, Payload: json.RawMessage(`{"number":"x"}`)}
	if _, _, err := open.WebhookBody(t.Context(), broken, s.App.HookServices()); err == nil {
		t.Error("a broken payload has a body")
	}
}

func TestTopicsAreUnique(t *testing.T) {
	t.Parallel()
	all := open.Topics()
	slices.Sort(all)
	if n := len(slices.Compact(slices.Clone(all))); n != len(all) {
		t.Errorf("%d of the %d topics are unique: %q", n, len(all), all)
	}
	for _, topic := range []string{customer.TopicCreated, customer.TopicUpdated, customer.TopicDeleted, shop.TopicUpdated} {
		if name, ok := open.TopicOf(event.Event{Topic: topic}); !ok || !slices.Contains(all, name) {
			t.Errorf("%s is %q, which nobody can ask for", topic, name)
		}
	}
}
