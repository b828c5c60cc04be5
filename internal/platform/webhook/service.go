package webhook

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net"
	"net/http"
	"time"

	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/job"
	"kaidian/internal/platform/netguard"
)

// Kind is the kind of the jobs that deliver.
const Kind = "webhook.deliver"

// Options says what is sent and to whom.
type Options struct {
	Topics         []string // what may be subscribed to
	ContentTypes   []string // what a webhook may ask for, the default first; nil means JSON or form
	RefusedDomains []string // names, with all below them, that no webhook may point to; example.com and its like are refused anyway
	AllowPrivate   bool     // send to private and local addresses too: for tests, and shops whose receivers are in the house
	MaxPerApp      int      // webhooks of one app; 0 means 100

	// Signer gives the key that signs a body and the shop's domain. It is asked before each attempt.
	Signer    func(ctx context.Context) (token, shop string, err error)
	Headers   Headers
	UserAgent string // "" sends none

	Timeout  time.Duration   // of one attempt, from dialling to the end of the answer; 0 means 10 s
	Backoff  []time.Duration // pauses before the second, third … attempt; nil means 5 s, 30 s, 5 min, 30 min, 2 h
	Workers  int             // deliveries in flight; 0 means 8
	Resolver *net.Resolver   // nil means the machine's
}

// Headers names the headers of a delivery, spelled as sent. One that is "" is not sent, but when all are, they are
// X-YHSD-HMAC-SHA256, X-YHSD-TOPIC, X-YHSD-SHOP and X-YHSD-DELIVERY.
type Headers struct {
	Signature string // base64 of HMAC-SHA256(token, body)
	Topic     string
	Shop      string
	Delivery  string // the delivery's id, the same in every attempt
}

// Service keeps webhooks and sends deliveries. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	clock  clock.Clock
	jobs   *job.Queue
	log    *slog.Logger
	o      Options
	client *http.Client
}

// New makes the service and gives the queue its handler, so it is called before the queue starts.
func New(d *db.DB, c clock.Clock, jobs *job.Queue, log *slog.Logger, o Options) *Service {
	o.Headers = cmp.Or(o.Headers, Headers{"X-YHSD-HMAC-SHA256", "X-YHSD-TOPIC", "X-YHSD-SHOP", "X-YHSD-DELIVERY"})
	o.MaxPerApp, o.Timeout, o.Workers = cmp.Or(o.MaxPerApp, 100), cmp.Or(o.Timeout, 10*time.Second), cmp.Or(o.Workers, 8)
	if o.Backoff == nil {
		o.Backoff = []time.Duration{5 * time.Second, 30 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	}
	if len(o.ContentTypes) == 0 {
		o.ContentTypes = []string{"application/json", "application/x-www-form-urlencoded"}
	}
	s := &Service{db: d, clock: c, jobs: jobs, log: log, o: o, client: o.guard().Client(o.Timeout, o.Resolver)}
	jobs.Handle(Kind, s.deliver, job.HandleOptions{
		MaxAttempts: len(o.Backoff) + 1,
		Backoff:     func(attempt int) time.Duration { return o.Backoff[min(attempt, len(o.Backoff))-1] },
		Timeout:     o.Timeout + 30*time.Second, // the rest is for the database
		Workers:     o.Workers,
	})
	return s
}

// guard keeps deliveries out of the house.
func (o Options) guard() netguard.Guard {
	return netguard.Guard{RefusedDomains: o.RefusedDomains, AllowPrivate: o.AllowPrivate}
}

// Close drops connections that are kept for reuse. It is called after the queue has stopped.
func (s *Service) Close() { s.client.CloseIdleConnections() }

// Sign gives the signature of a body: base64 of HMAC-SHA256 under the token.
func Sign(token string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
