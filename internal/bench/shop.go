package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"kaidian/internal/app"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/config"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/secret"
)

// filled is a shop with customers.
type filled struct {
	engine string // with its version
	token  string // of an app that may do everything through the Open API
	people []person
	goods  goods
	sale   sale
}

// person is a customer as requests name it.
type person struct {
	number int64
	bearer string // token for the Store API
}

// addressesEach is how many addresses a customer has before the load.
const addressesEach = 2

// fill makes a shop through the program's own services. Hashes are cheap and nothing is synced while it does: neither
// is measured here, and neither shows in what is served later.
func (s shopAt) fill(ctx context.Context, p plan, progress io.Writer) (_ filled, err error) {
	cfg := config.Shop{Data: s.data(), Database: s.database}
	if s.database == "" {
		cfg.Database = filepath.Join(s.data(), "shop.db")
	}
	d, err := db.Open(ctx, hasty(cfg.Database), db.Options{NoSync: true})
	if err != nil {
		return filled{}, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	a, err := app.New(ctx, cfg, config.Serve{CallLimit: 1, CallLeak: 1},
		app.Options{DB: d, Passwords: secret.PasswordOptions{Memory: 64, Time: 1}})
	if err != nil {
		return filled{}, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	made, err := a.Staff.CreateApp(ctx, staff.NewApp{Kind: staff.Private, Name: "bench"})
	if err != nil {
		return filled{}, err
	}
	f := filled{token: made.Token, people: make([]person, p.customers)}
	if f.engine, err = version(ctx, d); err != nil {
		return filled{}, err
	}
	if err := f.register(ctx, a.Customers); err != nil {
		return filled{}, err
	}
	if f.goods, err = fillGoods(ctx, a, p.products, progress); err != nil {
		return filled{}, err
	}
	if f.sale, err = fillSale(ctx, a); err != nil {
		return filled{}, err
	}
	return f, a.Events.Dispatch(ctx) // or the server would begin with it
}

// hasty has PostgreSQL not wait for its disk.
func hasty(database string) string {
	if db.DialectOf(database) != db.Postgres {
		return database
	}
	sep := "?"
	if strings.Contains(database, "?") {
		sep = "&"
	}
	return database + sep + "synchronous_commit=off"
}

// register makes the customers, several at a time.
func (f *filled) register(ctx context.Context, c *customer.Service) error {
	const hands = 8
	errs := make([]error, hands)
	var done sync.WaitGroup
	for h := range hands {
		done.Go(func() {
			for i := h; i < len(f.people) && errs[h] == nil; i += hands {
				f.people[i], errs[h] = newPerson(ctx, c, i)
			}
		})
	}
	done.Wait()
	return errors.Join(errs...)
}

func newPerson(ctx context.Context, c *customer.Service, i int) (person, error) {
	first, last, phone := "小明"+strconv.Itoa(i), "王", fmt.Sprintf("138%08d", i)
	made, _, err := c.Register(ctx, customer.NewAccount{Identity: fmt.Sprintf("shopper%d@example.com", i),
		Password: "supersecret", FirstName: &first, LastName: &last, Phone: &phone})
	if err != nil {
		return person{}, err
	}
	for n := range addressesEach {
		_, err := c.AddAddress(ctx, customer.ByNumber(made.Number), customer.OpenPatch{
			Name: customer.Some("王" + first), Mobile: customer.Some(phone), DistrictCode: customer.Some("440305"),
			Detail: customer.Some(fmt.Sprintf("科技园南区%d栋%d", i, n)), Zipcode: customer.Some("518057"), IsDefault: customer.Some(n == 0)})
		if err != nil {
			return person{}, err
		}
	}
	token, err := c.IssueToken(made)
	return person{number: made.Number, bearer: token}, err
}

// newAddress is the body of a request for a new address.
const newAddress = `{"address":{"name":"王小明","mobile":"13800138000","district_code":"110102","detail":"金融大街7号英蓝国际中心1201","zipcode":"100033"}}`

// requestsOf gives the requests that are measured. Reads go to the first half of the customers and new addresses to
// the second, so that what is read stays as long as it was.
func requestsOf(f filled) []request {
	me := request{name: "GET /store/customers/me", status: http.StatusOK}
	list := request{name: "GET /v1/customers/{id}/addresses", status: http.StatusOK}
	add := request{name: "POST /v1/customers/{id}/addresses", status: http.StatusOK}
	half := len(f.people) / 2
	for i, p := range f.people {
		path := "/v1/customers/" + strconv.FormatInt(p.number, 10) + "/addresses"
		if i >= half {
			add.bytes = append(add.bytes, compose(http.MethodPost, path, "X-API-ACCESS-TOKEN: "+f.token, newAddress))
			continue
		}
		me.bytes = append(me.bytes, compose(http.MethodGet, "/store/customers/me", "Authorization: Bearer "+p.bearer, ""))
		list.bytes = append(list.bytes, compose(http.MethodGet, path, "X-API-ACCESS-TOKEN: "+f.token, ""))
	}
	return []request{me, list, add}
}

// compose gives a whole request.
func compose(method, path, header, body string) []byte {
	lines := []string{method + " " + path + " HTTP/1.1", "Host: 127.0.0.1", "User-Agent: kaidian-bench", header}
	if body != "" {
		lines = append(lines, "Content-Type: application/json", "Content-Length: "+strconv.Itoa(len(body)))
	}
	return []byte(strings.Join(append(lines, "", body), "\r\n"))
}

// countStatements asks servers of their own, which tell, how many statements each request takes: as the first one since
// the start, and sent again.
func (s shopAt) countStatements(ctx context.Context, all []request, flags ...string) ([][2]int, error) {
	counts := make([][2]int, len(all))
	for i, q := range all {
		p, _, err := s.serve(ctx, append([]string{"--timings"}, flags...)...)
		if err != nil {
			return nil, err
		}
		for n := range counts[i] {
			if counts[i][n], err = statementsOf(ctx, p.addr, q); err != nil {
				break
			}
		}
		p.stop()
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}

func statementsOf(ctx context.Context, addr string, q request) (int, error) {
	a, err := record(ctx, addr, q)
	if err != nil {
		return 0, err
	}
	return a.statements(q.name)
}

// statements reads how many statements the answer to a request took.
func (a answer) statements(name string) (n int, err error) {
	timing := a.Header.Get("Server-Timing")
	if _, err := fmt.Sscanf(timing, `db;desc="%d statements"`, &n); err != nil {
		return 0, fmt.Errorf("the Server-Timing header of %s is %q", name, timing)
	}
	return n, nil
}
