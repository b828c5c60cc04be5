package shop_test

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

// opening is when the tests' shops open.
var opening = time.Date(2014, 9, 2, 9, 32, 1, 111e6, time.UTC)

// world is a shop without a face.
type world struct {
	db    *db.DB
	clock *clock.Fake
	log   *event.Log
}

func newWorld(d *db.DB) *world {
	c := clock.NewFake(opening)
	return &world{db: d, clock: c, log: event.New(d, c, slog.New(slog.DiscardHandler))}
}

func (w *world) shop() *shop.Shop             { return shop.New(w.db, w.clock, w.log) }
func (w *world) metafields() *shop.Metafields { return shop.NewMetafields(w.db, w.clock, w.log) }

// topics gives what was recorded so far, oldest first.
func (w *world) topics(t *testing.T) []string {
	t.Helper()
	events, err := w.log.Since(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range events {
		out = append(out, e.Topic+" "+e.Subject)
	}
	return out
}

func must[T any](t *testing.T) func(v T, err error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// rules gives "name rule" of each problem of an Invalid fault.
func rules(t *testing.T, err error) []string {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Code != fault.Invalid {
		t.Errorf("got %v, want an Invalid fault", err)
		return nil
	}
	var out []string
	for _, p := range f.Fields {
		if !strings.Contains(p.Message, strings.Split(p.Name, ".")[0]) {
			t.Errorf("the message %q does not name %s", p.Message, p.Name)
		}
		out = append(out, p.Name+" "+string(p.Rule))
	}
	return out
}

func TestEnsureMakesTheShopOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		s := w.shop()
		if _, err := s.Get(t.Context()); !errors.Is(err, shop.ErrNotOpen) {
			t.Errorf("before it is made: %v", err)
		}
		name := "x"
		if _, err := s.Update(t.Context(), shop.Patch{Name: &name}); !errors.Is(err, shop.ErrNotOpen) {
			t.Errorf("updating before it is made: %v", err)
		}
		if s.MasterKey() != nil {
			t.Error("a master key before it is made")
		}
		got := must[shop.Settings](t)(s.Ensure(t.Context(), shop.Defaults{}))
		want := shop.Settings{
			ID: got.ID, Name: "开店", Domain: "127.0.0.1:9000", URL: "http://127.0.0.1:9000",
			EnableEmailRegist: true, EnableMobileRegist: true, EnableUsernameRegist: true,
			ShopKey: got.ShopKey, WebhookToken: got.WebhookToken, OpenSecret: got.OpenSecret,
			CreatedAt: opening, UpdatedAt: opening,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if !strings.HasPrefix(got.ID, "store_") {
			t.Errorf("id %q", got.ID)
		}
		hex := regexp.MustCompile(`^[0-9a-f]{32}$`)
		secrets := map[string]bool{got.ShopKey: true, got.WebhookToken: true, got.OpenSecret: true}
		for s := range secrets {
			if !hex.MatchString(s) || len(secrets) != 3 {
				t.Errorf("not three secrets of 32 hex digits: %v", secrets)
			}
		}
		if len(s.MasterKey()) != secret.MasterSize {
			t.Errorf("master key of %d bytes", len(s.MasterKey()))
		}

		w.clock.Advance(time.Hour)
		later := w.shop()
		again := must[shop.Settings](t)(later.Ensure(t.Context(), shop.Defaults{Name: "another"}))
		if diff := cmp.Diff(want, again); diff != "" {
			t.Errorf("the second start: %s", diff)
		}
		if string(later.MasterKey()) != string(s.MasterKey()) {
			t.Error("the second start has another master key")
		}
		if topics := w.topics(t); topics != nil {
			t.Errorf("recorded %v", topics)
		}
	})
}

