package fill

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/oklog/ulid/v2"

	"kaidian/internal/platform/db"
)

// Options says what to make.
type Options struct {
	Products int
	Seed     uint64    // another one, another catalogue
	Start    time.Time // of the first product; zero for the start of 2023. The last is made some 500 days later
	Chunk    int       // products in one transaction; 0 means 500
	// Progress, if there is one, hears after each transaction how many products there are.
	Progress func(products int)
	// After, if there is one, is called when all is written: where what is derived of products is rebuilt.
	After func(ctx context.Context, d *db.DB) error
}

// Made is what was made, besides the products.
type Made struct {
	Channel     string // the default one
	Categories  []string
	Collections []string // from the fullest to the emptiest, as are tags and types
	Tags        []string
	Types       []string
	Products    []string // ids, oldest first, at most the first and the last thousand
	Variants    int
}

// generator makes one catalogue.
type generator struct {
	o        Options
	rand     *rand.Rand
	start    int64 // milliseconds, as all times here
	now      int64 // created_at of the products that are being made
	until    int   // the product with which it moves on
	step     int64
	made     Made
	leaves   []node
	vendors  []string
	location string
	t        tables

	someTag, someCollection, someLeaf *rand.Zipf
}

// Catalog fills a shop that has no products yet. The shop's row must be there.
func Catalog(ctx context.Context, d *db.DB, o Options) (Made, error) {
	if o.Chunk == 0 {
		o.Chunk = 500
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	r := rand.New(rand.NewPCG(o.Seed, 2023))
	g := &generator{o: o, rand: r, start: o.Start.UnixMilli(), t: newTables()}
	g.now = g.start
	if err := g.market(ctx, d); err != nil {
		return g.made, fmt.Errorf("fill the market: %w", err)
	}
	if err := g.shelves(ctx, d); err != nil {
		return g.made, fmt.Errorf("fill the shelves: %w", err)
	}
	g.someTag = rand.NewZipf(r, 1.2, 3, uint64(len(g.made.Tags)-1))
	g.someCollection = rand.NewZipf(r, 1.3, 2, uint64(len(g.made.Collections)-1))
	g.someLeaf = rand.NewZipf(r, 1.1, 8, uint64(len(g.leaves)-1))
	g.step = int64(500*24*time.Hour/time.Millisecond) / int64(o.Products+1)
	if err := g.products(ctx, d); err != nil {
		return g.made, err
	}
	if o.After != nil {
		return g.made, o.After(ctx, d)
	}
	return g.made, nil
}

func (g *generator) products(ctx context.Context, d *db.DB) error {
	o := g.o
	if err := tune(ctx, d, `pragma cache_size = -262144`, `pragma wal_autocheckpoint = 20000`); err != nil {
		return err
	}
	for n := 0; n < o.Products; {
		for end := min(n+o.Chunk, o.Products); n < end; n++ {
			g.product(n)
		}
		if err := g.write(ctx, d); err != nil {
			return fmt.Errorf("fill the products before %d: %w", n, err)
		}
		if o.Progress != nil {
			o.Progress(n)
		}
	}
	if err := tune(ctx, d, `pragma cache_size = -2000`, `pragma wal_autocheckpoint = 1000`, `pragma wal_checkpoint(truncate)`); err != nil {
		return err
	}
	return d.Write(ctx, analyze)
}

// tune has SQLite's writing connection keep more in memory while there is so much to insert, and puts it back.
func tune(ctx context.Context, d *db.DB, pragmas ...string) error {
	if d.Dialect() != db.SQLite {
		return nil
	}
	for _, p := range pragmas {
		if _, err := d.SQL().ExecContext(ctx, p); err != nil {
			return fmt.Errorf("fill: %s: %w", p, err)
		}
	}
	return nil
}

// analyze has PostgreSQL look at what there is now, as it does by itself in a shop that grows slowly. As it does by itself, it leaves
// out what is empty: it would take that for small for ever, and read all of what is soon there. SQLite keeps no statistics of a
// shop and plans without.
func analyze(_ context.Context, tx *db.Tx) error {
	if tx.Dialect() != db.Postgres {
		return nil
	}
	_, err := tx.Exec(`do $$ declare t regclass; begin
		for t in select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0 loop
			execute format('analyze %s', t);
		end loop;
	end $$`)
	return err
}

// write inserts all rows that were collected, in one transaction.
func (g *generator) write(ctx context.Context, d *db.DB) error {
	err := d.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		for _, t := range g.t.inOrder() {
			if err := t.flush(tx); err != nil {
				return fmt.Errorf("%s: %w", t.into, err)
			}
		}
		return nil
	})
	for _, t := range g.t.inOrder() {
		t.reset()
	}
	return err
}

// id makes an identifier of that time.
func (g *generator) id(prefix string, at int64) string {
	var u ulid.ULID
	_ = u.SetTime(uint64(at)) // which fits for some thousand years
	binary.BigEndian.PutUint64(u[6:], g.rand.Uint64())
	binary.BigEndian.PutUint16(u[14:], uint16(g.rand.Uint32()))
	var text [ulid.EncodedSize]byte
	_ = u.MarshalTextTo(text[:])
	return prefix + "_" + string(text[:])
}
