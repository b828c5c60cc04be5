package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// shopAt is where one shop is: its program, its folder and its engine.
type shopAt struct {
	bin, dir string
	engine   string
	database string // URL; "" for SQLite, which is in the folder
}

// process is a program that tells in its first line where it listens.
type process struct {
	cmd  *exec.Cmd
	addr string
	log  string // file of its standard error
}

// build builds the program as a release is built, and tells the size of the file.
func build(ctx context.Context, dir string) (bin string, size int64, err error) {
	bin = filepath.Join(dir, "kaidian")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin, "kaidian/cmd/kaidian")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", 0, fmt.Errorf("build: %w\n%s", err, out)
	}
	info, err := os.Stat(bin)
	if err != nil {
		return "", 0, err
	}
	return bin, info.Size(), nil
}

func (s shopAt) data() string { return filepath.Join(s.dir, s.engine) }

// serve starts the program on the shop, with the settings of production but for a call limit that no load reaches, and
// tells how long it took to its first answer.
func (s shopAt) serve(ctx context.Context, more ...string) (*process, time.Duration, error) {
	args := append([]string{"serve", "--listen", "127.0.0.1:0", "--data", s.data(), "--call-limit", "1000000000",
		"--call-leak", "1000000000"}, more...)
	if s.database != "" {
		args = append(args, "--database", s.database)
	}
	p := &process{cmd: exec.CommandContext(ctx, s.bin, args...)}
	p.cmd.Dir = s.dir // not where a kaidian.yaml may lie
	p.cmd.Env = slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "KAIDIAN_") })
	began := time.Now()
	line, err := p.start(s.dir)
	if err != nil {
		return nil, 0, err
	}
	_, addr, ok := strings.Cut(line, "http://")
	if !ok {
		p.stop()
		return nil, 0, fmt.Errorf("the program began with %q", line)
	}
	p.addr = addr
	if err := healthy(ctx, addr); err != nil {
		p.stop()
		return nil, 0, err
	}
	return p, time.Since(began), nil
}

func healthy(ctx context.Context, addr string) error {
	c, err := connect(ctx, addr)
	if err != nil {
		return err
	}
	defer c.Close()
	status, err := c.do([]byte("GET /health HTTP/1.1\r\nHost: " + addr + "\r\n\r\n"))
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("/health answered %d", status)
	}
	return err
}

// timeStarts starts the program some times, one after the other, and leaves the last one running.
func (s shopAt) timeStarts(ctx context.Context, times int) (*process, []time.Duration, error) {
	var all []time.Duration
	for {
		p, took, err := s.serve(ctx)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, took)
		if len(all) == times {
			return p, all, nil
		}
		p.stop()
	}
}

// start runs the process and gives its first line.
func (p *process) start(dir string) (string, error) {
	log, err := os.CreateTemp(dir, "log-")
	if err != nil {
		return "", err
	}
	defer log.Close()
	p.log = log.Name()
	p.cmd.Stderr = log
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 5 * time.Second
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := p.cmd.Start(); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.stop()
		return "", fmt.Errorf("the program did not start: %w%s", err, p.lastWords())
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // it must not block the program; nothing of it matters
	return strings.TrimSpace(line), nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// stop ends the process and waits for it. How it ended does not matter any more.
func (p *process) stop() {
	if p.cmd.Process.Signal(syscall.SIGTERM) != nil {
		p.cmd.Process.Kill() //nolint:errcheck // it has ended
	}
	p.cmd.Wait() //nolint:errcheck // see above
}

// lastWords gives the end of what the process logged, on lines of their own.
func (p *process) lastWords() string {
	text, err := os.ReadFile(p.log)
	if err != nil || len(text) == 0 {
		return ""
	}
	return "\n" + string(text[max(0, len(text)-2000):])
}
