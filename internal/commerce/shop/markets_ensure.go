package shop

import (
	"context"
	"time"

	"kaidian/internal/platform/db"
)

// What a new shop sells in, and through. The id is fixed as the settings' is: of instances that start at once, the primary key
// lets one make the channel.
const (
	firstCurrency    = "cny"
	firstChannelID   = "sc_00000000000000000000000001"
	firstChannelName = "Default Sales Channel"
)

// ensureMarkets makes the default currency and the default sales channel of a shop that has none: one that is new, or one from
// before there were any.
func (s *Shop) ensureMarkets(ctx context.Context) error {
	var ready bool
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select exists (select 1 from shop
			join currencies on currencies.code = shop.default_currency
			join sales_channels on sales_channels.id = shop.default_channel_id
			where shop.id = $1)`, settingsID).Scan(&ready)
	})
	if err != nil || ready {
		return err
	}
	now := s.clock.Now()
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error { return insertFirstMarkets(tx, now) })
}

func insertFirstMarkets(tx *db.Tx, now time.Time) error {
	if err := lockMarkets(tx); err != nil {
		return err
	}
	if _, err := insertCurrency(tx, Currency{}, firstCurrency, now); err != nil {
		return err
	}
	_, err := tx.Exec(`insert into sales_channels (id, name, is_disabled, created_at, updated_at) values ($1, $2, 0, $3, $3)
		on conflict do nothing`, firstChannelID, firstChannelName, db.Millis(now))
	if err != nil {
		return err
	}
	_, err = tx.Exec(`update shop set default_channel_id = $2 where id = $1 and default_channel_id = ''`, settingsID, firstChannelID)
	return err
}
