package search_test

import (
	"context"
	"slices"
	"testing"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/search"
)

func upsert(t *testing.T, d *db.DB, docs ...search.Doc) int {
	t.Helper()
	var n int
	err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) (err error) {
		n, err = search.Upsert(tx, docs)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func remove(t *testing.T, d *db.DB, numbers ...int64) {
	t.Helper()
	err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error { return search.Delete(tx, numbers) })
	if err != nil {
		t.Fatal(err)
	}
}

func match(t *testing.T, d *db.DB, q string, a search.Ask) []search.Hit {
	t.Helper()
	var err error
	if a.Query, err = search.Parse(q); err != nil {
		t.Fatal(err)
	}
	var hits []search.Hit
	err = d.Read(t.Context(), func(_ context.Context, tx *db.Tx) (err error) {
		hits, err = search.Match(tx, a)
		return err
	})
	if err != nil {
		t.Fatalf("%q: %v", q, err)
	}
	return hits
}

func numbers(hits []search.Hit) []int64 {
	all := []int64{}
	for _, h := range hits {
		all = append(all, h.Number)
	}
	return all
}

func expect(t *testing.T, d *db.DB, q string, a search.Ask, want ...int64) {
	t.Helper()
	if got := numbers(match(t, d, q, a)); !slices.Equal(got, want) {
		t.Errorf("%q finds %v, want %v", q, got, want)
	}
}

func TestTiers(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		upsert(t, d,
			search.Doc{Number: 1, Titles: []string{"猫粮"}, Data: "one"},
			search.Doc{Number: 2, Titles: []string{"猫粮 成猫 2kg", "Adult cat food"}},
			search.Doc{Number: 3, Titles: []string{"皇家猫粮"}},
			search.Doc{Number: 4, Titles: []string{"狗粮"}, Bodies: []string{"比猫粮更大"}, Codes: []string{"CAT-001"}},
			search.Doc{Number: 5, Titles: []string{"粮食 猫 粮袋 猫粮"}},
			search.Doc{Number: 6, Titles: []string{"大猫 粮"}},
			search.Doc{Number: 7, Titles: []string{"Cat-001 look-alike"}},
		)
		expect(t, d, "猫粮", search.Ask{}, 1, 2, 5, 3, 4)
		expect(t, d, "猫", search.Ask{}, 2, 1, 6, 5, 3, 4)
		expect(t, d, "cat-001", search.Ask{}, 4, 7)
		expect(t, d, "ＣＡＴ　ｆｏｏｄ", search.Ask{}, 2)
		expect(t, d, "cat foo", search.Ask{}, 2)
		expect(t, d, "ca food", search.Ask{})
		expect(t, d, "2 kg", search.Ask{}, 2)
		expect(t, d, "2KG", search.Ask{}, 2)
		expect(t, d, "!!!", search.Ask{})
		expect(t, d, "皇家粮", search.Ask{}, 3)
		expect(t, d, "", search.Ask{}, 7, 6, 5, 4, 3, 2, 1)
		expect(t, d, "猫", search.Ask{Limit: 2}, 6, 5)
		if got := match(t, d, "猫粮", search.Ask{})[0]; got.Rank != search.TitleIs || got.Data != "one" {
			t.Errorf("the first hit is %+v", got)
		}
		remove(t, d, 1, 3, 99)
		expect(t, d, "猫粮", search.Ask{}, 2, 5, 4)
		upsert(t, d, search.Doc{Number: 2, Titles: []string{"鸟粮"}})
		expect(t, d, "猫粮", search.Ask{}, 5, 4)
		expect(t, d, "鸟粮", search.Ask{}, 2)
	})
}
