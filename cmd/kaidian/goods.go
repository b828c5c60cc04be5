package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"kaidian/internal/app"
	"kaidian/internal/commerce/transfer"
	"kaidian/internal/config"
)

type importCmd struct {
	config.Shop `embed:""`
	File        string `arg:"" type:"existingfile" help:"CSV file of products: Shopify's, or what kaidian export wrote."`
	DryRun      bool   `help:"Say what would be done, and do nothing."`
	Encoding    string `enum:"utf-8,gb18030" default:"utf-8" help:"utf-8, or gb18030 as spreadsheets in Chinese write it."`
	Rejected    string `type:"path" placeholder:"FILE" help:"Where rows that are refused go, with the reason. Default: the file's name with .rejected.csv at the end."`
}

// Run imports the file. It may be run again: what is in already is left alone.
func (c importCmd) Run(ctx context.Context, std stdio) error {
	in, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if c.Rejected == "" {
		c.Rejected = strings.TrimSuffix(c.File, filepath.Ext(c.File)) + ".rejected.csv"
	}
	refused := &lateFile{path: c.Rejected}
	defer refused.Close() //nolint:errcheck // closed below when it matters
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		show := newProgress(std, info.Size())
		done, err := a.Transfer.ImportProducts(ctx, show.reader(in), transfer.ImportOptions{
			Encoding: c.Encoding, DryRun: c.DryRun, Rejected: refused, Progress: func(n transfer.Imported) { show.at(n.Products) }})
		show.end()
		c.tell(std.out, done)
		if cerr := refused.Close(); err == nil {
			err = cerr
		}
		if err == nil && done.Refused > 0 {
			err = fmt.Errorf("%d products were refused; their rows are in %s", done.Refused, c.Rejected)
		}
		return err
	})
}

// tell says what was done.
func (c importCmd) tell(w io.Writer, n transfer.Imported) {
	if len(n.Unknown) > 0 {
		fmt.Fprintf(w, "columns that nothing was read from: %s\n", strings.Join(n.Unknown, ", "))
	}
	would := ""
	if c.DryRun {
		would = "would be "
	}
	fmt.Fprintf(w, "%d products read: %d %screated, %d %schanged, %d unchanged, %d refused\n",
		n.Products, n.Created, would, n.Changed, would, n.Unchanged, n.Refused)
}

type reindexCmd struct {
	config.Shop `embed:""`
}

// Run makes the search index anew. It may be stopped and run again.
func (c reindexCmd) Run(ctx context.Context, std stdio) error {
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		show := newProgress(std, -1)
		err := a.Reindex(ctx, show.at)
		show.end()
		if err == nil {
			_, err = fmt.Fprintf(std.out, "%d products indexed\n", show.products)
		}
		return err
	})
}

type exportCmd struct {
	config.Shop `embed:""`
	File        string `arg:"" type:"path" help:"CSV file to write; - for the standard output."`
	Force       bool   `help:"Write over a file that is there."`
}

// Run writes the file: complete under its name, or not at all.
func (c exportCmd) Run(ctx context.Context, std stdio) error {
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		if c.File == "-" {
			_, err := a.Transfer.ExportProducts(ctx, std.out, nil)
			return err
		}
		if _, err := os.Stat(c.File); err == nil && !c.Force {
			return fmt.Errorf("%s is there already; --force writes over it", c.File)
		}
		show := newProgress(std, -1)
		n, err := writeWhole(c.File, func(w io.Writer) (int, error) { return a.Transfer.ExportProducts(ctx, w, show.at) })
		show.end()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(std.out, "%d products in %s\n", n, c.File)
		return err
	})
}

// writeWhole has a file written under another name and renames it when it is complete.
func writeWhole(path string, write func(io.Writer) (int, error)) (int, error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // gone when it was renamed
	n, err := write(tmp)
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return n, err
}

// lateFile is a file that is made when something beyond its first line is written to it.
type lateFile struct {
	path string
	head []byte
	file *os.File
}

func (f *lateFile) Write(b []byte) (int, error) {
	if f.head == nil {
		f.head = append([]byte{}, b...)
		return len(b), nil
	}
	if f.file == nil {
		var err error
		if f.file, err = os.OpenFile(f.path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil {
			return 0, err
		}
		if _, err := f.file.Write(f.head); err != nil {
			return 0, err
		}
	}
	return f.file.Write(b)
}

// Close closes the file if it was made. It may be called twice.
func (f *lateFile) Close() error {
	if f.file == nil {
		return nil
	}
	file := f.file
	f.file = nil
	return file.Close()
}

// progress shows how far a long command is: a bar on a terminal, a line every few seconds elsewhere.
type progress struct {
	out      io.Writer
	bar      *progressbar.ProgressBar
	last     time.Time
	products int
	told     int
}

// newProgress shows on the standard error; size is that of the input in bytes, -1 when it is not known.
func newProgress(std stdio, size int64) *progress {
	p := &progress{out: std.errs, last: time.Now()}
	if f, ok := std.errs.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions64(size, progressbar.OptionSetWriter(std.errs), progressbar.OptionShowBytes(size >= 0),
			progressbar.OptionSetDescription("0 products"), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	}
	return p
}

// reader has the bar follow what is read.
func (p *progress) reader(r io.Reader) io.Reader {
	if p.bar == nil {
		return r
	}
	return io.TeeReader(r, p.bar)
}

// lineEvery is how often a line is written where there is no terminal.
const lineEvery = 5 * time.Second

// at tells how many products are done.
func (p *progress) at(products int) {
	p.products = products
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("%d products", products))
		return
	}
	if now := time.Now(); now.Sub(p.last) >= lineEvery {
		p.last, p.told = now, products
		fmt.Fprintf(p.out, "%d products\n", products)
	}
}

// end ends the show.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Finish() //nolint:errcheck // only the look of it
	} else if p.told > 0 {
		fmt.Fprintf(p.out, "%d products\n", p.products)
	}
}
