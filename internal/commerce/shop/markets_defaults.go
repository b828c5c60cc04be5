package shop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/patch"
)

// maxCurrencies bounds a list of currencies; ISO 4217 has fewer.
const maxCurrencies = 300

// CurrencyPatch adds a currency of ISO 4217 to those that the shop sells in, or changes how it is sold in.
type CurrencyPatch struct {
	Code        string               // in any case
	IncludesTax patch.Optional[bool] // false when it is new
}

// PutCurrencies adds currencies to those that the shop sells in, or changes how it sells in them, and tells whether
// anything is different now. Of two with one code the later counts. Fault: Invalid with every problem.
func (s *Shop) PutCurrencies(ctx context.Context, list []CurrencyPatch) (changed bool, err error) {
	var pr problems
	if len(list) > maxCurrencies {
		pr.add("currencies", fault.TooLong, fmt.Sprintf("must be %d at most", maxCurrencies))
		return false, pr.fault()
	}
	list = slices.Clone(list)
	for i := range list {
		list[i].Code = pr.currency("currency_code", list[i].Code)
	}
	if err := pr.fault(); err != nil || len(list) == 0 {
		return false, err
	}
	return s.changeMarkets(ctx, "currency", func(tx *db.Tx, now time.Time) (subject string, err error) {
		for _, p := range list {
			different, err := p.write(tx, now)
			if err != nil {
				return "", err
			}
			if different {
				subject = p.Code
			}
		}
		return subject, nil
	})
}

// write puts the patch on the currency's row, and tells whether that made a difference.
func (p CurrencyPatch) write(tx *db.Tx, now time.Time) (bool, error) {
	added, err := insertCurrency(tx, Currency{IncludesTax: p.IncludesTax.Or(false)}, p.Code, now)
	if err != nil || added || !p.IncludesTax.IsSet() {
		return added, err
	}
	includes := p.IncludesTax.Or(false)
	n, err := tx.Exec(`update currencies set includes_tax = $2, updated_at = $3 where code = $1 and includes_tax <> $2`,
		p.Code, bit(&includes), db.Millis(now))
	return n > 0, err
}

// SetDefaults says in which currency and which channel the shop sells when a caller does not say; an empty one stays as it
// is. The shop sells in the currency from now on. Faults: Invalid for what is no currency, ErrNoChannel.
func (s *Shop) SetDefaults(ctx context.Context, currency, channel string) error {
	var pr problems
	if currency != "" {
		currency = pr.currency("currency_code", currency)
	}
	if err := pr.fault(); err != nil {
		return err
	}
	if channel != "" && !ident.MatchString(channel) {
		return ErrNoChannel
	}
	_, err := s.changeMarkets(ctx, "defaults", func(tx *db.Tx, now time.Time) (string, error) {
		return writeDefaults(tx, currency, channel, now)
	})
	return err
}

func writeDefaults(tx *db.Tx, currency, channel string, now time.Time) (subject string, err error) {
	if currency != "" {
		if _, err := insertCurrency(tx, Currency{}, currency, now); err != nil {
			return "", err
		}
	}
	if channel != "" {
		var n int
		err := tx.QueryRow(`select count(*) from sales_channels where id = $1 and deleted_at is null`, channel).Scan(&n)
		if err != nil {
			return "", err
		}
		if n == 0 {
			return "", ErrNoChannel
		}
	}
	n, err := tx.Exec(`update shop set default_currency = coalesce(nullif($2, ''), default_currency),
		default_channel_id = coalesce(nullif($3, ''), default_channel_id)
		where id = $1 and (coalesce(nullif($2, ''), default_currency) <> default_currency
		or coalesce(nullif($3, ''), default_channel_id) <> default_channel_id)`, settingsID, currency, channel)
	if err != nil || n == 0 {
		return "", err
	}
	return settingsID, nil
}
