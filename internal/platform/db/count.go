package db

import (
	"context"
	"sync/atomic"
)

// Counter counts the statements run under a context. BEGIN and COMMIT are not counted.
type Counter struct {
	n atomic.Int64
	// Each is called before each statement with its number, from 1, unless it is nil. It is set before the context is used.
	Each func(n int64)
}

// WithCounter gives a context whose statements are counted.
func WithCounter(ctx context.Context) (context.Context, *Counter) {
	c := &Counter{}
	return context.WithValue(ctx, counting, c), c
}

// N gives the count so far.
func (c *Counter) N() int64 { return c.n.Load() }

func (c *Counter) add() {
	if c == nil {
		return
	}
	if n := c.n.Add(1); c.Each != nil {
		c.Each(n)
	}
}

func counterOf(ctx context.Context) *Counter {
	c, _ := ctx.Value(counting).(*Counter)
	return c
}
