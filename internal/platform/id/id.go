// Package id makes identifiers: a prefix, an underscore and a ULID, which sorts by time of making.
package id

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

var (
	mu      sync.Mutex
	entropy = ulid.Monotonic(rand.Reader, 0)
)

// New makes an identifier such as "cus_01G2SG30J8C85S4A5CHM2S1NS2". Identifiers made in one process sort in the
// order in which they were made. The prefixes are those of the Store API.
func New(prefix string, now time.Time) string {
	mu.Lock()
	defer mu.Unlock()
	u, err := ulid.New(ulid.Timestamp(now), entropy)
	if err != nil { // the entropy of one millisecond ran over: draw afresh
		entropy = ulid.Monotonic(rand.Reader, 0)
		u = ulid.MustNew(ulid.Timestamp(now), entropy)
	}
	return prefix + "_" + u.String()
}
