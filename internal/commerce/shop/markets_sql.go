package shop

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kaidian/internal/commerce/money"
	"kaidian/internal/platform/db"
)

// lockMarkets takes the shop's row for the rest of the transaction: who changes the markets finds them as the last one left
// them. Fault: ErrNotOpen.
func lockMarkets(tx *db.Tx) error {
	n, err := tx.Exec(`update shop set updated_at = updated_at where id = $1`, settingsID)
	if err == nil && n == 0 {
		return ErrNotOpen
	}
	return err
}

// readMarkets reads all of it by five statements.
func readMarkets(tx *db.Tx) (*Markets, error) {
	m := &Markets{Currencies: map[string]Currency{}, Channels: map[string]Channel{}, Keys: map[string]Key{}}
	for _, read := range []func(*db.Tx) error{m.readCurrencies, m.readRegions, m.readChannels, m.readKeys} {
		if err := read(tx); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// readCurrencies reads the currencies and, along with each, the defaults.
func (m *Markets) readCurrencies(tx *db.Tx) error {
	rows, err := tx.Query(`select shop.default_currency, shop.default_channel_id, currencies.code, currencies.includes_tax
		from shop left join currencies on 1 = 1 where shop.id = $1`, settingsID)
	if err != nil {
		return err
	}
	defer rows.Close()
	open := false
	for rows.Next() {
		open = true
		var code sql.NullString
		var includes sql.NullInt64
		if err := rows.Scan(&m.DefaultCurrency, &m.DefaultChannel, &code, &includes); err != nil {
			return err
		}
		c, ok := money.Lookup(code.String)
		switch {
		case ok:
			m.Currencies[c.Code] = Currency{Currency: c, IncludesTax: includes.Int64 != 0}
		case code.Valid:
			return fmt.Errorf("the currency %q in the database is not known", code.String)
		}
	}
	if err := rows.Err(); err != nil || open {
		return err
	}
	return ErrNotOpen
}

func (m *Markets) readRegions(tx *db.Tx) error {
	var err error
	if m.Regions, err = db.All(tx, scanRegion, selectRegion+` where deleted_at is null`); err != nil {
		return err
	}
	slices.SortFunc(m.Regions, func(a, b Region) int { // databases have alphabets of their own
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	places := make(map[string]int, len(m.Regions))
	for i, r := range m.Regions {
		places[r.ID] = i
	}
	countries, err := db.All(tx, scanPair, `select country_code, region_id from region_countries order by country_code`)
	for _, c := range countries {
		if i, ok := places[c[1]]; ok {
			m.Regions[i].Countries = append(m.Regions[i].Countries, c[0])
		}
	}
	return err
}

func (m *Markets) readChannels(tx *db.Tx) error {
	all, err := db.All(tx, scanChannel, selectChannel+` where deleted_at is null`)
	for _, c := range all {
		m.Channels[c.ID] = c
	}
	return err
}

func (m *Markets) readKeys(tx *db.Tx) error {
	all, err := db.All(tx, scanKeyChannel, selectKeyChannel+` where k.revoked_at is null`)
	for _, row := range all {
		k, ok := m.Keys[row.ID]
		if !ok {
			k = row.Key
		}
		k.add(row.channel)
		m.Keys[k.ID] = k
	}
	return err
}

const selectRegion = `select id, name, currency_code, tax_rate, tax_code, tax_provider_id, gift_cards_taxable, automatic_taxes,
	includes_tax, payment_providers, fulfillment_providers, metadata, created_at, updated_at from regions`

func scanRegion(row db.Scanner) (Region, error) {
	var r Region
	var payment, fulfillment string
	var metadata sql.NullString
	var created, updated sql.NullInt64
	err := row.Scan(&r.ID, &r.Name, &r.Currency, &r.TaxRate, &r.TaxCode, &r.TaxProviderID, &r.GiftCardsTaxable, &r.AutomaticTaxes,
		&r.IncludesTax, &payment, &fulfillment, &metadata, &created, &updated)
	if err != nil {
		return r, err
	}
	r.Metadata, r.CreatedAt, r.UpdatedAt = kept(metadata), db.Time(created), db.Time(updated)
	err = errors.Join(json.Unmarshal([]byte(payment), &r.PaymentProviders),
		json.Unmarshal([]byte(fulfillment), &r.FulfillmentProviders))
	if err != nil {
		return r, fmt.Errorf("region %s: read its providers: %w", r.ID, err)
	}
	r.PaymentProviders, r.FulfillmentProviders = orNone(r.PaymentProviders), orNone(r.FulfillmentProviders)
	return r, nil
}

// orNone gives nil for an empty list, as all empty lists are.
func orNone(all []string) []string {
	if len(all) == 0 {
		return nil
	}
	return all
}

// saveRegion writes a region, new or there already, without its countries.
func saveRegion(tx *db.Tx, r Region) error {
	_, err := tx.Exec(`insert into regions (id, name, currency_code, tax_rate, tax_code, tax_provider_id, gift_cards_taxable,
		automatic_taxes, includes_tax, payment_providers, fulfillment_providers, metadata, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		on conflict (id) do update set name = excluded.name, currency_code = excluded.currency_code, tax_rate = excluded.tax_rate,
		tax_code = excluded.tax_code, tax_provider_id = excluded.tax_provider_id, gift_cards_taxable = excluded.gift_cards_taxable,
		automatic_taxes = excluded.automatic_taxes, includes_tax = excluded.includes_tax,
		payment_providers = excluded.payment_providers, fulfillment_providers = excluded.fulfillment_providers,
		metadata = excluded.metadata, updated_at = excluded.updated_at`,
		r.ID, r.Name, r.Currency, int64(r.TaxRate), r.TaxCode, r.TaxProviderID, bit(&r.GiftCardsTaxable),
		bit(&r.AutomaticTaxes), bit(&r.IncludesTax), list(r.PaymentProviders), list(r.FulfillmentProviders), text(r.Metadata),
		db.Millis(r.CreatedAt), db.Millis(r.UpdatedAt))
	return err
}

// insertCurrency adds a currency unless the shop sells in it, and tells whether it did.
func insertCurrency(tx *db.Tx, c Currency, code string, now time.Time) (bool, error) {
	n, err := tx.Exec(`insert into currencies (code, includes_tax, created_at, updated_at) values ($1, $2, $3, $3)
		on conflict (code) do nothing`, code, bit(&c.IncludesTax), db.Millis(now))
	return n > 0, err
}

const selectChannel = `select id, name, description, is_disabled, metadata, created_at, updated_at from sales_channels`

func scanChannel(row db.Scanner) (Channel, error) {
	var c Channel
	var metadata sql.NullString
	var created, updated sql.NullInt64
	err := row.Scan(&c.ID, &c.Name, &c.Description, &c.Disabled, &metadata, &created, &updated)
	c.Metadata, c.CreatedAt, c.UpdatedAt = kept(metadata), db.Time(created), db.Time(updated)
	return c, err
}

// saveChannel writes a channel, new or there already.
func saveChannel(tx *db.Tx, c Channel) error {
	_, err := tx.Exec(`insert into sales_channels (id, name, description, is_disabled, metadata, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (id) do update set name = excluded.name, description = excluded.description,
		is_disabled = excluded.is_disabled, metadata = excluded.metadata, updated_at = excluded.updated_at`,
		c.ID, c.Name, c.Description, bit(&c.Disabled), text(c.Metadata), db.Millis(c.CreatedAt), db.Millis(c.UpdatedAt))
	return err
}

const selectKeyChannel = `select k.id, k.title, k.created_at, k.revoked_at, c.channel_id
	from publishable_keys k left join publishable_key_channels c on c.key_id = k.id`

// keyChannel is a key with one of its channels, "" for a key without any.
type keyChannel struct {
	Key
	channel string
	revoked bool
}

func scanKeyChannel(row db.Scanner) (keyChannel, error) {
	var k keyChannel
	var channel sql.NullString
	var created, revoked sql.NullInt64
	err := row.Scan(&k.ID, &k.Title, &created, &revoked, &channel)
	k.CreatedAt, k.revoked, k.channel = db.Time(created), revoked.Valid, channel.String
	return k, err
}

// add puts a channel in its place among the key's.
func (k *Key) add(channel string) {
	if at, found := slices.BinarySearch(k.Channels, channel); channel != "" && !found {
		k.Channels = slices.Insert(k.Channels, at, channel)
	}
}

// saveKey writes a key, new or there already, without its channels.
func saveKey(tx *db.Tx, k Key, now time.Time) error {
	_, err := tx.Exec(`insert into publishable_keys (id, title, created_at, updated_at) values ($1, $2, $3, $4)
		on conflict (id) do update set title = excluded.title, updated_at = excluded.updated_at`,
		k.ID, k.Title, db.Millis(k.CreatedAt), db.Millis(now))
	return err
}

// moveCountries takes countries from a region and gives it others. Fault: ErrCountryTaken.
func moveCountries(tx *db.Tx, region string, gone, fresh []string) error {
	if _, err := tx.ExecIn(`delete from region_countries where region_id = $1 and country_code in {keys}`, gone, region); err != nil {
		return err
	}
	taken, err := db.AllIn(tx, scanPair, `select country_code, region_id from region_countries where country_code in {keys}`, fresh)
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		return countryTaken(taken)
	}
	err = tx.Insert(`insert into region_countries (country_code, region_id)`, rowsOf(fresh, region), ``)
	if db.Violates(err, "region_countries_pkey") {
		return ErrCountryTaken
	}
	return err
}

// moveKeyChannels takes channels from a key and gives it others.
func moveKeyChannels(tx *db.Tx, key string, gone, fresh []string) error {
	_, err := tx.ExecIn(`delete from publishable_key_channels where key_id = $1 and channel_id in {keys}`, gone, key)
	if err != nil {
		return err
	}
	return tx.Insert(`insert into publishable_key_channels (channel_id, key_id)`, rowsOf(fresh, key), ``)
}

// rowsOf pairs each of some values with one owner.
func rowsOf(values []string, owner string) [][]any {
	rows := make([][]any, len(values))
	for i, v := range values {
		rows[i] = []any{v, owner}
	}
	return rows
}

func scanPair(row db.Scanner) (p [2]string, err error) {
	err = row.Scan(&p[0], &p[1])
	return p, err
}

// kept and text turn metadata from and into what the database keeps.
func kept(s sql.NullString) json.RawMessage {
	if !s.Valid {
		return nil
	}
	return json.RawMessage(s.String)
}

func text(m json.RawMessage) any {
	if m == nil {
		return nil
	}
	return string(m)
}

// list gives a JSON array of texts.
func list(values []string) string {
	if values == nil {
		return "[]"
	}
	b, err := json.Marshal(values)
	if err != nil { // texts always marshal
		panic(err)
	}
	return string(b)
}
