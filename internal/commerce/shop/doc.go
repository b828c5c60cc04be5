// Package shop owns what the shop says of itself and the bags of extra values that apps hang on its objects.
//
//   - Shop keeps the settings: one row, made at the first start together with the shop's keys and secrets.
//     It keeps the markets too: the regions, the currencies, the sales channels and the publishable keys, a few rows that
//     are read as a whole. A write of any of them takes the shop's row first, so that they queue up.
//   - Metafields keeps the bags: each has an owner, a name that is unique with that owner, and string values by key.
//
// The package knows the kinds of owners by name only. Who looks an owner up, and removes its metafields when it is
// gone, is the caller.
//
// Problems of markets come as one Invalid fault under the names of the Store API: id, name, currency_code, tax_rate, tax_code,
// tax_provider_id, countries, payment_providers, fulfillment_providers, metadata, description, title, sales_channels.
//
// It owns the tables shop, currencies, regions, region_countries, sales_channels, publishable_keys,
// publishable_key_channels and metafields.
package shop
