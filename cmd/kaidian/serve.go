package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"

	"kaidian/internal/app"
	"kaidian/internal/config"
)

type serveCmd struct {
	config.Shop  `embed:""`
	config.Serve `embed:""`
}

// Validate is kong's hook. The two parts check themselves; this says which Validate is meant.
func (c serveCmd) Validate() error { return errors.Join(c.Shop.Validate(), c.Serve.Validate()) }

// gcPercent lets the heap grow further than Go's default of 100 before it is collected: a shop's heap is a few
// megabytes, so collecting it often costs a tenth of the processor to save little. GOGC in the environment wins.
const gcPercent = 400

// Run serves until the process is told to stop.
func (c serveCmd) Run(ctx context.Context, std stdio) (err error) {
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	log, err := newLog(c.Shop, std.errs)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	defer l.Close() // serving closes it too
	a, err := app.New(ctx, c.Shop, c.Serve, app.Options{Log: log, Version: version})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	scheme := "http://"
	if c.TLSCert != "" {
		scheme = "https://"
	}
	if c.Demo {
		demo, err := a.FillDemo(ctx)
		if err != nil {
			return fmt.Errorf("fill the shop with demo data: %w", err)
		}
		if demo.Filled {
			fmt.Fprintf(std.errs, "demo shop: staff %s / %s, Open API token %s (never expose a demo shop)\n", demo.StaffEmail, demo.StaffPassword, demo.Token)
		}
	}
	fmt.Fprintf(std.out, "kaidian %s is ready at %s%s\n", version, scheme, l.Addr())
	return a.Run(ctx, l)
}

type migrateCmd struct {
	config.Shop `embed:""`
}

// Run migrates.
func (c migrateCmd) Run(ctx context.Context, std stdio) error {
	return withShop(ctx, c.Shop, std, func(*app.App) error {
		_, err := fmt.Fprintln(std.out, "the database is up to date")
		return err
	})
}
