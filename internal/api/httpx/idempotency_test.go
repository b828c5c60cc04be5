package httpx_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/api/httpx"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

// orders is a shop's door that may be knocked on twice.
type orders struct {
	httpx.Idempotency
	url   string
	clock *clock.Fake
	log   *logbook
	runs  atomic.Int64
}

// door guards a handler. The caller is who the header X-Caller names.
func door(t *testing.T, d *db.DB, h http.HandlerFunc) *orders {
	t.Helper()
	keys, err := secret.NewKeyring([]byte(strings.Repeat("k", secret.MasterSize)))
	if err != nil {
		t.Fatal(err)
	}
	o := &orders{clock: clock.NewFake(noon), log: &logbook{}}
	o.Idempotency = httpx.Idempotency{DB: d, Clock: o.clock, Keyring: keys, Log: o.log.logger(slog.LevelInfo),
		Caller: func(r *http.Request) string { return r.Header.Get("X-Caller") },
		Refuse: func(w http.ResponseWriter, _ *http.Request, err error) {
			status := map[fault.Code]int{fault.Invalid: 400, fault.Conflict: 409}[fault.CodeOf(err)]
			if status == 0 {
				status = 500
			}
			http.Error(w, err.Error(), status)
		}}
	guarded := o.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.runs.Add(1)
		h(w, r)
	}))
	o.url = serve(t, guarded)
	return o
}

