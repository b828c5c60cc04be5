package search

import (
	"slices"

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
	Bare   bool     // hits come without their Data
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
	if n := len(a.Scopes); n == 0 || n > rowScopes || a.Query.Blank() && a.Where.always() {
		hits, _, err := a.read(tx, a.tiers(true, false), nil)
		return hits, err
	}
	// Most scopes hold most documents. FTS5 is slow to ask whether each of a few documents is among many, so the scope is
	// looked up in their rows, unless that turns out to look at too many of them.
	hits, whole, err := a.read(tx, a.tiers(false, false), a.Scopes)
	if err == nil && !whole {
		hits, _, err = a.read(tx, a.tiers(true, false), nil)
	}
	return hits, err
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
