package httpx

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"bytes"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

// Idempotency answers a repeated request with what its first sending was answered, by the key that the client chose.
// The client's key is adopted. A key belongs to its caller and to one request: method, path and body.
type Idempotency struct {
	DB      *db.DB
	Clock   clock.Clock
	Keyring *secret.Keyring // answers are sealed: they hold personal data and cookies
	// Caller names who sends a request; keys of different callers are different keys.
	Caller func(r *http.Request) string
	// Refuse writes an error in the face's envelope.
	Refuse func(w http.ResponseWriter, r *http.Request, err error)
}

const (
	idempotencyHeader = "Idempotency-Key"
	// lease is how long a request may run before another with its key takes over: it has died with its process.
	lease = time.Minute
	// IdempotencyAge is how long answers are kept.
	IdempotencyAge = 24 * time.Hour
	sealPurpose    = "idempotent answer"
)

// The faults of keys.
var (
	ErrKeyForm = fault.New(fault.Invalid, "http.idempotency_key_form",
		"The Idempotency-Key must be 1 to 255 printable ASCII characters")
	ErrKeyReused = fault.New(fault.Invalid, "http.idempotency_key_reused",
		"The Idempotency-Key was used before for another request; choose a new one")
	ErrKeyBusy = fault.New(fault.Conflict, "http.idempotency_key_busy",
		"A request with this Idempotency-Key is being worked on; try again shortly with the same key")
)

// kept is an answer as it is stored.
type kept struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
}

// Wrap guards next, whose request body must be whole in memory already.
func (i *Idempotency) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get(idempotencyHeader)
		if key == "" {
			next.ServeHTTP(w, r)
			return
		}
		if !printable(key) {
			i.Refuse(w, r, ErrKeyForm)
			return
		}
		w.Header().Set(idempotencyHeader, key)
		w.Header().Add("Access-Control-Expose-Headers", idempotencyHeader)
		i.serve(w, r, key, next)
	})
}

func (i *Idempotency) serve(w http.ResponseWriter, r *http.Request, key string, next http.Handler) {
	print, err := fingerprint(r)
	if err != nil {
		i.Refuse(w, r, err)
		return
	}
	scope := i.Caller(r)
	old, err := i.claim(r.Context(), scope, key, print)
	if err != nil {
		i.Refuse(w, r, err)
		return
	}
	if old != nil {
		for k, v := range old.Header {
			w.Header()[k] = v
		}
		w.Header().Set("Idempotent-Replayed", "true")
		w.WriteHeader(old.Status)
		w.Write(old.Body) //nolint:errcheck // the client has gone
		return
	}
	b := newBuffer(http.Header{})
	defer b.free()
	finished := false
	defer func() { // also when next panics: the key must not stay taken
		if !finished {
			i.settle(context.WithoutCancel(r.Context()), scope, key, nil)
		}
	}()
	next.ServeHTTP(b, r)
	finished = true
	var answer *kept
	if final(b.status) {
		answer = &kept{Status: b.status, Header: b.header, Body: b.body.Bytes()}
	}
	if err := i.settle(context.WithoutCancel(r.Context()), scope, key, answer); err != nil {
		i.Refuse(w, r, err)
		return
	}
	for k, v := range b.header {
		w.Header()[k] = v
	}
	b.send(w)
}

// final tells whether sending a request again can only give the same answer.
func final(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusConflict, http.StatusTooManyRequests, http.StatusRequestTimeout:
		return false
	}
	return status < http.StatusInternalServerError
}

// claim takes the key for this request, or gives the answer that its first sending had.
func (i *Idempotency) claim(ctx context.Context, scope, key, print string) (*kept, error) {
	now := i.Clock.Now().UnixMilli()
	var sealed *string
	err := i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		sealed = nil
		n, err := tx.Exec(`insert into idempotency_keys (scope, key, fingerprint, locked_at, created_at)
			values ($1, $2, $3, $4, $4) on conflict (scope, key) do nothing`, scope, key, print, now)
		if err != nil || n == 1 {
			return err
		}
		var known string
		var locked int64
		err = tx.QueryRow(`select fingerprint, answer, locked_at from idempotency_keys where scope = $1 and key = $2`,
			scope, key).Scan(&known, &sealed, &locked)
		switch {
		case errors.Is(err, db.ErrNoRows):
			return ErrKeyBusy // settled as failed just now
		case err != nil:
			return err
		case known != print:
			return ErrKeyReused
		case sealed != nil:
			return nil
		}
		n, err = tx.Exec(`update idempotency_keys set locked_at = $3
			where scope = $1 and key = $2 and answer is null and locked_at = $4 and locked_at < $5`,
			scope, key, now, locked, now-lease.Milliseconds())
		if err == nil && n == 0 {
			err = ErrKeyBusy
		}
		return err
	})
	if err != nil || sealed == nil {
		return nil, err
	}
	return i.open(*sealed)
}

func (i *Idempotency) open(sealed string) (*kept, error) {
	raw, err := i.Keyring.Open(sealPurpose, sealed)
	if err != nil {
		return nil, fmt.Errorf("open a kept answer: %w", err)
	}
	var k kept
	if err := json.Unmarshal(raw, &k); err != nil {
		return nil, fmt.Errorf("read a kept answer: %w", err)
	}
	return &k, nil
}

// settle keeps the answer, or with none gives the key back.
func (i *Idempotency) settle(ctx context.Context, scope, key string, answer *kept) error {
	if answer == nil {
		return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(`delete from idempotency_keys where scope = $1 and key = $2 and answer is null`, scope, key)
			return err
		})
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	sealed := i.Keyring.Seal(sealPurpose, raw)
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(`update idempotency_keys set answer = $3 where scope = $1 and key = $2`, scope, key, sealed)
		return err
	})
}

// RemoveExpired drops the keys that are older than IdempotencyAge.
func (i *Idempotency) RemoveExpired(ctx context.Context) error {
	old := i.Clock.Now().Add(-IdempotencyAge).UnixMilli()
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(`delete from idempotency_keys where created_at < $1`, old)
		return err
	})
}

// fingerprint reads the body, puts it back, and tells one request from another.
func fingerprint(r *http.Request) (string, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	h := sha256.New()
	fmt.Fprintf(h, "%s %s\n", r.Method, r.URL.RequestURI())
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil)), nil
}

func printable(key string) bool {
	if len(key) > 255 {
		return false
	}
	for _, c := range []byte(key) {
		if c < 0x21 || c > 0x7e {
			return false
		}
	}
	return true
}
