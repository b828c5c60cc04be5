package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"kaidian/internal/platform/db/dbtest"
)

// TestMain lets the test binary be the program itself: tests start it as a process of its own and kill it.
func TestMain(m *testing.M) {
	if os.Getenv("KAIDIAN_TEST_BE_THE_PROGRAM") != "" {
		os.Exit(run(os.Args[1:], stdio{out: os.Stdout, errs: os.Stderr, in: os.Stdin}))
	}
	os.Exit(m.Run())
}

func command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), "KAIDIAN_TEST_BE_THE_PROGRAM=1")
	return cmd
}

// kaidian runs a command to its end and gives what it printed and its exit code.
func kaidian(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var o, e bytes.Buffer
	cmd := command(ctx, args...)
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// server is a running kaidian serve.
type server struct {
	*exec.Cmd
	URL  string
	errs *bytes.Buffer
}

// serve starts the program and waits for its ready line.
func serve(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{Cmd: command(context.WithoutCancel(t.Context()), append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...), errs: &bytes.Buffer{}}
	s.Stderr = s.errs
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Process.Kill(); s.Wait() }) //nolint:errcheck // it may have ended
	line, err := bufio.NewReader(out).ReadString('\n')
	_, s.URL, _ = strings.Cut(strings.TrimSpace(line), " is ready at ")
	if err != nil || s.URL == "" {
		s.Process.Kill() //nolint:errcheck // it may have ended
		s.Wait()         //nolint:errcheck // what it said is in errs
		t.Fatalf("not ready: %q, %v, %s", line, err, s.errs)
	}
	return s
}

// kill ends the server as a power cut would.
func (s *server) kill(t *testing.T) {
	t.Helper()
	if err := s.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.Wait() //nolint:errcheck // killed
}

// call sends JSON and gives the status and the decoded answer.
func call(t *testing.T, method, url, token string, body any) (int, map[string]any) {
	t.Helper()
	status, answer, err := try(method, url, token, body)
	if err != nil {
		t.Fatal(err)
	}
	return status, answer
}

func try(method, url, token string, body any) (int, map[string]any, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(raw))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("X-API-ACCESS-TOKEN", token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil, err
	}
	var answer map[string]any
	json.Unmarshal(data, &answer) //nolint:errcheck // some answers are text
	return res.StatusCode, answer, nil
}

// engines runs a test for a shop on each engine, by the flags that choose it.
func engines(t *testing.T, test func(t *testing.T, flags []string)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, []string{"--data", t.TempDir()})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, []string{"--data", t.TempDir(), "--database", dbtest.PostgresURL(t)})
	})
}

// newApp makes a private app on a shop and gives its token.
func newApp(t *testing.T, flags []string) string {
	t.Helper()
	out, errs, code := kaidian(t, append([]string{"app", "create", "--private", "--name", "test", "--json"}, flags...)...)
	var made struct{ Token string }
	if err := json.Unmarshal([]byte(out), &made); err != nil || code != 0 || made.Token == "" {
		t.Fatalf("app create: code %d, %v, %s%s", code, err, out, errs)
	}
	return made.Token
}

func person(n int) map[string]any {
	return map[string]any{"first_name": "A", "last_name": "B", "email": fmt.Sprintf("p%d@example.com", n), "password": "supersecret"}
}

func TestFailuresAreOneLineAndAnExitCode(t *testing.T) {
	t.Parallel()
	s := serve(t, "--data", t.TempDir())
	newer := t.TempDir()
	if _, errs, code := kaidian(t, "migrate", "--data", newer); code != 0 {
		t.Fatal(errs)
	}
	sqlite(t, filepath.Join(newer, "shop.db"), `insert into goose_db_version (version_id, is_applied) values (99999, 1)`)
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"wrong flag":      {[]string{"serve", "--nope"}, 2, "unknown flag --nope"},
		"wrong value":     {[]string{"serve", "--call-limit", "x"}, 2, "call-limit"},
		"no command":      {[]string{"open"}, 2, "open"},
		"port in use":     {[]string{"serve", "--data", t.TempDir(), "--listen", strings.TrimPrefix(s.URL, "http://")}, 1, "address already in use"},
		"newer database":  {[]string{"serve", "--data", newer, "--listen", "127.0.0.1:0"}, 1, "newer than this program"},
		"no such server":  {[]string{"serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--database", "postgres://root@127.0.0.1:1/none"}, 1, "PostgreSQL"},
		"data is a file":  {[]string{"serve", "--data", os.Args[0], "--listen", "127.0.0.1:0"}, 1, "folder"},
		"bad certificate": {[]string{"serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--tls-cert", "/none", "--tls-key", "/none"}, 1, "/none"},
		"no shop to copy": {[]string{"backup", "--data", t.TempDir(), filepath.Join(t.TempDir(), "copy.db")}, 1, "no shop"},
	} {
		_, errs, code := kaidian(t, c.args...)
		if code != c.code || !strings.Contains(errs, c.says) || strings.Count(strings.TrimSpace(errs), "\n") > 0 {
			t.Errorf("%s: code %d, said %q; want %d and one line with %q", name, code, errs, c.code, c.says)
		}
	}
}

func TestStopFinishesRequestsInFlight(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, flags []string) {
		s := serve(t, flags...)
		const n = 24 // sign-ups hash passwords, so most of these wait in the queue when the signal comes
		done := make(chan error, n)
		for i := range n {
			go func() {
				status, answer, err := try(http.MethodPost, s.URL+"/store/customers", "", person(i))
				if err == nil && status != http.StatusOK {
					err = fmt.Errorf("status %d: %v", status, answer)
				}
				done <- err
			}()
		}
		if err := <-done; err != nil { // the first answer: the others are under way
			t.Fatal(err)
		}
		if err := s.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		for range n - 1 {
			if err := <-done; err != nil {
				t.Errorf("a request in flight was not finished: %v", err)
			}
		}
		if err := s.Wait(); err != nil {
			t.Errorf("exit: %v: %s", err, s.errs)
		}
	})
}
