// Package transfer moves a shop's data in and out in bulk: seed files, and the tables that merchants keep. It reads and
// checks a whole input before it writes any of it, and writes through the owners of the tables, in chunks, so that a
// shopper's write never waits behind a large file. Loading what is there already changes nothing.
//
// It owns no tables.
package transfer
