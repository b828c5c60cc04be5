package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/search"
)

// The model is the plainest search there is: it looks at every document.
type model map[int64]search.Doc

// finds tells whether a text has all that q asks for, word by word.
func finds(texts []string, q string) bool {
	asked := strings.Fields(search.Plain(q))
	have := map[string]bool{}
	var words []string
	for _, text := range texts {
		for _, tok := range search.Tokens(text) {
			have[tok] = true
			words = append(words, tok)
		}
	}
	for i, a := range asked {
		last := i == len(asked)-1
		switch chars := []rune(a); {
		case chars[0] >= 0x2e80:
			for j := range chars {
				if j > 0 && !have[string(chars[j-1:j+1])] || len(chars) == 1 && !have[a] {
					return false
				}
			}
		case last && !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, a) }), !last && !have[a]:
			return false
		}
	}
	return true
}

// cuttable tells whether q has a stretch of Chinese that may be cut into words: then more is found than what it says.
func cuttable(q string) bool {
	return slices.ContainsFunc(strings.Fields(search.Plain(q)), func(w string) bool {
		return []rune(w)[0] >= 0x2e80 && len([]rune(w)) > 2
	})
}

func (m model) match(q string, where func(search.Doc) bool, scopes []string) []int64 {
	found := []int64{}
	for n, d := range m {
		inScope := scopes == nil || slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(d.Scopes, s) })
		if inScope && where(d) && finds(slices.Concat(d.Titles, d.Names, d.Bodies, d.Codes), q) {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	slices.Reverse(found)
	return found
}

const letters = "猫狗鱼粮玩具的"

var latin = []string{"cat", "cats", "food", "foo", "2kg", "royal", "café"}

func someText(r *rand.Rand, n int) string {
	var parts []string
	for range 1 + r.IntN(n) {
		if r.IntN(2) == 0 {
			parts = append(parts, latin[r.IntN(len(latin))])
			continue
		}
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteRune([]rune(letters)[r.IntN(7)])
		}
		parts = append(parts, b.String())
	}
	return strings.Join(parts, " ")
}

func someDoc(r *rand.Rand) search.Doc {
	d := search.Doc{Number: 1 + r.Int64N(300), Titles: []string{someText(r, 3)}, Names: []string{someText(r, 2)},
		Codes: []string{fmt.Sprintf("SKU-%03d", r.IntN(300))}}
	if r.IntN(3) > 0 {
		d.Titles = append(d.Titles, someText(r, 2))
	}
	for _, m := range []string{"a", "b", "c"} {
		if r.IntN(2) == 0 {
			d.Marks = append(d.Marks, m)
		}
	}
	if r.IntN(8) > 0 {
		d.Scopes = []string{"shop"}
	}
	if r.IntN(20) == 0 {
		d.Scopes = append(d.Scopes, "corner")
	}
	return d
}

func has(d search.Doc, mark string) bool { return slices.Contains(d.Marks, mark) }

var conditions = []struct {
	cond search.Cond
	hold func(search.Doc) bool
}{
	{search.Cond{}, func(search.Doc) bool { return true }},
	{search.Mark("a"), func(d search.Doc) bool { return has(d, "a") }},
	{search.Not(search.Mark("a")), func(d search.Doc) bool { return !has(d, "a") }},
	{search.All(search.Mark("a"), search.Any(search.Mark("b"), search.Not(search.Mark("c")))),
		func(d search.Doc) bool { return has(d, "a") && (has(d, "b") || !has(d, "c")) }},
	{search.Any(search.All(search.Not(search.Mark("a")), search.Not(search.Mark("b"))), search.Mark("c")),
		func(d search.Doc) bool { return !has(d, "a") && !has(d, "b") || has(d, "c") }},
	{search.Any(), func(search.Doc) bool { return false }},
	{search.Not(search.Any()), func(search.Doc) bool { return true }},
	{search.Not(search.All()), func(search.Doc) bool { return false }},
	{search.All(search.All(), search.Mark("b")), func(d search.Doc) bool { return has(d, "b") }},
}

// What the engines find, after any changes, is what looking at every document finds.
func TestEnginesFindWhatThereIs(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(1, 2))
		m := model{}
		for i := range 20 {
			tidy := []func(context.Context, *db.DB) error{search.Tidy, search.Unite}[i%2]
			if err := tidy(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			var docs []search.Doc
			for range r.IntN(60) {
				doc := someDoc(r)
				if !slices.ContainsFunc(docs, func(o search.Doc) bool { return o.Number == doc.Number }) {
					docs = append(docs, doc)
					m[doc.Number] = doc
				}
			}
			upsert(t, d, docs...)
			gone := []int64{1 + r.Int64N(300), 1 + r.Int64N(300)}
			remove(t, d, gone...)
			delete(m, gone[0])
			delete(m, gone[1])
			for range 30 {
				q := someText(r, 3)
				if r.IntN(6) == 0 {
					q = ""
				}
				c := conditions[r.IntN(len(conditions))]
				scopes := [][]string{nil, {"shop"}, {"corner"}, {"corner", "shop"}, {}}[r.IntN(5)]
				want := m.match(q, c.hold, scopes)
				hits := match(t, d, q, search.Ask{Where: c.cond, Scopes: scopes})
				loose := slices.DeleteFunc(slices.Clone(hits), func(h search.Hit) bool { return h.Rank != search.TitleLoose && h.Rank != search.TextsLoose })
				if len(loose) > 0 && !cuttable(q) {
					t.Fatalf("%q finds %v by cutting it", q, loose)
				}
				got := numbers(slices.DeleteFunc(hits, func(h search.Hit) bool { return h.Rank == search.TitleLoose || h.Rank == search.TextsLoose }))
				slices.Sort(got)
				slices.Reverse(got)
				for _, h := range loose { // which may have it after all, in texts that are not titles
					if i, there := slices.BinarySearchFunc(got, h.Number, func(a, b int64) int { return int(b - a) }); !there && slices.Contains(want, h.Number) {
						got = slices.Insert(got, i, h.Number)
					}
				}
				if !slices.Equal(got, want) {
					t.Fatalf("%q in %v finds %v, want %v", q, scopes, got, want)
				}
			}
		}
	})
}

