package cart

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// NewCart is a cart to make. Everything may be left out.
type NewCart struct {
	RegionID    string // empty for the oldest region
	CountryCode string // one of the region's, in any case
	ChannelID   string // empty for the only one of Key, or the default one
	Key         string // the publishable key that came along; one that there is not restricts nothing
	Lines       []NewLine
	Context     json.RawMessage // an object of 16 KiB at most, put over IP and UserAgent
	IP          string
	UserAgent   string
	Caller      string // the signed-in customer's id
}

// Create makes a cart. Faults: Invalid, ErrNoRegions, shop.ErrNoRegion, ErrCountry, shop.ErrNoChannel, ErrChannelDisabled,
// ErrChannelScope, ErrWhichChannel, customer.ErrNotFound, and those of AddLine for its lines.
func (s *Service) Create(ctx context.Context, n NewCart) (Cart, error) {
	if err := n.normalise(); err != nil {
		return Cart{}, err
	}
	g, err := s.ready(ctx)
	if err != nil {
		return Cart{}, err
	}
	region, err := n.region(g.markets)
	if err != nil {
		return Cart{}, err
	}
	channel, err := channelFor(g.markets, n.ChannelID, n.Key)
	if err != nil {
		return Cart{}, err
	}
	var out Cart
	err = s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		now := s.o.Clock.Now()
		w := s.work(tx, g, &Cart{ID: id.New("cart", now), Type: Default, RegionID: region.ID, ChannelID: channel,
			Body: Body{Context: n.Context}, Version: 1, CreatedAt: now, UpdatedAt: now})
		if err := w.fill(n, &region); err != nil {
			return err
		}
		out = *w.c
		return insert(tx, w.c)
	})
	if err != nil {
		return Cart{}, err
	}
	return out, nil
}

// fill puts into a new cart what it starts with.
func (w *work) fill(n NewCart, region *shop.Region) error {
	if err := w.settle(region, n.CountryCode, true); err != nil {
		return err
	}
	if err := w.belong(n.Caller, nil, nil); err != nil {
		return err
	}
	if len(n.Lines) > 0 {
		if err := w.add(n.Lines); err != nil {
			return err
		}
	}
	return w.reckon()
}

func (n *NewCart) region(m *shop.Markets) (shop.Region, error) {
	if n.RegionID == "" {
		if region, ok := firstRegion(m); ok {
			return region, nil
		}
		return shop.Region{}, ErrNoRegions
	}
	region, ok := m.Region(n.RegionID)
	if !ok {
		return shop.Region{}, shop.ErrNoRegion
	}
	return region, nil
}

func (n *NewCart) normalise() error {
	if len(n.Lines) > MaxLines {
		return ErrTooManyLines
	}
	lines := make([]NewLine, len(n.Lines))
	for i, l := range n.Lines {
		if err := l.normalise(); err != nil {
			return within(fmt.Sprintf("items[%d]", i), err)
		}
		lines[i] = l
	}
	n.Lines = lines
	sent, err := object("context", n.Context)
	if err != nil {
		return err
	}
	seen, err := json.Marshal(map[string]string{"ip": clean(n.IP), "user_agent": clean(n.UserAgent)})
	if err != nil {
		return fmt.Errorf("write the context of a cart: %w", err)
	}
	n.Context, err = merged("context", seen, sent)
	return err
}

// clean gives what can be kept of a text that nobody looked at, a header's.
func clean(s string) string {
	const most = 1000
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}
