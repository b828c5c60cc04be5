package shoptest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"kaidian/internal/api/route"
	"kaidian/internal/app"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/config"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/secret"
	"kaidian/internal/provider/scripted"
)

// Shop is a whole shop behind a real server on loopback, with a clock that stands still until it is moved.
type Shop struct {
	*app.App
	URL   string
	Clock *clock.Fake
	Token string // of an app that may do everything through the Open API
}

// Now is what the clock of a new Shop shows.
var Now = time.Date(2024, 5, 20, 4, 30, 0, 123_000_000, time.UTC)

// CheapPasswords makes hashes that cost next to nothing.
var CheapPasswords = secret.PasswordOptions{Memory: 64, Time: 1}

// Start serves a shop on an empty database. Its workers do not run: what events lead to is tested where it is wanted.
// Tests change settings with the functions given.
func Start(t testing.TB, d *db.DB, change ...func(*config.Serve)) *Shop {
	t.Helper()
	c := clock.NewFake(Now)
	cfg := config.Serve{StoreCORS: []string{"http://localhost:*"}, CallLimit: 100, CallLeak: 10, Timings: true, WebhookAllowPrivate: true}
	for _, f := range change {
		f(&cfg)
	}
	a, err := app.New(t.Context(), config.Shop{Data: t.TempDir()}, cfg, app.Options{DB: d, Clock: c, Passwords: CheapPasswords, Version: "test",
		Providers: []payment.Provider{scripted.New(scripted.Options{})}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a.Handler())
	t.Cleanup(func() {
		server.Close()
		a.Close() //nolint:errcheck // the database is the test's
	})
	made, err := a.Staff.CreateApp(t.Context(), staff.NewApp{Kind: staff.Private, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return &Shop{App: a, URL: server.URL, Clock: c, Token: made.Token}
}

// Customer registers one, by e-mail unless the account says otherwise, with the password "supersecret".
func (s *Shop) Customer(t testing.TB, n customer.NewAccount) customer.Customer {
	t.Helper()
	if n.Password == "" {
		n.Password = "supersecret"
	}
	c, _, err := s.Customers.Register(context.WithoutCancel(t.Context()), n)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Setup does what a line of a scenario's setup says:
//
//	clock 2014-12-07T11:09:07.067+08:00       the clock stands there
//	next customers 595                        the next row of the table gets this number
//	token                                     binds $token to an access token with all scopes
//	app scopes=read_basic                     binds $limited to the token of an app with these scopes alone
//	customer email=a@example.com              registers one: type, identity, password, first, last, name, phone; binds
//	                                          $cus and $cus_number, and with as=b $b and $b_number
//	address of=595 district=110102 detail=x   adds one through the Open API: name, mobile; binds $addr and $addr_number
//	staff email=a@example.com name=x          makes an account; binds $staff_number
//	shop name=x domain=x                      changes settings; binds $webhook_token
//	goods                                     loads testdata/goods.json, whose records have fixed ids
//	order variant=x region=x email=x          has somebody buy goods: quantity, customer (an id), shipping (an option), first, last,
//	                                          line, city, country, district, postcode, phone; binds $order, $order_number, $cart,
//	                                          $line_number, $payment and $payment_number
//	payments region=eu providers=a,b          how the region's carts may be paid; see provider/scripted
func (s *Shop) Setup(t testing.TB, line string) map[string]any {
	t.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	words, err := pairs(rest)
	if err != nil {
		t.Fatalf("setup %q: %v", line, err)
	}
	bound, err := s.setup(t.Context(), verb, rest, words)
	if err != nil {
		t.Fatalf("setup %q: %v", line, err)
	}
	return bound
}

func (s *Shop) setup(ctx context.Context, verb, rest string, words map[string]string) (map[string]any, error) {
	switch verb {
	case "clock":
		at, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(rest))
		s.Clock.Set(at)
		return nil, err
	case "next":
		table, n, _ := strings.Cut(rest, " ")
		number, err := strconv.ParseInt(strings.TrimSpace(n), 10, 64)
		if err != nil {
			return nil, err
		}
		return nil, s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.AdvanceNumber(table, number-1) })
	case "token":
		return map[string]any{"token": s.Token}, nil
	case "app":
		return s.setupApp(ctx, words)
	case "customer":
		return s.setupCustomer(ctx, words)
	case "address":
		return s.setupAddress(ctx, words)
	case "staff":
		a, err := s.Staff.Create(ctx, staff.NewAccount{Name: words["name"], Email: words["email"], Mobile: words["mobile"], Password: "supersecret"})
		return map[string]any{"staff_number": a.Number}, err
	case "shop":
		name, domain := words["name"], words["domain"]
		set, err := s.App.Shop.Update(ctx, shop.Patch{Name: &name, Domain: &domain})
		return map[string]any{"webhook_token": set.WebhookToken}, err
	case "goods":
		return nil, s.loadGoods(ctx)
	case "order":
		return s.setupOrder(ctx, words)
	case "payments":
		return nil, s.setupPayments(ctx, words)
	}
	return nil, fmt.Errorf("no setup is called %q", verb)
}

func (s *Shop) setupApp(ctx context.Context, words map[string]string) (map[string]any, error) {
	made, err := s.Staff.CreateApp(ctx, staff.NewApp{Kind: staff.Public, Name: "limited", CallbackURL: "https://app.example.org/callback"})
	if err != nil {
		return nil, err
	}
	owner, err := s.Staff.Create(ctx, staff.NewAccount{Name: "Owner", Email: made.App.Key + "@example.com", Password: "supersecret"})
	if err != nil {
		return nil, err
	}
	code, _, err := s.Staff.Authorize(ctx, owner.ID, made.App.Key, staff.ParseScopes(words["scopes"]), "")
	if err != nil {
		return nil, err
	}
	token, err := s.Staff.Exchange(ctx, made.App.Key, code, "")
	return map[string]any{"limited": token}, err
}

func (s *Shop) setupCustomer(ctx context.Context, words map[string]string) (map[string]any, error) {
	n := customer.NewAccount{Type: customer.IdentityType(words["type"]), Identity: words["identity"], Password: "supersecret", RealName: words["name"]}
	if mail := words["email"]; mail != "" {
		n.Identity = mail
	}
	if p, ok := words["password"]; ok {
		n.Password = p
	}
	for key, to := range map[string]**string{"first": &n.FirstName, "last": &n.LastName, "phone": &n.Phone} {
		if v, ok := words[key]; ok {
			*to = &v
		}
	}
	c, _, err := s.Customers.Register(ctx, n)
	as := "cus"
	if words["as"] != "" {
		as = words["as"]
	}
	return map[string]any{as: c.ID, as + "_number": c.Number}, err
}

func (s *Shop) setupAddress(ctx context.Context, words map[string]string) (map[string]any, error) {
	of, err := strconv.ParseInt(words["of"], 10, 64)
	if err != nil {
		return nil, err
	}
	a, err := s.Customers.AddAddress(ctx, customer.ByNumber(of), customer.OpenPatch{Name: customer.Some(words["name"]),
		Mobile: customer.Some(words["mobile"]), DistrictCode: customer.Some(words["district"]), Detail: customer.Some(words["detail"])})
	return map[string]any{"addr": a.ID, "addr_number": a.Number}, err
}

// pairs reads "a=b c=d"; a value in double quotes may hold spaces.
func pairs(text string) (map[string]string, error) {
	out := map[string]string{}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		key, rest, ok := strings.Cut(text, "=")
		if !ok || strings.Contains(key, " ") {
			return nil, nil // not pairs; the verb reads its line itself
		}
		if quoted, err := strconv.QuotedPrefix(rest); err == nil {
			value, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, err
			}
			out[key], text = value, rest[len(quoted):]
			continue
		}
		out[key], text, _ = strings.Cut(rest, " ")
	}
	return out, nil
}

// Target is the shop as scenarios play to it, with the documents of its faces.
func (s *Shop) Target(t testing.TB) Target {
	t.Helper()
	return Target{URL: s.URL, Setup: s.Setup, Documents: []Document{
		{Prefix: "/store/", OpenAPI: s.document(t, "store"), Times: time.UTC},
		{Prefix: "/v1/", OpenAPI: s.document(t, "open"), Times: route.China, SortedKeys: true},
	}}
}

func (s *Shop) document(t testing.TB, face string) []byte {
	t.Helper()
	res, err := http.Get(s.URL + "/openapi/" + face + ".json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	doc, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("document of %s: status %d, %v: %s", face, res.StatusCode, err, doc)
	}
	return doc
}