// A scope that holds few of the documents with a word is searched whole, and so are many blocks of numbers.
func TestManyDocuments(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		const n = 9000
		for from := 0; from < n; from += 500 {
			docs := make([]search.Doc, 500)
			for i := range docs {
				number := int64(from+i) * 60 // over 540,000 numbers
				docs[i] = search.Doc{Number: number, Titles: []string{"猫粮"}, Scopes: []string{"shop"}}
				if number%(60*900) == 0 {
					docs[i].Scopes = []string{"corner"}
				}
				if from+i < 100 {
					docs[i].Titles = []string{"猫粮 old"}
				}
			}
			upsert(t, d, docs...)
		}
		expect(t, d, "猫", search.Ask{Scopes: []string{"corner"}}, 486000, 432000, 378000, 324000, 270000, 216000, 162000, 108000, 54000, 0)
		got := numbers(match(t, d, "猫", search.Ask{Scopes: []string{"shop"}}))
		if len(got) != search.MaxHits || got[0] != (n-1)*60 || !slices.IsSortedFunc(got, func(a, b int64) int { return int(b - a) }) {
			t.Errorf("found %d, from %d to %d", len(got), got[0], got[len(got)-1])
		}
		if last := got[len(got)-1]; last != (n-1001)*60 {
			t.Errorf("the last of the newest is %d", last)
		}
		if got := match(t, d, "old", search.Ask{Scopes: []string{"shop"}}); len(got) != 99 {
			t.Errorf("of the oldest %d are found", len(got))
		}
	})
}

// What is no different is not written.
func TestUpsertWritesOnlyWhatIsDifferent(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		a := search.Doc{Number: 1, Titles: []string{"猫粮"}, Marks: []string{"m"}}
		b := search.Doc{Number: 2, Titles: []string{"狗粮"}}
		if n := upsert(t, d, a, b); n != 2 {
			t.Errorf("two new documents are %d different ones", n)
		}
		if n := upsert(t, d, a, b); n != 0 {
			t.Errorf("the same again are %d different ones", n)
		}
		b.Marks = []string{"m"}
		a.Data = "changed"
		if n := upsert(t, d, a, b); n != 2 {
			t.Errorf("two changed documents are %d different ones", n)
		}
		expect(t, d, "粮", search.Ask{Where: search.Mark("m")}, 2, 1)
	})
}

// Nothing that a shopper writes is an operator, or makes an engine fail.
func TestNothingIsAnOperator(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		upsert(t, d, search.Doc{Number: 1, Titles: []string{"cat and dog"}}, search.Doc{Number: 2, Titles: []string{"terms"}})
		for q, want := range map[string][]int64{
			`cat AND dog`: {1}, `"cat" "dog"`: {1}, `cat OR bird`: {}, `NOT dog`: {}, `terms:cat`: {}, `cat*`: {1}, `cat NEAR dog`: {},
			`cat' & 'dog`: {1}, `!dog`: {1}, `cat | dog:*`: {1}, `(cat`: {1}, `cat"`: {1}, `^cat`: {1}, `{terms}: cat`: {}, `z`: {},
			`\`: {}, `'`: {}, "cat\x00dog": {1}, "cat\xffdog": {1}, `猫`: {}, `-`: {}, `%`: {}, `na0`: {}, "🐱": {},
		} {
			expect(t, d, q, search.Ask{}, want...)
		}
	})
}

// Many small changes leave one piece once they are united.
func TestUnite(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenSQLite(t)
	for i := range 30 {
		upsert(t, d, search.Doc{Number: int64(i%20) + 1, Titles: []string{fmt.Sprintf("猫粮 %d", i)}})
	}
	pieces := func() (n int) {
		err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			return tx.QueryRow(`select count(distinct segid) from search_index_idx`).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := pieces()
	if err := search.Unite(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if after := pieces(); before < 2 || after != 1 {
		t.Errorf("of %d pieces %d are left", before, after)
	}
	if got := match(t, d, "猫粮", search.Ask{}); len(got) != 20 {
		t.Errorf("%d of 20 are found", len(got))
	}
}
