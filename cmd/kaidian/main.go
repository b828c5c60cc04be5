// Command kaidian is a headless-commerce server in one binary. See kaidian --help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"kaidian/internal/api/httpx"
	"kaidian/internal/app"
	"kaidian/internal/config"
	"kaidian/internal/platform/fault"
)

// version is set when a release is built.
var version = "dev"

// cli is the command line.
type cli struct {
	Config kong.ConfigFlag `placeholder:"FILE" help:"YAML file of settings: flags' names without the dashes. Also read from ./kaidian.yaml and /etc/kaidian/kaidian.yaml."`

	Serve   serveCmd   `cmd:"" help:"Serve the shop."`
	Migrate migrateCmd `cmd:"" help:"Bring the database up to this version, without serving."`
	Staff   staffCmd   `cmd:"" help:"The people who run the shop."`
	App     appCmd     `cmd:"" help:"Apps of the Open API."`
	Shop    shopCmd    `cmd:"" help:"Settings of the shop."`
	Seed    seedCmd    `cmd:"" help:"Load a shop from a seed file: what it sells, where, to whom and at which prices."`
	Import  importCmd  `cmd:"" help:"Read products from a CSV file."`
	Export  exportCmd  `cmd:"" help:"Write all products to a CSV file."`
	Reindex reindexCmd `cmd:"" help:"Make the search index anew; needed only for goods that came into the database by other ways."`
	Order   orderCmd   `cmd:"" help:"What was sold, and saying that the money for it has come."`
	Webhook webhookCmd `cmd:"" help:"What was sent to webhooks, and sending it again."`
	Backup  backupCmd  `cmd:"" help:"Write a copy of the shop, its database and files, to a new folder, also while it is being served."`
	Doctor  doctorCmd  `cmd:"" help:"Prove that orders, stock, discounts, gift cards and payments are right, also while the shop is being served. Changes nothing."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// io is where a command reads and writes.
type stdio struct {
	out, errs io.Writer
	in        io.Reader
}

func main() {
	os.Exit(run(os.Args[1:], stdio{out: os.Stdout, errs: os.Stderr, in: os.Stdin}))
}

// run does what the arguments say and gives the exit code: 0 done, 1 failed, 2 not understood.
func run(args []string, std stdio) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	ended, code := false, 0
	parsed, err := config.Parse(&c, args, std.out, std.errs, func(n int) { ended, code = true, n },
		kong.Description("Kaidian (开店): a shop in one binary, with a Store API and an Open API."))
	if ended { // --help
		return code
	}
	if err != nil {
		fmt.Fprintf(std.errs, "kaidian: %v (see kaidian --help)\n", err)
		return 2
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(std)
	if err := parsed.Run(); err != nil {
		fmt.Fprintf(std.errs, "kaidian: %s\n", plain(err))
		return 1
	}
	return 0
}

// plain says an error in one line, without the codes that are for programs.
func plain(err error) string {
	if f := fault.As(err); f != nil && f.Code != fault.Internal {
		return f.Message
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

// newLog makes the log as the settings ask for it. It goes where errors go: standard output is for data.
func newLog(s config.Shop, w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		return nil, err
	}
	o := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewTextHandler(w, o)
	if s.LogFormat == "json" {
		h = slog.NewJSONHandler(w, o)
	}
	return slog.New(httpx.LogHandler{Handler: h}), nil
}

// withShop opens the shop for a command that does not serve.
func withShop(ctx context.Context, data config.Shop, std stdio, do func(*app.App) error) (err error) {
	log, err := newLog(data, std.errs)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, data, config.Serve{CallLimit: 1, CallLeak: 1}, app.Options{Log: log, Version: version})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return do(a)
}

type versionCmd struct {
	JSON bool `name:"json" help:"For programs."`
}

// Run prints the version.
func (c versionCmd) Run(std stdio) error {
	if c.JSON {
		return printJSON(std.out, map[string]string{"version": version})
	}
	_, err := fmt.Fprintln(std.out, "kaidian", version)
	return err
}
