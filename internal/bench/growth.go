package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"kaidian/internal/app"
	"kaidian/internal/config"
	"kaidian/internal/platform/db"
)

func urlEncode(s string) string { return url.QueryEscape(s) }

// grown is what was measured at one number of products, uncached.
type grown struct {
	Products  int
	Fill      time.Duration // to make the products and their index
	File      int64         // bytes of the database; 0 where the engine does not tell
	Rows      []row
	Resident  int64 // bytes, after all requests
	FirstDeep time.Duration
}

// planted is a shop of one size before it is measured.
type planted struct {
	at    shopAt
	goods goods
	drop  func(*error)
	grown
}

// growth measures one engine at several sizes of the catalogue, one soon after the other: all shops are filled first. The servers keep
// no answers.
func growth(ctx context.Context, o options, s shopAt, progress io.Writer) (out []grown, err error) {
	var all []planted
	defer func() {
		for _, p := range all {
			p.drop(&err)
		}
	}()
	for _, n := range o.sizes {
		at := s
		at.dir = filepath.Join(s.dir, fmt.Sprint("growth-", n))
		p, err := at.plant(ctx, o, n, progress)
		if p.drop != nil {
			all = append(all, p)
		}
		if err != nil {
			return nil, fmt.Errorf("%d products: %w", n, err)
		}
	}
	for _, p := range all {
		g, err := p.grow(ctx, o, progress)
		if err != nil {
			return nil, fmt.Errorf("%d products: %w", p.Products, err)
		}
		out = append(out, g)
	}
	return out, nil
}

// plant fills a shop of a size. Who calls drops it.
func (s shopAt) plant(ctx context.Context, o options, n int, progress io.Writer) (p planted, err error) {
	fmt.Fprintf(progress, "%s: filling a shop with %d products\n", s.engine, n)
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return p, err
	}
	if p.drop, err = s.makeDatabase(ctx, o.admin); err != nil {
		return planted{}, err
	}
	began := time.Now()
	p.goods, err = s.fillShop(ctx, func(a *app.App) (goods, error) { return fillGoods(ctx, a, n, progress) })
	p.at, p.grown = s, grown{Products: n, Fill: time.Since(began), File: sizeOf(filepath.Join(s.data(), "shop.db"))}
	return p, err
}

// grow measures a shop.
func (p planted) grow(ctx context.Context, o options, progress io.Writer) (grown, error) {
	fmt.Fprintf(progress, "%s: %d products\n", p.at.engine, p.Products)
	out := p.grown
	server, _, err := p.at.serve(ctx, "--cache", "0")
	if err != nil {
		return out, err
	}
	defer server.stop()
	all := p.goods.growing()
	if out.FirstDeep, err = timeOne(ctx, server.addr, all[len(all)-1]); err != nil {
		return out, err
	}
	if out.Rows, err = load(ctx, o.plan, p.at.dir, server, all, progress); err != nil {
		return out, fmt.Errorf("%w%s", err, server.lastWords())
	}
	out.Resident = resident(server.pid())
	return out, nil
}

// fillShop opens the shop as a command does, without waiting for the disk, and fills it.
func (s shopAt) fillShop(ctx context.Context, fill func(*app.App) (goods, error)) (g goods, err error) {
	cfg := config.Shop{Data: s.data(), Database: s.database}
	if s.database == "" {
		cfg.Database = filepath.Join(s.data(), "shop.db")
	}
	d, err := db.Open(ctx, hasty(cfg.Database), db.Options{NoSync: true})
	if err != nil {
		return g, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	a, err := app.New(ctx, cfg, config.Serve{CallLimit: 1, CallLeak: 1}, app.Options{DB: d})
	if err != nil {
		return g, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return fill(a)
}

// timeOne times a single request on a connection of its own.
func timeOne(ctx context.Context, addr string, q request) (time.Duration, error) {
	c, err := connect(ctx, addr)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	began := time.Now()
	status, err := c.do(q.bytes[0])
	if err == nil && status != q.status {
		err = fmt.Errorf("%s: status %d", q.name, status)
	}
	return time.Since(began), err
}

// printGrowth writes the figures of all sizes beside each other.
func printGrowth(w io.Writer, engine string, all []grown) error {
	fmt.Fprintf(w, "\n%s, growth: the server keeps no answers; milliseconds of the median, CPU µs, and CPU against the smallest\n", engine)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "request\tconns\t")
	for _, g := range all {
		fmt.Fprintf(t, "%d products: p50 ms\tCPU µs\tagainst\t", g.Products)
	}
	fmt.Fprintln(t)
	for i, r := range all[0].Rows {
		fmt.Fprintf(t, "%s\t%d\t", r.Request, r.Connections)
		for _, g := range all {
			s := g.Rows[i].Server
			fmt.Fprintf(t, "%s\t%s\t%.2f\t", milli(s.P50), micro(s.CPU), float64(s.CPU)/float64(max(r.Server.CPU, 1)))
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, g := range all {
		fmt.Fprintf(w, "%d products: filled in %s, database %s MB, memory %s MB, the first deep page %s ms\n", g.Products,
			g.Fill.Round(time.Second), mega(g.File), mega(g.Resident), milli(g.FirstDeep))
	}
	return nil
}

// sizeOf gives the size of a file, 0 of none.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
