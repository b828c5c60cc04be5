package browse_test

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
	"kaidian/internal/shoptest/fill"
)

// everything is the parts that the Store API shows by itself.
var everything = browse.Parts{Collection: true, Type: true, Options: true, Variants: true, Prices: true, Images: true, Tags: true}

// europe is a shopper who sees prices and taxes.
var europe = browse.Pricing{RegionID: fill.Europe}

// BenchmarkBrowse measures what the Store API asks for most. KAIDIAN_BROWSE_PRODUCTS says how many products, 5,000 by itself.
func BenchmarkBrowse(b *testing.B) {
	products, err := strconv.Atoi(cmp.Or(os.Getenv("KAIDIAN_BROWSE_PRODUCTS"), "5000"))
	if err != nil {
		b.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			s := open(b, database(b, engine), products)
			category, product := s.made.Categories[0], s.made.Products[len(s.made.Products)-1]
			list := func(q browse.Query) func(context.Context) error {
				return func(ctx context.Context) error {
					_, err := s.Products(ctx, q, everything, europe)
					return err
				}
			}
			for _, c := range []struct {
				name string
				do   func(context.Context) error
			}{
				{"list 20", list(browse.Query{Limit: 20})},
				{"list 20 uncounted", list(browse.Query{Limit: 20, Uncounted: true})},
				{"list 20 of a category", list(browse.Query{Limit: 20, Categories: []string{category}, Children: true})},
				{"list 20 of a small category", list(browse.Query{Limit: 20, Categories: s.made.Categories[len(s.made.Categories)-1:]})},
				{"list 20 by title", list(browse.Query{Limit: 20, Order: browse.Order{By: "title", Asc: true}})},
				{"list 20 that match", list(browse.Query{Limit: 20, Uncounted: true, Q: "cotton"})},
				{"page 40", list(browse.Query{Limit: 20, Offset: 780})},
				{"far page", list(browse.Query{Limit: 20, Offset: products / 2})},
				{"product", func(ctx context.Context) error {
					_, err := s.Product(ctx, catalog.ByID(product), everything, europe)
					return err
				}},
			} {
				b.Run(c.name, func(b *testing.B) { measure(b, c.do) })
			}
		})
	}
}

// measure runs do and reports the time that the processor worked, which others on the machine disturb less.
func measure(b *testing.B, do func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.ReportAllocs()
	n, start := 0, worked(b)
	for b.Loop() {
		if err := do(ctx); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64((worked(b)-start).Microseconds())/float64(n), "cpu-µs/op")
}

func worked(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// database opens an empty database that is gone when the benchmark ends.
func database(b *testing.B, engine string) *db.DB {
	dsn := filepath.Join(b.TempDir(), "browse.db")
	if engine == "postgres" {
		dsn = postgres(b)
	}
	d, err := db.Open(b.Context(), dsn, db.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	if err := d.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	return d
}

func postgres(b *testing.B) string {
	admin := cmp.Or(os.Getenv("KAIDIAN_TEST_POSTGRES"), "postgres://root@127.0.0.1:5432/postgres")
	u, err := url.Parse(admin)
	if err != nil {
		b.Fatal(err)
	}
	name := fmt.Sprintf("kaidian_test_%d_%d_browse", os.Getpid(), time.Now().Unix())
	run := func(text string) {
		ctx := context.Background()
		conn, err := pgx.Connect(ctx, admin)
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, text); err != nil {
			b.Error(err)
		}
	}
	run(`create database ` + name + ` template template0 encoding 'UTF8'`)
	b.Cleanup(func() { run(`drop database ` + name + ` with (force)`) })
	u.Path = "/" + name
	return u.String()
}
