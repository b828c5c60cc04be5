package checkout_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/commerce/checkout"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/provider/scripted"
)

// cutter stands before PostgreSQL and cuts all connections when so many messages have gone to the server.
type cutter struct {
	net.Listener
	to   string
	left atomic.Int64 // messages until the cut; none while negative
	mu   sync.Mutex
	open []net.Conn
}

func cut(t *testing.T, dsn string) (*cutter, string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{Listener: l, to: u.Host}
	c.left.Store(-1)
	go c.serve()
	t.Cleanup(func() { l.Close(); c.cutAll() })
	u.Host = l.Addr().String()
	return c, u.String()
}

func (c *cutter) serve() {
	for {
		client, err := c.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.to)
		if err != nil {
			client.Close()
			continue
		}
		c.mu.Lock()
		c.open = append(c.open, client, server)
		c.mu.Unlock()
		go io.Copy(client, server) //nolint:errcheck // it ends with the connection
		go c.pass(server, client)
	}
}

// pass counts what goes to the server. The last message before a cut arrives there, and its answer never comes back.
func (c *cutter) pass(server, client net.Conn) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		if c.left.Load() >= 0 && c.left.Add(-1) < 0 {
			client.Close()
			server.Write(buffer[:n]) //nolint:errcheck
			c.cutAll()
			return
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (c *cutter) cutAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.open {
		conn.Close()
	}
	c.open = nil
}

// The connection to PostgreSQL drops at each message of Complete, at the commit too, of which nobody knows then whether it was: what
// was begun is whole or not at all, and completing the cart once more gives its one order.
func TestTheDatabaseIsCutOff(t *testing.T) {
	t.Parallel()
	for _, provider := range providers {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			dsn := dbtest.PostgresURL(t)
			direct, err := db.Open(t.Context(), dsn, db.Options{MaxConns: 4})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { direct.Close() })
			k := open(t, direct, provider, scripted.Options{})
			proxy, through := cut(t, dsn)
			for step := range int64(60) {
				id := k.cart(nil, mug, teeS)
				before := k.count(`select count(*) from orders`)
				far, err := db.Open(t.Context(), through, db.Options{MaxConns: 2})
				if err != nil {
					t.Fatal(err)
				}
				other := wire(t, far, k.bank)
				if err := other.carts.Ready(t.Context()); err != nil {
					t.Fatal(err)
				}
				proxy.left.Store(step)
				_, err = other.complete(id)
				whole := proxy.left.Load() >= 0 // it was over before the cut
				proxy.left.Store(-1)
				far.Close()
				k.quiet()
				k.clock.Set(time.Now().Add(2 * time.Minute))
				k.must(k.Sweep(t.Context()))
				k.nothingHeld()
				r, again := k.complete(id)
				if again != nil || r.Order == nil || k.count(`select count(*) from orders`) != before+1 {
					t.Errorf("step %d, after %v: %+v, %v", step, err, r, again)
				}
				k.nothingHeld()
				if whole {
					if err != nil || step < 15 {
						t.Errorf("not cut at step %d: %v", step, err)
					}
					return
				}
			}
			t.Error("it is never over")
		})
	}
}

// quiet waits until the server has done what it was told before the cut.
func (k *till) quiet() {
	k.t.Helper()
	for range 400 {
		if k.count(`select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`) == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	k.t.Error("the server is still busy")
}

// PostgreSQL in its strictest isolation refuses what might clash. It is tried again, and nobody is told of it but by a conflict.
func TestSerialisationFailures(t *testing.T) {
	t.Parallel()
	d, err := db.Open(t.Context(), dbtest.PostgresURL(t), db.Options{MaxConns: 8, Isolation: sql.LevelSerializable})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	k := open(t, d, "manual", scripted.Options{})
	carts := make([]string, 16)
	for i := range carts {
		carts[i] = k.cart(nil, lamp, mug)
	}
	var all sync.WaitGroup
	for _, id := range carts {
		all.Go(func() {
			for range 10 {
				_, err := k.Complete(context.Background(), id)
				if errors.Is(err, checkout.ErrPaying) || fault.CodeOf(err) == fault.Conflict && err != nil {
					continue
				}
				if err != nil && fault.CodeOf(err) != fault.NotAllowed {
					t.Errorf("%v", err)
				}
				return
			}
		})
	}
	all.Wait()
	if n := k.count(`select count(*) from orders`); n != 8 {
		t.Errorf("%d orders of 8 lamps", n)
	}
	k.nothingHeld()
}
