package cart

import (
	"context"
	"time"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/platform/db"
)

// work is a transaction's work on one cart: what was read of it and for it.
type work struct {
	s      *Service
	tx     *db.Tx
	g      *ground
	c      *Cart
	now    time.Time
	opened bool // it may be changed: BeforeChange agreed
	forced bool // taxes are
	fresh  bool // nothing of the goods is taken from memory

	read      bool // what follows was read
	prices    map[string][]pricing.Price
	discounts map[string]promotion.Discount // by id, of those in the body, also those that do not hold
	cards     map[string]promotion.GiftCard
	bound     map[string][]string // rates that are bound to products
	subjects  map[string]catalog.Subject
	lost      map[string]string // why a line or a method cannot be sold, by its id
}

func (s *Service) work(tx *db.Tx, g *ground, c *Cart) *work {
	return &work{s: s, tx: tx, g: g, c: c, now: s.o.Clock.Now()}
}

// change does a deed to an open cart whose row it holds, and writes what came of it. A deed that finds nothing to do does not call
// open, and then nothing is written. Faults: ErrNotFound, ErrCompleted, those of the deed and of BeforeChange.
func (s *Service) change(ctx context.Context, id string, deed func(w *work) error) (Cart, error) {
	g, err := s.ready(ctx)
	if err != nil {
		return Cart{}, err
	}
	var out Cart
	err = s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		c, err := load(tx, id, true)
		if err != nil {
			return err
		}
		if !c.CompletedAt.IsZero() {
			return ErrCompleted
		}
		w := s.work(tx, g, c)
		if err := deed(w); err != nil {
			return err
		}
		if err := w.reckon(); err != nil {
			return err
		}
		if w.opened {
			if err := save(tx, c, w.now); err != nil {
				return err
			}
		}
		out = *c
		return nil
	})
	if err != nil {
		return Cart{}, err
	}
	return out, nil
}

// open asks BeforeChange once. It comes before anything of the cart but its row is read: what is promised for the cart may be given
// back by it.
func (w *work) open() error {
	if w.opened {
		return nil
	}
	w.opened, w.read, w.discounts, w.cards, w.c.Body.Agreed = true, false, nil, nil, nil
	if w.s.o.BeforeChange == nil || w.c.HeldBy == "" {
		return nil
	}
	w.c.HeldBy = "" // as save writes it
	return w.s.o.BeforeChange(w.tx, w.c.ID)
}

// linesChanged is for every change of lines: the shipping that was chosen was for others.
func (w *work) linesChanged() {
	w.c.Body.Methods = nil
	for i := range w.c.Body.Lines {
		w.c.Body.Lines[i].HasShipping = false
	}
}
