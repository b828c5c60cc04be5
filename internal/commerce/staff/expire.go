package staff

import (
	"context"
	"time"

	"kaidian/internal/platform/db"
)

// codeMemory is how long an expired code is still known to have expired.
const codeMemory = 24 * time.Hour

// RemoveExpired drops the sessions and the codes that are over. Nothing else drops them: call it once in a while.
func (s *Service) RemoveExpired(ctx context.Context) error {
	now := s.clock.Now()
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		return deleteExpired(tx, now, now.Add(-codeMemory))
	})
}
