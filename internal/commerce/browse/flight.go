package browse

import (
	"context"
	"sync"
)

// flights lets callers who ask the same at the same time wait for one of them.
type flights[V any] struct {
	mu   sync.Mutex
	open map[string]*flight[V]
}

type flight[V any] struct {
	done  chan struct{}
	value V
	err   error
	ok    bool // the one who flew came to an end: his answer is for all
}

// do gives what f gives: to the caller who calls it and to those who come while it runs. One whose ctx ends leaves; when it is
// the one who runs f, another of them takes over.
func (g *flights[V]) do(ctx context.Context, key string, f func(context.Context) (V, error)) (V, error) {
	for {
		g.mu.Lock()
		if g.open == nil {
			g.open = map[string]*flight[V]{}
		}
		other, ok := g.open[key]
		if !ok {
			mine := &flight[V]{done: make(chan struct{})}
			g.open[key] = mine
			g.mu.Unlock()
			return g.fly(ctx, key, mine, f)
		}
		g.mu.Unlock()
		select {
		case <-other.done:
			if other.ok {
				return other.value, other.err
			}
		case <-ctx.Done():
			var none V
			return none, ctx.Err()
		}
	}
}

func (g *flights[V]) fly(ctx context.Context, key string, mine *flight[V], f func(context.Context) (V, error)) (V, error) {
	defer func() { // also when f panics
		g.mu.Lock()
		delete(g.open, key)
		g.mu.Unlock()
		close(mine.done)
	}()
	mine.value, mine.err = f(ctx)
	mine.ok = mine.err == nil || ctx.Err() == nil
	return mine.value, mine.err
}
