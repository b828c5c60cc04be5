package search

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kaidian/internal/platform/db"
)

// Doc is a document as it is found. Texts are of any language, and in any number of them.
type Doc struct {
	Number int64    // its key; the higher, the newer
	Titles []string // what is found here comes first
	Names  []string // short texts
	Bodies []string // long texts: words are found by three letters at least; see maxBody
	Codes  []string // found whole before everything else, and by their parts
	Marks  []string // what a Cond asks for
	Scopes []string // as Marks; each search names some of which a document has one
	Data   string   // the owner's: given back with each hit
}

const (
	maxBody  = 20_000 // characters of the bodies of a document that are indexed
	maxTerms = 10_000 // of a document
)

// edition changes whenever documents are to be indexed anew although they are no different.
const edition = "1"

// entry is a document as it is kept.
type entry struct {
	number                       int64
	titles, scopes, data, digest string
	terms                        string // with spaces between
}

// keep makes the entry of a document.
func (d Doc) keep() entry {
	var terms set
	d.words(&terms)
	terms.list = terms.list[:min(len(terms.list), maxTerms)]
	plains := make([]string, len(d.Titles))
	for i, t := range d.Titles {
		plains[i] = Plain(t)
		terms.add(digest('e', plains[i]))
	}
	for _, c := range d.Codes {
		if p := Plain(c); p != "" {
			terms.add(digest('k', p))
		}
	}
	var scopes strings.Builder
	scopes.WriteByte(' ')
	for _, s := range d.Scopes {
		terms.add(digest('m', s))
		scopes.WriteString(digest('m', s) + " ")
	}
	for _, m := range d.Marks {
		terms.add(digest('m', m))
	}
	terms.add(everyDocument)
	slices.Sort(terms.list)
	e := entry{number: d.Number, titles: strings.Join(plains, "\n"), scopes: scopes.String(), data: d.Data,
		terms: strings.Join(terms.list, " ")}
	sum := sha256.Sum256([]byte(strings.Join([]string{edition, e.titles, e.scopes, e.data, e.terms}, "\x00")))
	e.digest = hex.EncodeToString(sum[:12])
	return e
}

// blocks gives the terms of the blocks that a document is in, by which PostgreSQL looks for hits: of 4,096, 32,768 and
// 262,144 numbers.
func blocks(number int64) string {
	return fmt.Sprintf(" na%d nb%d nc%d", number>>12, number>>15, number>>18)
}

// words adds the terms of a document's texts.
func (d Doc) words(terms *set) {
	for _, t := range d.Titles {
		addTerms(terms, inTitle, t, 1)
		addTerms(terms, anywhere, t, 1)
	}
	for _, t := range slices.Concat(d.Codes, d.Names) {
		addTerms(terms, anywhere, t, 1)
	}
	left := maxBody
	for _, t := range d.Bodies {
		t = cut(t, left)
		left -= min(left, len([]rune(t)))
		addTerms(terms, anywhere, t, minBodyStart)
	}
}

// addTerms adds the terms of a text. Words are found by their beginnings from shortest letters on.
func addTerms(terms *set, place byte, text string, shortest int) {
	for _, r := range runs(text) {
		if r.cjk {
			ideographs(r.text, func(t string) { terms.add(term(place, ideo, t)) })
			continue
		}
		mixed(r.text, func(w string) {
			terms.add(term(place, whole, cut(w, maxWord)))
			starts(w, shortest, func(t string) { terms.add(term(place, start, t)) })
		})
	}
}

// Upsert brings the entries of documents up to date and tells how many were different.
func Upsert(tx *db.Tx, docs []Doc) (int, error) {
	numbers := make([]int64, len(docs))
	for i, d := range docs {
		numbers[i] = d.Number
	}
	have, err := digests(tx, numbers)
	if err != nil {
		return 0, err
	}
	var stale []int64
	var fresh []entry
	for _, d := range docs {
		e := d.keep()
		old, there := have[e.number]
		if there && old == e.digest {
			continue
		}
		if there {
			stale = append(stale, e.number)
		}
		fresh = append(fresh, e)
	}
	return len(fresh), write(tx, stale, fresh)
}

func digests(tx *db.Tx, numbers []int64) (map[int64]string, error) {
	have := make(map[int64]string, len(numbers))
	if len(numbers) == 0 {
		return have, nil
	}
	_, err := db.All(tx, func(row db.Scanner) (struct{}, error) {
		var number int64
		var digest string
		err := row.Scan(&number, &digest)
		have[number] = digest
		return struct{}{}, err
	}, `select number, digest from search_entries where number in `+listed(tx), list(tx, numbers))
	return have, err
}

// write puts entries into the index; stale are those of them that are there.
func write(tx *db.Tx, stale []int64, fresh []entry) error {
	const update = `on conflict (number) do update set titles = excluded.titles, scopes = excluded.scopes, data = excluded.data,
		digest = excluded.digest`
	rows := make([][]any, len(fresh))
	if tx.Dialect() == db.Postgres {
		for i, e := range fresh {
			rows[i] = []any{e.number, e.titles, e.scopes, e.data, e.digest, e.terms + blocks(e.number)}
		}
		return tx.Insert(`insert into search_entries (number, titles, scopes, data, digest, terms)`, rows, update+`, terms = excluded.terms`)
	}
	for i, e := range fresh {
		rows[i] = []any{e.number, e.titles, e.scopes, e.data, e.digest}
	}
	if err := tx.Insert(`insert into search_entries (number, titles, scopes, data, digest)`, rows, update); err != nil {
		return err
	}
	if len(stale) > 0 {
		if _, err := tx.Exec(`delete from search_index where rowid in `+listed(tx), list(tx, stale)); err != nil {
			return err
		}
	}
	for i, e := range fresh {
		rows[i] = []any{e.number, e.terms}
	}
	return tx.Insert(`insert into search_index (rowid, terms)`, rows, ``)
}

// Delete takes documents out of the index. Those that are not there are no fault.
func Delete(tx *db.Tx, numbers []int64) error {
	if len(numbers) == 0 {
		return nil
	}
	if tx.Dialect() == db.SQLite {
		// FTS5 marks a document as deleted whether or not it is there, so it is told of those that are.
		_, err := tx.Exec(`delete from search_index where rowid in (select number from search_entries where number in `+listed(tx)+`)`,
			list(tx, numbers))
		if err != nil {
			return err
		}
	}
	_, err := tx.Exec(`delete from search_entries where number in `+listed(tx), list(tx, numbers))
	return err
}

// listed spells the list that list makes, which is $1.
func listed(tx *db.Tx) string {
	if tx.Dialect() == db.Postgres {
		return `(select unnest(cast($1 as bigint[])))`
	}
	return `(select value from json_each($1))`
}

// list makes one argument of many numbers, so that one text does for any number of them.
func list(tx *db.Tx, numbers []int64) string {
	open, end := `[`, `]`
	if tx.Dialect() == db.Postgres {
		open, end = `{`, `}`
	}
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = strconv.FormatInt(n, 10)
	}
	return open + strings.Join(words, ",") + end
}