// ordered answers as one who places an order does.
func ordered(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	http.SetCookie(w, &http.Cookie{Name: "connect.sid", Value: "s:session"})
	http.SetCookie(w, &http.Cookie{Name: "other", Value: "2"})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"order":%q}`, body)
}

func TestARepeatedRequestIsReplayed(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		o := door(t, d, ordered)
		first := send(t, "POST", o.url+"/orders?x=1", "two pears", "Idempotency-Key: abc")
		if first.status != http.StatusCreated || first.body != `{"order":"two pears"}` || first.header.Get("Idempotency-Key") != "abc" ||
			first.header.Get("Idempotent-Replayed") != "" || !strings.Contains(first.header.Get("Access-Control-Expose-Headers"), "Idempotency-Key") {
			t.Errorf("first: %+v", first)
		}
		again := send(t, "POST", o.url+"/orders?x=1", "two pears", "Idempotency-Key: abc")
		if again.status != first.status || again.body != first.body || again.header.Get("Idempotent-Replayed") != "true" ||
			again.header.Get("Content-Type") != "application/json" || fmt.Sprint(again.header["Set-Cookie"]) != "[connect.sid=s:session other=2]" {
			t.Errorf("again: %+v", again)
		}
		if n := o.runs.Load(); n != 1 {
			t.Errorf("it ran %d times", n)
		}
		send(t, "POST", o.url+"/orders", "two pears")
		send(t, "POST", o.url+"/orders", "two pears", "Idempotency-Key: ")
		if n := o.runs.Load(); n != 3 {
			t.Errorf("without a key it ran %d times", n-1)
		}
	})
}

func TestAKeyBelongsToOneRequestOfOneCaller(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		o := door(t, d, ordered)
		send(t, "POST", o.url+"/orders", "two pears", "Idempotency-Key: abc", "X-Caller: ann")
		for name, r := range map[string]func() reply{
			"body": func() reply {
				return send(t, "POST", o.url+"/orders", "3 pears", "Idempotency-Key: abc", "X-Caller: ann")
			},
			"path": func() reply {
				return send(t, "POST", o.url+"/other", "two pears", "Idempotency-Key: abc", "X-Caller: ann")
			},
			"query": func() reply {
				return send(t, "POST", o.url+"/orders?a=b", "two pears", "Idempotency-Key: abc", "X-Caller: ann")
			},
			"method": func() reply {
				return send(t, "PUT", o.url+"/orders", "two pears", "Idempotency-Key: abc", "X-Caller: ann")
			},
		} {
			if got := r(); got.status != 400 || !strings.Contains(got.body, httpx.ErrKeyReused.Reason) {
				t.Errorf("another %s: %d %s", name, got.status, got.body)
			}
		}
		if got := send(t, "POST", o.url+"/orders", "3 pears", "Idempotency-Key: abc", "X-Caller: bob"); got.body != `{"order":"3 pears"}` {
			t.Errorf("another caller: %d %s", got.status, got.body)
		}
		if got := send(t, "POST", o.url+"/orders", "3 pears", "Idempotency-Key: ABC", "X-Caller: ann"); got.status != http.StatusCreated {
			t.Errorf("another key: %d %s", got.status, got.body)
		}
		if n := o.runs.Load(); n != 3 {
			t.Errorf("it ran %d times, want 3", n)
		}
	})
}

func TestKeyForm(t *testing.T) {
	t.Parallel()
	o := door(t, dbtest.OpenSQLite(t), ordered)
	for _, key := range []string{"two words", strings.Repeat("x", 256), "schlüssel", "tab\tbed"} {
		if got := send(t, "POST", o.url, "{}", "Idempotency-Key: "+key); got.status != 400 || !strings.Contains(got.body, httpx.ErrKeyForm.Reason) {
			t.Errorf("%q: %d %s", key, got.status, got.body)
		}
	}
	if n := o.runs.Load(); n != 0 {
		t.Errorf("it ran %d times", n)
	}
	for _, key := range []string{"x", strings.Repeat("x", 255), "~!\"#'", "5f0f5a0e-5f69-4f44-9d8e-0a2b3c4d5e6f"} {
		if got := send(t, "POST", o.url, "{}", "Idempotency-Key: "+key); got.status != http.StatusCreated {
			t.Errorf("%q: %d %s", key, got.status, got.body)
		}
	}
}

func TestManyAtOnceRunOnce(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		others := make(chan struct{}, 64)
		o := door(t, d, func(w http.ResponseWriter, r *http.Request) {
			for range 3 { // some come while it runs, the rest after
				<-others
			}
			ordered(w, r)
		})
		var all sync.WaitGroup
		var replayed, busy, first atomic.Int64
		for range 32 {
			all.Go(func() {
				got, err := try(t, "POST", o.url, "one", "Idempotency-Key: k")
				switch {
				case err != nil:
					t.Error(err)
				case got.status == http.StatusConflict && strings.Contains(got.body, httpx.ErrKeyBusy.Reason):
					busy.Add(1)
				case got.status == http.StatusCreated && got.header.Get("Idempotent-Replayed") == "true":
					replayed.Add(1)
				case got.status == http.StatusCreated:
					first.Add(1)
				default:
					t.Errorf("%d %s", got.status, got.body)
				}
				others <- struct{}{}
			})
		}
		all.Wait()
		if o.runs.Load() != 1 || first.Load() != 1 || busy.Load() < 3 || busy.Load()+replayed.Load() != 31 {
			t.Errorf("ran %d times: %d first, %d busy, %d replayed", o.runs.Load(), first.Load(), busy.Load(), replayed.Load())
		}
		if got := send(t, "POST", o.url, "one", "Idempotency-Key: k"); got.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("afterwards: %d %s", got.status, got.body)
		}
	})
}

func TestOnlyFinalAnswersAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		for status, kept := range map[int]bool{200: true, 201: true, 204: true, 303: true, 400: true, 404: true, 422: true,
			401: false, 408: false, 409: false, 429: false, 500: false, 502: false, 503: false} {
			o := door(t, d, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
			key := fmt.Sprintf("Idempotency-Key: for-%d", status)
			for range 2 {
				if got := send(t, "POST", o.url, "", key); got.status != status {
					t.Errorf("%d becomes %d %s", status, got.status, got.body)
				}
			}
			if ran := o.runs.Load(); (ran == 1) != kept {
				t.Errorf("%d: it ran %d times", status, ran)
			}
		}
	})
}

func TestAnAnswerOfNothingIsReplayed(t *testing.T) {
	t.Parallel()
	o := door(t, dbtest.OpenSQLite(t), func(http.ResponseWriter, *http.Request) {})
	for range 2 {
		if got, err := try(t, "POST", o.url, "", "Idempotency-Key: k"); err != nil || got.status != http.StatusOK || got.body != "" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if n := o.runs.Load(); n != 1 {
		t.Errorf("it ran %d times", n)
	}
}

// rowsOf reads the whole table as text.
func rowsOf(t *testing.T, d *db.DB) []string {
	t.Helper()
	var out []string
	err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
		var err error
		out, err = db.All(tx, func(row db.Scanner) (string, error) {
			var scope, key, print string
			var answer *string
			err := row.Scan(&scope, &key, &print, &answer)
			if answer == nil {
				return scope + " " + key + " " + print, err
			}
			return scope + " " + key + " " + print + " " + *answer, err
		}, `select scope, key, fingerprint, answer from idempotency_keys order by key`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNothingIsKeptInTheClear(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		o := door(t, d, ordered)
		send(t, "POST", o.url, `{"password":"pa$$word"}`, "Idempotency-Key: k1")
		send(t, "POST", o.url, `{"password":"pa$$word"}`, "Idempotency-Key: k2")
		rows := rowsOf(t, d)
		if len(rows) != 2 {
			t.Fatalf("%d rows", len(rows))
		}
		for _, row := range rows {
			for _, clear := range []string{"pa$$word", "password", "s:session", "application/json", "c2Vzc2lvbg", "b3JkZXI"} {
				if strings.Contains(row, clear) {
					t.Errorf("%q is in the table: %s", clear, row)
				}
			}
		}
		// A thief of the table must not be able to try passwords on the fingerprint, so it needs our key.
		stranger, err := secret.NewKeyring([]byte(strings.Repeat("x", secret.MasterSize)))
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := dbtest.OpenSQLite(t)
		p := door(t, elsewhere, ordered)
		p.Keyring = stranger
		p.url = serve(t, p.Wrap(http.HandlerFunc(ordered)))
		send(t, "POST", p.url, `{"password":"pa$$word"}`, "Idempotency-Key: k1")
		ours, theirs := strings.Fields(rows[0]), strings.Fields(rowsOf(t, elsewhere)[0])
		if ours[1] == theirs[1] {
			t.Errorf("the fingerprint %s needs no key", ours[1])
		}
	})
}

func TestKeysAreForgotten(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		o := door(t, d, ordered)
		send(t, "POST", o.url, "one", "Idempotency-Key: old")
		o.clock.Advance(time.Minute)
		send(t, "POST", o.url, "one", "Idempotency-Key: young")
		o.clock.Advance(httpx.IdempotencyAge - time.Minute + time.Millisecond)
		if err := o.RemoveExpired(t.Context()); err != nil {
			t.Fatal(err)
		}
		if rows := rowsOf(t, d); len(rows) != 1 || !strings.Contains(rows[0], "young") {
			t.Errorf("kept: %v", rows)
		}
	})
}
