// Command bench measures the server against the limit of the machine that it runs on: it starts the real program on
// loopback, fills a shop, and sends the same requests, in turns, to the program and to a bare net/http handler that
// writes the very same answers. See docs/performance.md.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// plan is how much is measured.
type plan struct {
	customers   int           // in the shop; half of them are read, the others get new addresses
	connections []int         // each of them a row of the table
	rounds      int           // turns of each row; a figure is the median of them
	slice       time.Duration // how long a turn lasts
	warmUp      time.Duration // of each row, before its first turn
	starts      int           // how often the start is timed
	idle        time.Duration // before the memory of an idle server is read
	products    int           // in the catalogue
	marches     int           // rounds of the till, after one to warm up
	carts       []int         // by connections: of a round of the till
	spree       time.Duration // how long whole checkouts are made in a round
}

var (
	whole = plan{customers: 1000, connections: []int{1, 8, 64}, rounds: 7, slice: 180 * time.Millisecond,
		warmUp: 100 * time.Millisecond, starts: 5, idle: 2 * time.Second, products: 1000,
		marches: 3, carts: []int{100, 320, 640}, spree: time.Second}
	short = plan{customers: 100, connections: []int{1, 8, 64}, rounds: 2, slice: 50 * time.Millisecond,
		warmUp: 20 * time.Millisecond, starts: 2, idle: 200 * time.Millisecond, products: 200,
		marches: 1, carts: []int{10, 40, 64}, spree: 200 * time.Millisecond}
)

// options are the flags.
type options struct {
	plan    plan
	engines []string
	sizes   []int  // of the catalogue, when its growth is measured
	only    string // onlyTill, or "" for all
	asJSON  bool
	admin   string // where PostgreSQL databases are made and dropped; "" without one
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	if len(args) == 2 && args[0] == limitFlag {
		return serveLimit(ctx, args[1], out)
	}
	o, err := parse(args, os.Getenv("KAIDIAN_TEST_POSTGRES"), progress)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "kaidian-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r := report{Machine: describeMachine()}
	fmt.Fprintln(progress, "building the program")
	bin, size, err := build(ctx, dir)
	if err != nil {
		return err
	}
	r.BinaryBytes = size
	for _, name := range o.engines {
		at := shopAt{bin: bin, dir: dir, engine: name}
		if len(o.sizes) > 0 {
			all, err := growth(ctx, o, at, progress)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			r.Engines = append(r.Engines, engineResult{Engine: name, Growth: all})
			continue
		}
		e, err := measure(ctx, o, at, progress)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		r.Engines = append(r.Engines, e)
	}
	if o.asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	return r.print(out)
}

// parse reads the flags; words about what is left out go to w.
func parse(args []string, admin string, w io.Writer) (options, error) {
	o := options{plan: whole, admin: admin}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(w)
	quick := f.Bool("short", false, "a few seconds in all, to see that it works; the figures are rough")
	engine := f.String("engine", "", "sqlite or postgres (default both; postgres needs KAIDIAN_TEST_POSTGRES)")
	sizes := f.String("growth", "", "measure the catalogue alone, at these numbers of products: 1000,100000,1000000")
	f.StringVar(&o.only, "only", "", "till: measure carts and checkout alone")
	f.BoolVar(&o.asJSON, "json", false, "for programs")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if *quick {
		o.plan = short
	}
	for _, n := range strings.FieldsFunc(*sizes, func(r rune) bool { return r == ',' }) {
		size, err := strconv.Atoi(n)
		if err != nil || size < 200 {
			return o, fmt.Errorf("-growth: %q is no number of products from 200", n)
		}
		o.sizes = append(o.sizes, size)
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("%q is not understood", f.Arg(0))
	case o.only != "" && o.only != onlyTill:
		return o, fmt.Errorf("-only: %q is not till", o.only)
	case *engine != "" && *engine != sqlite && *engine != postgres:
		return o, fmt.Errorf("-engine: %q is neither sqlite nor postgres", *engine)
	case *engine == postgres && admin == "":
		return o, errors.New("-engine postgres: KAIDIAN_TEST_POSTGRES names no server")
	case *engine != "":
		o.engines = []string{*engine}
	case admin == "":
		fmt.Fprintln(w, "PostgreSQL is left out: KAIDIAN_TEST_POSTGRES names no server")
		o.engines = []string{sqlite}
	default:
		o.engines = []string{sqlite, postgres}
	}
	return o, nil
}

// median gives the middle of some values, the lower one of two; zero of none.
func median[T cmp.Ordered](values []T) T {
	var none T
	if len(values) == 0 {
		return none
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}
