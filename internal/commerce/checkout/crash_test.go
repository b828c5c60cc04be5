package checkout_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/patch"
	"kaidian/internal/provider/scripted"
)

// A process is killed with -9 before each statement of Complete, and before and after each call of the provider. Whoever comes next,
// another process or the shopper, finds a cart that is open or has its one order, and no money, goods or codes are lost between.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, provider := range providers {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			for _, engine := range []string{"sqlite", "postgres"} {
				t.Run(engine, func(t *testing.T) {
					t.Parallel()
					dsn := dbtest.SQLitePath
					if engine == "postgres" {
						dsn = dbtest.PostgresURL
					}
					killAll(t, dsn(t), provider)
				})
			}
		})
	}
}

func killAll(t *testing.T, dsn, provider string) {
	d, err := db.Open(t.Context(), dsn, db.Options{MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	k := open(t, d, provider, scripted.Options{})
	bank := httptest.NewServer(serveBank(k.bank))
	t.Cleanup(bank.Close)
	for step := 1; ; step++ {
		id := k.cart(func(p *cart.Patch) { p.Discounts = patch.Some([]string{"PCT10"}) }, mug, teeS)
		before := k.count(`select count(*) from orders`)
		killed := completeElsewhere(t, dsn, bank.URL, id, step)
		// Half of them are found by the sweep within their window, half long after it.
		age := 2 * time.Minute
		if step%2 == 0 {
			age = time.Hour
		}
		k.clock.Set(time.Now().Add(age))
		k.must(k.Sweep(t.Context()))
		k.nothingHeld()
		if n := k.count(`select count(*) from orders`) - before; n > 1 || !killed && n != 1 {
			t.Errorf("step %d: %d orders", step, n)
		}
		_, err := k.CreateSessions(t.Context(), id)
		if err != nil && k.count(`select count(*) from orders`) == before {
			t.Errorf("step %d: the open cart cannot be paid: %v", step, err)
		}
		if r, err := k.complete(id); err != nil || r.Order == nil {
			t.Errorf("step %d: %+v, %v", step, r, err)
		}
		if n := k.count(`select count(*) from orders`) - before; n != 1 {
			t.Errorf("step %d: %d orders in the end", step, n)
		}
		k.nothingHeld()
		if !killed {
			if step < 15 {
				t.Errorf("Complete has only %d steps", step)
			}
			return
		}
		if t.Failed() || step > 200 {
			t.Fatalf("it ends with step %d", step)
		}
	}
}

// completeElsewhere has another process complete a cart and kills it at a step; it tells whether it came so far.
func completeElsewhere(t *testing.T, dsn, bank, id string, step int) (killed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), crashEnv+"="+strings.Join([]string{dsn, bank, id, strconv.Itoa(step)}, " "))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false
	case asExit(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
		return true
	}
	t.Fatalf("step %d: %v\n%s", step, err, out)
	return false
}

func asExit(err error, to **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError) //nolint:errorlint // as exec gives it
	*to = e
	return ok
}

// crashEnv makes the test's program the process that is killed: database, bank, cart and step.
const crashEnv = "KAIDIAN_TEST_CRASH"

func TestMain(m *testing.M) {
	if spec := os.Getenv(crashEnv); spec != "" {
		crash(strings.Fields(spec))
		return
	}
	os.Exit(m.Run())
}

// alone is what a process without a test reports to.
type alone struct{ testing.TB }

func (alone) Helper()                  {}
func (alone) Context() context.Context { return context.Background() }
func (alone) Fatal(args ...any)        { fmt.Println(args...); os.Exit(1) }

func crash(spec []string) {
	last, err := strconv.ParseInt(spec[3], 10, 64)
	t := alone{}
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(context.Background(), spec[0], db.Options{MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	steps := int64(0)
	step := func() {
		if steps++; steps == last {
			syscall.Kill(os.Getpid(), syscall.SIGKILL) //nolint:errcheck
			select {}
		}
	}
	k := wire(t, d, remote{spec[1], step})
	if err := k.carts.Ready(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, counter := db.WithCounter(context.Background())
	counter.Each = func(int64) { step() }
	r, err := k.Complete(ctx, spec[2])
	if err != nil || r.Order == nil {
		t.Fatal("not completed:", err)
	}
}

// remote is a bank in another process, so that it outlives the one that is killed.
type remote struct {
	url  string
	step func()
}

func (remote) ID() string    { return "scripted" }
func (remote) Offline() bool { return false }

func (b remote) ask(deed string, r payment.Request) (payment.Answer, error) {
	b.step()
	defer b.step()
	var a payment.Answer
	body, err := json.Marshal(r)
	if err != nil {
		return a, err
	}
	res, err := http.Post(b.url+"/"+deed, "application/json", bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	return a, json.NewDecoder(res.Body).Decode(&a)
}

func (b remote) Initiate(_ context.Context, r payment.Request) (payment.Answer, error) {
	return b.ask("initiate", r)
}
func (b remote) Update(_ context.Context, r payment.Request) (payment.Answer, error) {
	return b.ask("update", r)
}
func (b remote) Authorize(_ context.Context, r payment.Request) (payment.Answer, error) {
	return b.ask("authorize", r)
}
func (b remote) Capture(_ context.Context, r payment.Request) (payment.Answer, error) {
	return b.ask("capture", r)
}
func (b remote) Refund(_ context.Context, r payment.Request) (payment.Answer, error) {
	return b.ask("refund", r)
}
func (b remote) Cancel(_ context.Context, r payment.Request) (payment.Answer, error) {
	return b.ask("cancel", r)
}

func (remote) Notice(context.Context, http.Header, []byte) (payment.Notice, error) {
	return payment.Notice{}, payment.ErrSignature
}

func serveBank(p *scripted.Provider) http.Handler {
	deeds := map[string]func(context.Context, payment.Request) (payment.Answer, error){
		"/initiate": p.Initiate, "/update": p.Update, "/authorize": p.Authorize, "/capture": p.Capture, "/refund": p.Refund, "/cancel": p.Cancel,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q payment.Request
		err := json.NewDecoder(r.Body).Decode(&q)
		var a payment.Answer
		if err == nil {
			a, err = deeds[r.URL.Path](context.WithoutCancel(r.Context()), q)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		json.NewEncoder(w).Encode(a) //nolint:errcheck
	})
}
