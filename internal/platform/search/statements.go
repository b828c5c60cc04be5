package search

import (
	"slices"
	"strconv"
	"strings"

	"kaidian/internal/platform/db"
)

// What SQLite looks at: mostRows documents of a tier, for those that are in the scope and in no earlier tier; and in the
// row of each, rowScopes scopes at most.
const (
	mostRows  = 4 * MaxHits
	rowScopes = 4
)

// read finds the documents of the tiers. Scopes, if there are any, are looked up in the rows; whole tells that no tier was
// left because of too many of them.
func (a Ask) read(tx *db.Tx, conds [tiers]Cond, scopes []string) (hits []Hit, whole bool, err error) {
	query, args := a.statement(tx, conds, scopes)
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	seen := map[int64]bool{}
	var looked [tiers]int
	for len(hits) < a.Limit && rows.Next() { // what nobody asks for, no engine looks for
		var h Hit
		var tier, in int
		var titles string
		if err := rows.Scan(&h.Number, &tier, &in, &titles, &h.Data); err != nil {
			return nil, false, err
		}
		looked[tier]++
		if in == 0 || seen[h.Number] {
			continue
		}
		seen[h.Number] = true
		h.Rank = a.Query.rank(tier, titles)
		hits = append(hits, h)
	}
	whole = len(hits) == a.Limit || slices.Max(looked[:]) < mostRows
	return hits, whole, rows.Err()
}

func (a Ask) statement(tx *db.Tx, conds [tiers]Cond, scopes []string) (query string, args []any) {
	query, spelling := matchSQLite, fts5
	if tx.Dialect() == db.Postgres {
		query, spelling = matchPostgres, tsquery
	}
	for _, c := range conds {
		args = append(args, c.text(spelling))
	}
	data := 1
	if a.Bare {
		data = 0
	}
	args = append(args, data)
	if tx.Dialect() == db.Postgres {
		return query, args
	}
	args = append(args, mostRows)
	for i := range rowScopes {
		term := " " // which every row has
		if len(scopes) > 0 {
			term = " " + digest('m', scopes[min(i, len(scopes)-1)]) + " "
		}
		args = append(args, term)
	}
	return query, args
}

// The statements that find documents, tier after tier and newest first: their numbers, the tier, whether they are in the
// scope, their titles where the rank depends on them, and their data when $6 is 1. An engine does a tier's work only when its
// rows are asked for.
var (
	matchSQLite = everyTier(`select s.rowid, {tier}, instr(e.scopes, $8) > 0 or instr(e.scopes, $9) > 0 or instr(e.scopes, $10) > 0
			or instr(e.scopes, $11) > 0, {titles}, case when $6 = 1 then e.data else '' end
		from search_index s cross join search_entries e on e.number = s.rowid
		where search_index match {terms} order by s.rowid desc limit $7`)

	// PostgreSQL would fetch and sort all rows that have a common word. So it goes by blocks of rising size, from the newest
	// on, and stops where there are enough. It is kept from walking the key instead, which is quick for common words and
	// takes forever for two that are never in one document. The limit is no parameter: with one it would plan each search anew.
	matchPostgres = everyTier(`select e.number, {tier}, 1, {titles}, case when $6 = 1 then e.data else '' end
		from (select max(number) as top from search_entries) newest
		cross join lateral (
			values ('na' || (top >> 12) || '|na' || greatest((top >> 12) - 1, 0), top + 1),
				('nb' || (top >> 15) || '|nb' || greatest((top >> 15) - 1, 0), ((top >> 12) - 1) << 12),
				('nc' || (top >> 18) || '|nc' || greatest((top >> 18) - 1, 0), ((top >> 15) - 1) << 15)
			union all
			select 'nc' || n, (n + 1) << 18 from generate_series((top >> 18) - 2, 0, -1) n
		) block (terms, below)
		cross join lateral (select number, titles, data from search_entries
			where search_terms(terms) @@ (cast({terms} as tsquery) && cast(block.terms as tsquery)) and number + 0 < below
			order by number + 0 desc limit 1000) e
		where below > 0 limit 1000`) + ` limit 1000`
)

// everyTier puts one statement for each tier together.
func everyTier(one string) string {
	parts := make([]string, tiers)
	for i := range parts {
		titles := `''`
		if i == tierExact || i == tierTitle {
			titles = `e.titles`
		}
		tier := strconv.Itoa(i)
		parts[i] = `select * from (` + strings.NewReplacer(`{tier}`, tier, `{titles}`, titles, `{terms}`, `$`+strconv.Itoa(i+1)).Replace(one) +
			`) tier` + tier
	}
	return strings.Join(parts, ` union all `)
}