func TestEnsureTakesGivenValues(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenSQLite(t)
	got := must[shop.Settings](t)(newWorld(d).shop().Ensure(t.Context(), shop.Defaults{
		Name: " 标准主题开发版 ", Domain: "standard.v.youhaosuda.com", URL: "http://standard.v.youhaosuda.com/",
		PageTitle: "T", PageDescription: "D", WebhookToken: "906155047ff74a14a1ca6b1fa74d3390",
	}))
	have := []string{got.Name, got.Domain, got.URL, got.PageTitle, got.PageDescription, got.WebhookToken}
	want := []string{"标准主题开发版", "standard.v.youhaosuda.com", "http://standard.v.youhaosuda.com", "T", "D",
		"906155047ff74a14a1ca6b1fa74d3390"}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

func TestEnsureRefusesBadValues(t *testing.T) {
	t.Parallel()
	_, err := newWorld(dbtest.OpenSQLite(t)).shop().Ensure(t.Context(), shop.Defaults{
		Domain: "no host", URL: "ftp://x", WebhookToken: "short", MasterKey: []byte("short"),
	})
	want := []string{"domain format", "url format", "webhook_token format", "master_key format"}
	if diff := cmp.Diff(want, rules(t, err)); diff != "" {
		t.Error(diff)
	}
}

// Each instance has its own connections, as processes have.
func TestInstancesThatStartAtOnceFindOneShop(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func(*testing.T) string{"sqlite": dbtest.SQLitePath, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := dsn(t)
			const instances = 6
			var wg sync.WaitGroup
			got, keys := make([]shop.Settings, instances), make([]string, instances)
			start := make(chan struct{})
			for i := range instances {
				d := must[*db.DB](t)(db.Open(t.Context(), at, db.Options{NoSync: true, MaxConns: 2}))
				t.Cleanup(func() { d.Close() })
				s := newWorld(d).shop()
				wg.Go(func() {
					<-start
					var err error
					if got[i], err = s.Ensure(t.Context(), shop.Defaults{}); err != nil {
						t.Error(err)
					}
					keys[i] = string(s.MasterKey())
				})
			}
			close(start)
			wg.Wait()
			for i := range instances {
				if got[i].ShopKey == "" || keys[i] == "" || got[i] != got[0] || keys[i] != keys[0] {
					t.Fatalf("instance %d has %+v, the first %+v", i, got[i], got[0])
				}
			}
		})
	}
}

func TestMasterKeyFromTheConfiguration(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		key, other := secret.Random(secret.MasterSize), secret.Random(secret.MasterSize)
		s := w.shop()
		must[shop.Settings](t)(s.Ensure(t.Context(), shop.Defaults{MasterKey: key}))
		if string(s.MasterKey()) != string(key) {
			t.Error("the configured key is not the shop's")
		}
		for name, wrong := range map[string][]byte{"none": nil, "another": other} {
			later := w.shop()
			if _, err := later.Ensure(t.Context(), shop.Defaults{MasterKey: wrong}); !errors.Is(err, shop.ErrMasterKey) {
				t.Errorf("%s: %v", name, err)
			}
			if later.MasterKey() != nil {
				t.Errorf("%s: a key all the same", name)
			}
		}
		later := w.shop()
		must[shop.Settings](t)(later.Ensure(t.Context(), shop.Defaults{MasterKey: key}))
		if string(later.MasterKey()) != string(key) {
			t.Error("the second start has another key")
		}
		var kept string
		err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			return tx.QueryRow(`select master_key from shop`).Scan(&kept)
		})
		if err != nil || !regexp.MustCompile(`^sha256:[0-9a-f]{64}$`).MatchString(kept) {
			t.Errorf("the database keeps %q, %v: want only a hash", kept, err)
		}
	})
}

func TestShopsOwnMasterKeyIsNotReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(dbtest.OpenSQLite(t))
	s := w.shop()
	must[shop.Settings](t)(s.Ensure(t.Context(), shop.Defaults{}))
	_, err := w.shop().Ensure(t.Context(), shop.Defaults{MasterKey: secret.Random(secret.MasterSize)})
	if !errors.Is(err, shop.ErrMasterKey) {
		t.Errorf("another key: %v", err)
	}
	must[shop.Settings](t)(w.shop().Ensure(t.Context(), shop.Defaults{MasterKey: s.MasterKey()}))
	clear(s.MasterKey())
	if strings.Trim(string(s.MasterKey()), "\x00") == "" {
		t.Error("a caller who wipes its key wipes the shop's")
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		s := w.shop()
		before := must[shop.Settings](t)(s.Ensure(t.Context(), shop.Defaults{PageTitle: "T", PageDescription: "D"}))
		w.clock.Advance(time.Minute)
		text := func(s string) *string { return &s }
		flag := func(b bool) *bool { return &b }

		want := before
		want.Name, want.PageTitle, want.EnableMobileRegist = "我的店", "", false
		want.UpdatedAt = opening.Add(time.Minute)
		got := must[shop.Settings](t)(s.Update(t.Context(), shop.Patch{
			Name: text(" 我的店 "), PageTitle: text(""), EnableMobileRegist: flag(false),
		}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("three values: %s", diff)
		}
		if diff := cmp.Diff(want, must[shop.Settings](t)(s.Get(t.Context()))); diff != "" {
			t.Errorf("three values, read: %s", diff)
		}

		want.Domain, want.URL, want.PageDescription = "店.example.com:8443", "https://店.example.com:8443/a", "D2"
		want.EnableEmailRegist, want.EnableMobileRegist, want.EnableUsernameRegist = false, true, false
		want.WebhookToken = "fbc7f83524f14e358a325a5066acd741"
		got = must[shop.Settings](t)(s.Update(t.Context(), shop.Patch{
			Domain: &want.Domain, URL: text(want.URL + "/"), PageDescription: &want.PageDescription,
			EnableEmailRegist: flag(false), EnableMobileRegist: flag(true), EnableUsernameRegist: flag(false),
			WebhookToken: &want.WebhookToken,
		}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the other values: %s", diff)
		}

		w.clock.Advance(time.Minute)
		got = must[shop.Settings](t)(s.Update(t.Context(), shop.Patch{}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("nothing: %s", diff)
		}
		topic := "shop.updated " + want.ID
		if diff := cmp.Diff([]string{topic, topic}, w.topics(t)); diff != "" {
			t.Errorf("recorded: %s", diff)
		}
	})
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(dbtest.OpenSQLite(t))
	s := w.shop()
	before := must[shop.Settings](t)(s.Ensure(t.Context(), shop.Defaults{}))
	for _, c := range []struct {
		name  string
		set   func(p *shop.Patch, v *string)
		value string
		want  string // "" when it is fine
	}{
		{"blank name", setName, " \t", "name required"},
		{"long name", setName, strings.Repeat("店", 101), "name too_long"},
		{"name of two lines", setName, "a\nb", "name format"},
		{"name with a broken character", setName, "a\xff", "name format"},
		{"no domain", setDomain, "", "domain required"},
		{"domain with a scheme", setDomain, "http://a", "domain format"},
		{"domain with a path", setDomain, "a/b", "domain format"},
		{"domain with port 0", setDomain, "a:0", "domain format"},
		{"domain with port 65536", setDomain, "a:65536", "domain format"},
		{"domain with an empty port", setDomain, "a:", "domain format"},
		{"long domain", setDomain, strings.Repeat("a", 256), "domain too_long"},
		{"no url", setURL, "/", "url required"},
		{"relative url", setURL, "shop.example.com", "url format"},
		{"script url", setURL, "javascript:alert(1)", "url format"},
		{"url without a host", setURL, "http://:80", "url format"},
		{"url with a strange host", setURL, "http://<b>", "url format"},
		{"url with a user", setURL, "http://u:p@a", "url format"},
		{"url with a query", setURL, "http://a?b", "url format"},
		{"url with an empty query", setURL, "http://a?", "url format"},
		{"url with a fragment", setURL, "http://a#b", "url format"},
		{"long title", setTitle, strings.Repeat("题", 201), "page_title too_long"},
		{"zero byte", setTitle, "a\x00b", "page_title format"},
		{"long description", setDescription, strings.Repeat("述", 2001), "page_description too_long"},
		{"token with a space", setToken, "0123456789abcdef ", "webhook_token format"},
		{"no token", setToken, "", "webhook_token format"},
		{"longest name", setName, strings.Repeat("店", 100), ""},
		{"IPv6", setDomain, "[::1]:9000", ""},
		{"IPv6 url", setURL, "http://[::1]:9000", ""},
		{"longest title", setTitle, strings.Repeat("题", 200), ""},
		{"longest description", setDescription, strings.Repeat("述", 2000), ""},
	} {
		var p shop.Patch
		c.set(&p, &c.value)
		_, err := s.Update(t.Context(), p)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if got := strings.Join(rules(t, err), ", "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	after := must[shop.Settings](t)(s.Get(t.Context()))
	if after.WebhookToken != before.WebhookToken || len(w.topics(t)) != 5 {
		t.Errorf("refused updates left %+v and %v", after, w.topics(t))
	}
}

func setName(p *shop.Patch, v *string)        { p.Name = v }
func setDomain(p *shop.Patch, v *string)      { p.Domain = v }
func setURL(p *shop.Patch, v *string)         { p.URL = v }
func setTitle(p *shop.Patch, v *string)       { p.PageTitle = v }
func setDescription(p *shop.Patch, v *string) { p.PageDescription = v }
func setToken(p *shop.Patch, v *string)       { p.WebhookToken = v }

func TestGetReadsFromMemoryForTwoSeconds(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		here, elsewhere := w.shop(), w.shop()
		must[shop.Settings](t)(here.Ensure(t.Context(), shop.Defaults{Name: "old"}))
		read := func(want string, statements int64) {
			t.Helper()
			ctx, count := db.WithCounter(t.Context())
			if got := must[shop.Settings](t)(here.Get(ctx)); got.Name != want || count.N() != statements {
				t.Errorf("got %q by %d statements, want %q by %d", got.Name, count.N(), want, statements)
			}
		}
		rename := func(s *shop.Shop, name string) {
			t.Helper()
			must[shop.Settings](t)(s.Update(t.Context(), shop.Patch{Name: &name}))
		}
		read("old", 1)
		read("old", 0)
		rename(here, "new")
		read("new", 1)
		rename(elsewhere, "newer")
		w.clock.Advance(1999 * time.Millisecond)
		read("new", 0)
		w.clock.Advance(time.Millisecond)
		read("newer", 1)
		read("newer", 0)
		w.clock.Advance(-time.Hour) // a clock that is set back does not freeze the settings
		read("newer", 1)
	})
}

// A reader that looked before a change must not put what it saw back into memory after it.
func TestChangeIsSeenByTheNextRead(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		w := newWorld(d)
		s := w.shop()
		must[shop.Settings](t)(s.Ensure(t.Context(), shop.Defaults{}))
		var done atomic.Bool
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for !done.Load() {
					if _, err := s.Get(t.Context()); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for i := range 60 {
			title := strings.Repeat("x", i+1)
			w.clock.Advance(3 * time.Second) // the readers go to the database while this changes it
			must[shop.Settings](t)(s.Update(t.Context(), shop.Patch{PageTitle: &title}))
			for range 5 {
				if got := must[shop.Settings](t)(s.Get(t.Context())); got.PageTitle != title {
					t.Errorf("after change %d a read gives change %d", i+1, len(got.PageTitle))
				}
			}
		}
		done.Store(true)
		wg.Wait()
	})
}
