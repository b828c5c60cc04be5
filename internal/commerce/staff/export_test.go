package staff

import "context"

// PauseLoads has f run after each read of a grant from the database, before the cache hears of it.
func (s *Service) PauseLoads(f func()) {
	load := s.load
	s.load = func(ctx context.Context, tokenHash string) (known, error) {
		k, err := load(ctx, tokenHash)
		f()
		return k, err
	}
}
