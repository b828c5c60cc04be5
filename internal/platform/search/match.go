package search

import (
	"fmt"
	"slices"
	"strings"

	"kaidian/internal/platform/db"
)

// MaxHits bounds what one search looks at.
const MaxHits = 1000

// Ask is what to look for.
type Ask struct {
	Query  Query
	Where  Cond
	Scopes []string // a document has one of these; nil for every document, empty for none
	Limit  int      // MaxHits at most; 0 means MaxHits
}

// Hit is a document that was found.
type Hit struct {
	Number int64
	Rank   Rank
	Data   string
}

// The tiers in which documents are looked for. A document is in the first that it fits.
const (
	tierExact         = iota // the whole query is a title or a code
	tierTitle                // a title has all tokens
	tierTitleLoose           // a title has all words, however the query is cut into words
	tierAnywhere             // the texts have all tokens
	tierAnywhereLoose        // the texts have all words, however the query is cut into words
	tiers
)

// Match finds documents, best first: by rank, then the newest. Of each tier it looks at the newest, Limit in all: one
// statement, or two where the scopes hold few of the documents that have the words.
func Match(tx *db.Tx, a Ask) ([]Hit, error) {
	if a.Limit <= 0 || a.Limit > MaxHits {
		a.Limit = MaxHits
	}
	if !a.Query.Blank() && len(a.Query.tokens) == 0 {
		return nil, nil
	}
	hits, err := a.find(tx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(hits, func(x, y Hit) int { return int(x.Rank) - int(y.Rank) }) // each tier came newest first
	return hits, nil
}

// Numbers finds documents as Match does, newest first whatever their rank.
func Numbers(tx *db.Tx, a Ask) ([]int64, error) {
	hits, err := Match(tx, a)
	numbers := make([]int64, len(hits))
	for i, h := range hits {
		numbers[i] = h.Number
	}
	slices.Sort(numbers)
	slices.Reverse(numbers)
	return numbers, err
}

func (a Ask) find(tx *db.Tx) ([]Hit, error) {
	if tx.Dialect() == db.Postgres {
		hits, _, err := a.read(tx, a.tiers(true, true), nil)
		return hits, err
	}
	if len(a.Scopes) == 0 || a.Query.Blank() && a.Where.always() {
		hits, _, err := a.read(tx, a.tiers(true, false), nil)
		return hits, err
	}
	// Most scopes hold most documents. FTS5 is slow to ask whether each of a few documents is among many, so the scope is
	// looked up in their rows, unless that turns out to look at too many of them.
	hits, whole, err := a.read(tx, a.tiers(false, false), a.scopeTerms())
	if err == nil && !whole {
		hits, _, err = a.read(tx, a.tiers(true, false), nil)
	}
	return hits, err
}

// scopeTerms are the scopes as a row has them.
func (a Ask) scopeTerms() []string {
	terms := make([]string, len(a.Scopes))
	for i, s := range a.Scopes {
		terms[i] = " " + digest('m', s) + " "
	}
	return terms
}

// tiers gives the condition of each tier. Disjoint ones have no document of an earlier tier, others few.
func (a Ask) tiers(scoped, disjoint bool) [tiers]Cond {
	where := []Cond{a.Where}
	if scoped && a.Scopes != nil {
		marks := make([]Cond, len(a.Scopes))
		for i, s := range a.Scopes {
			marks[i] = Mark(s)
		}
		where = append(where, Any(marks...))
	}
	var list [tiers]Cond
	for i := range list {
		list[i] = Any()
	}
	if a.Query.Blank() {
		list[tierAnywhere] = All(where...)
		return list
	}
	is, title, texts := a.Query.is(), a.Query.in(inTitle), a.Query.in(anywhere)
	only := func(c Cond, but ...Cond) Cond {
		if disjoint {
			but = append(but, is)
		} else {
			but = but[:min(1, len(but))] // the first has the most: to leave them out is quicker than to look at them again
		}
		for i := range but {
			but[i] = Not(but[i])
		}
		return All(c, All(where...), All(but...))
	}
	list[tierExact], list[tierTitle], list[tierAnywhere] = All(is, All(where...)), only(title), only(texts, title)
	if loose, ok := a.Query.loosely(inTitle); ok {
		everywhere, _ := a.Query.loosely(anywhere)
		list[tierTitleLoose] = only(loose, title)
		list[tierAnywhere] = only(texts, loose, title)
		list[tierAnywhereLoose] = only(everywhere, texts, loose)
	}
	return list
}

// mostRows bounds the documents of a tier that SQLite looks at for one that is in the scope and in no earlier tier.
const mostRows = 4 * MaxHits

// read finds the documents of the tiers. Scopes, if there are any, are looked up in the rows; whole tells that no tier was
// left because of too many of them.
func (a Ask) read(tx *db.Tx, conds [tiers]Cond, scopes []string) (hits []Hit, whole bool, err error) {
	query, spelling := matchSQLite, fts5
	if tx.Dialect() == db.Postgres {
		query, spelling = matchPostgres, tsquery
	}
	var args []any
	for _, c := range conds {
		args = append(args, c.text(spelling))
	}
	if tx.Dialect() == db.SQLite {
		args = append(args, mostRows)
	}
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	seen := map[int64]bool{}
	var looked [tiers]int
	for len(hits) < a.Limit && rows.Next() { // what nobody asks for, no engine looks for
		var h Hit
		var tier int
		var titles, in string
		if err := rows.Scan(&h.Number, &tier, &titles, &in, &h.Data); err != nil {
			return nil, false, err
		}
		looked[tier]++
		if seen[h.Number] || scopes != nil && !oneOf(scopes, in) {
			continue
		}
		seen[h.Number] = true
		h.Rank = a.Query.rank(tier, titles)
		hits = append(hits, h)
	}
	whole = len(hits) == a.Limit || slices.Max(looked[:]) < mostRows
	return hits, whole, rows.Err()
}

// The statements that find documents, tier after tier and newest first: MaxHits at most, on SQLite $6 of each tier. An
// engine does a tier's work only when its rows are asked for. PostgreSQL is told the limit itself: with a parameter it
// would plan each search anew.
var (
	matchSQLite   = everyTier(tierSQLite, fromSQLite, endSQLite)
	matchPostgres = everyTier(tierPostgres, fromPostgres, endPostgres) + ` limit 1000`
)

func everyTier(tier, from, end string) string {
	parts := make([]string, tiers)
	for i := range parts {
		parts[i] = fmt.Sprintf(`select * from (%s%d%s$%d%s) tier%d`, tier, i, from, i+1, end, i)
	}
	return strings.Join(parts, ` union all `)
}

const (
	tierSQLite = `select s.rowid, `
	fromSQLite = `, e.titles, e.scopes, e.data from search_index s cross join search_entries e on e.number = s.rowid
		where search_index match `
	endSQLite = ` order by s.rowid desc limit $6`

	// PostgreSQL would fetch and sort all rows that have a common word. So it goes by blocks of rising size, from the newest
	// on, and stops where there are enough. It is kept from walking the key instead, which is quick for common words and
	// takes forever for two that are never in one document.
	tierPostgres = `select e.number, `
	fromPostgres = `, e.titles, e.scopes, e.data
		from (select max(number) as top from search_entries) newest
		cross join lateral (
			values ('na' || (top >> 12) || '|na' || greatest((top >> 12) - 1, 0), top + 1),
				('nb' || (top >> 15) || '|nb' || greatest((top >> 15) - 1, 0), ((top >> 12) - 1) << 12),
				('nc' || (top >> 18) || '|nc' || greatest((top >> 18) - 1, 0), ((top >> 15) - 1) << 15)
			union all
			select 'nc' || n, (n + 1) << 18 from generate_series((top >> 18) - 2, 0, -1) n
		) block (terms, below)
		cross join lateral (select number, titles, scopes, data from search_entries
			where search_terms(terms) @@ (cast(`
	endPostgres = ` as tsquery) && cast(block.terms as tsquery)) and number + 0 < below
			order by number + 0 desc limit 1000) e
		where below > 0 limit 1000`
)

func oneOf(terms []string, in string) bool {
	return slices.ContainsFunc(terms, func(t string) bool { return strings.Contains(in, t) })
}
