package httpx

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

// Idempotency answers a repeated request with what its first sending was answered, by the key that the client chose.
// The client's key is adopted. A key belongs to its caller and to one request: method, path and body.
//
// It spares a client the wait for an answer that was lost on the way. A deed whose process died before its answer was
// kept runs again once the lease is over: what must never happen twice is guarded by the deed itself.
type Idempotency struct {
	DB      *db.DB
	Clock   clock.Clock
	Keyring *secret.Keyring // answers are sealed: they hold personal data and cookies
	Log     *slog.Logger    // nil means none
	// Caller names who sends a request; keys of different callers are different keys.
	Caller func(r *http.Request) string
	// Refuse writes an error in the face's envelope.
	Refuse func(w http.ResponseWriter, r *http.Request, err error)
}

const (
	idempotencyHeader = "Idempotency-Key"
	// lease is how long a request may run before another with its key takes over: it has died with its process.
	lease = time.Minute
	// settling is how long keeping an answer may take when the client no longer waits for it.
	settling = 10 * time.Second
	// IdempotencyAge is how long answers are kept.
	IdempotencyAge = 24 * time.Hour
	sealPurpose    = "idempotent answer"
	printPurpose   = "idempotency fingerprint"
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

// claim is a key that this request has taken.
type claim struct {
	scope, key string
	at         int64 // when, in Unix milliseconds: who takes over after the lease has another time
}

// Wrap guards next, whose request body must be whole in memory already.
func (i *Idempotency) Wrap(next http.Handler) http.Handler {
	// Keyed, because a body may hold a password, which a plain digest would let a thief of the table guess.
	mac := i.Keyring.Key(printPurpose)
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
		sum, err := fingerprint(r, mac)
		if err != nil {
			i.Refuse(w, r, err)
			return
		}
		mine := claim{scope: i.Caller(r), key: key, at: i.Clock.Now().UnixMilli()}
		old, err := i.take(r.Context(), mine, sum)
		switch {
		case err != nil:
			i.Refuse(w, r, err)
		case old != nil:
			maps.Copy(w.Header(), old.Header)
			w.Header().Set("Idempotent-Replayed", "true")
			w.WriteHeader(old.Status)
			w.Write(old.Body) //nolint:errcheck // the client has gone
		default:
			i.run(w, r, mine, next)
		}
	})
}

// run has next answer the request whose key was taken, and keeps its answer.
func (i *Idempotency) run(w http.ResponseWriter, r *http.Request, mine claim, next http.Handler) {
	b := newBuffer(http.Header{})
	defer b.free()
	answered := false
	defer func() {
		if !answered { // next panicked: the key must not stay taken
			i.settle(r, mine, nil)
		}
	}()
	next.ServeHTTP(b, r)
	answered = true
	b.WriteHeader(http.StatusOK)
	if final(b.status) {
		i.settle(r, mine, &kept{Status: b.status, Header: b.header, Body: b.body.Bytes()})
	} else {
		i.settle(r, mine, nil)
	}
	maps.Copy(w.Header(), b.header)
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

// take takes the key for this request, or gives the answer that its first sending had.
func (i *Idempotency) take(ctx context.Context, c claim, sum string) (*kept, error) {
	var sealed *string
	err := i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		sealed = nil
		n, err := tx.Exec(`insert into idempotency_keys (scope, key, fingerprint, locked_at, created_at)
			values ($1, $2, $3, $4, $4) on conflict (scope, key) do nothing`, c.scope, c.key, sum, c.at)
		if err != nil || n == 1 {
			return err
		}
		var known string
		var locked int64
		err = tx.QueryRow(`select fingerprint, answer, locked_at from idempotency_keys where scope = $1 and key = $2`,
			c.scope, c.key).Scan(&known, &sealed, &locked)
		switch {
		case errors.Is(err, db.ErrNoRows):
			return ErrKeyBusy // given back just now
		case err != nil:
			return err
		case known != sum:
			return ErrKeyReused
		case sealed != nil:
			return nil
		}
		n, err = tx.Exec(`update idempotency_keys set locked_at = $3
			where scope = $1 and key = $2 and answer is null and locked_at = $4 and locked_at < $5`,
			c.scope, c.key, c.at, locked, c.at-lease.Milliseconds())
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

// settle keeps the answer, or with none gives the key back. It is done also when the client no longer waits, and when
// it fails the client has its answer all the same: told of a failure, it would do again what is done.
func (i *Idempotency) settle(r *http.Request, c claim, answer *kept) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), settling)
	defer cancel()
	if err := i.put(ctx, c, answer); err != nil && i.Log != nil {
		i.Log.ErrorContext(ctx, "the answer for an Idempotency-Key could not be kept", "error", err)
	}
}

// put writes what settle keeps, unless another request has taken the key over meanwhile.
func (i *Idempotency) put(ctx context.Context, c claim, answer *kept) error {
	if answer == nil {
		return i.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
			_, err := tx.Exec(`delete from idempotency_keys where scope = $1 and key = $2 and locked_at = $3 and answer is null`,
				c.scope, c.key, c.at)
			return err
		})
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	sealed := i.Keyring.Seal(sealPurpose, raw)
	return i.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Exec(`update idempotency_keys set answer = $4 where scope = $1 and key = $2 and locked_at = $3 and answer is null`,
			c.scope, c.key, c.at, sealed)
		return err
	})
}

// RemoveExpired drops the keys that are older than IdempotencyAge.
func (i *Idempotency) RemoveExpired(ctx context.Context) error {
	old := i.Clock.Now().Add(-IdempotencyAge).UnixMilli()
	return i.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Exec(`delete from idempotency_keys where created_at < $1`, old)
		return err
	})
}

// fingerprint reads the body, puts it back, and tells one request from another.
func fingerprint(r *http.Request, key []byte) (string, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	h := hmac.New(sha256.New, key)
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
