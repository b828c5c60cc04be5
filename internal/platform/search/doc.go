// Package search finds documents by the words in them, on both engines with the same result. It knows no commerce: what a
// document is, and what it is found by, its owner says (Doc).
//
// # Words
//
// Texts are compared in lower case and NFKC, which makes full-width letters plain. What is written with spaces is found by
// whole words, the last word of a query by its beginning. Chinese, Japanese and Korean are found by any characters: each one,
// and every two that stand side by side, is a token. There is no dictionary. A query of three characters and more is also cut
// into words of two, so that 皇家猫粮 finds 皇家幼猫猫粮.
//
// # Order
//
// Documents are looked for in tiers, of each the newest first, that is the highest Number: those of which the query is a
// code or a title, those that have its words in a title, and those that have them anywhere. MaxHits are enough. These are
// ranked: code, title, beginning of a title, phrase in a title, and so on (Rank).
//
// # Engines
//
// A token becomes a term of the letters a-z and digits (terms.go), which is all that an engine's query language ever sees.
// SQLite has the terms in an FTS5 table without content; PostgreSQL in a GIN index on a tsvector. Both are asked so that the
// work is bounded by MaxHits, not by how many documents have a common word; only for words that are each in many documents
// and never in one does the time grow with the catalogue, some tens of milliseconds for a million.
package search
