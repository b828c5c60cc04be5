// Package shop owns what the shop says of itself and the bags of extra values that apps hang on its objects.
//
//   - Shop keeps the settings: one row, made at the first start together with the shop's keys and secrets.
//   - Metafields keeps the bags: each has an owner, a name that is unique with that owner, and string values by key.
//
// The package knows the kinds of owners by name only. Who looks an owner up, and removes its metafields when it is
// gone, is the caller.
//
// It owns the tables shop and metafields.
package shop
