package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"kaidian/internal/app"
	"kaidian/internal/commerce/transfer"
	"kaidian/internal/config"
)

type seedCmd struct {
	config.Shop `embed:""`
	File        string `required:"" type:"path" help:"Seed file, JSON; - for the standard input. Its sections are in the guide about seed files."`
	JSON        bool   `name:"json" help:"For programs."`
}

// Run loads the file. It may be run again: what is there already is left alone.
func (c seedCmd) Run(ctx context.Context, std stdio) error {
	var in io.Reader = std.in
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		done, err := a.Transfer.Seed(ctx, in)
		if cerr := c.tell(std.out, done); err == nil {
			err = cerr
		}
		var wrong *transfer.SeedError
		if !errors.As(err, &wrong) {
			return err
		}
		for _, p := range wrong.Problems {
			fmt.Fprintln(std.errs, p)
		}
		if len(done) == 0 {
			return errors.New("the file has problems; nothing was written")
		}
		return errors.New("the file has problems; what comes before them was written, and loading it again goes on from there")
	})
}

// tell says what became of each section.
func (c seedCmd) tell(w io.Writer, done []transfer.SeedCount) error {
	if c.JSON {
		rows := make([]map[string]any, len(done))
		for i, s := range done {
			rows[i] = map[string]any{"section": s.Section, "new": s.New, "changed": s.Changed, "same": s.Same}
		}
		return printJSON(w, rows)
	}
	for _, s := range done {
		if _, err := fmt.Fprintf(w, "%s %d new, %d changed, %d same\n", s.Section, s.New, s.Changed, s.Same); err != nil {
			return err
		}
	}
	return nil
}
