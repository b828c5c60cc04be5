package content

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"kaidian/internal/platform/blob"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/netguard"
	"kaidian/internal/platform/picture"
)

// Options is what a Service is made of. All of it must be set up to Timeout.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Blobs    blob.Store
	Pictures *picture.Checker
	Guard    netguard.Guard // from where pictures may be fetched
	// Used tells whether something besides files shows the bytes of a name: they stay when the last file that has them goes.
	Used func(ctx context.Context, name string) (bool, error)

	Timeout  time.Duration // of fetching a picture, redirects included; 0 means 10 s
	Resolver *net.Resolver // nil means the machine's
}

// Service keeps files and pictures. It is safe for concurrent use.
type Service struct {
	o      Options
	client *http.Client
	// locks keep a file from being deleted while the same bytes come in again, by the first byte of their name. Between two
	// servers nothing does; the same bytes would have to come and go within the same moment.
	locks [256]sync.Mutex
}

// New makes the service. It starts nothing.
func New(o Options) *Service {
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	return &Service{o: o, client: o.Guard.Client(o.Timeout, o.Resolver)}
}

// Close drops connections that are kept for reuse.
func (s *Service) Close() { s.client.CloseIdleConnections() }
