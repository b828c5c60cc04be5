package browse_test

import (
	"bufio"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/patch"
)

// petShop is a shop with goods from a file, which is written and read through its services.
type petShop struct {
	*stall
	shelf   *shelf.Service
	catalog *catalog.Service
	shop    *shop.Shop
	indexer *browse.Indexer
	ids     map[string]string // by handle
}

// emptyShop makes a shop whose shelf keeps the index.
func emptyShop(t testing.TB, d *db.DB) *petShop {
	t.Helper()
	c := clock.NewFake(opening)
	events := event.New(d, c, slog.New(slog.DiscardHandler))
	s := &petShop{stall: serve(t, d), shop: shop.New(d, c, events), catalog: catalog.New(d, c, events),
		indexer: browse.NewIndexer(d), ids: map[string]string{}}
	if _, err := s.shop.Ensure(t.Context(), shop.Defaults{}); err != nil {
		t.Fatal(err)
	}
	s.shelf = shelf.New(shelf.Options{DB: d, Clock: c, Events: events, Catalog: s.catalog, Pricing: pricing.New(d, c, events),
		Inventory: inventory.New(d, c, events), Shop: s.shop, Index: s.indexer})
	return s
}

// pets makes the pet shop of testdata/pets.tsv, whose products come from the oldest to the newest.
func pets(t testing.TB, d *db.DB) *petShop {
	t.Helper()
	s := emptyShop(t, d)
	for _, row := range tsv(t, "testdata/pets.tsv") {
		s.ids[row[0]] = s.pet(row)
	}
	return s
}

func (s *petShop) pet(row []string) string {
	s.t.Helper()
	amount, err := strconv.ParseInt(row[7], 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	stock, err := strconv.ParseInt(row[8], 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	other := "en"
	if row[1][0] < 0x80 {
		other = "zh"
	}
	s.clock.Advance(time.Minute)
	v := shelf.Variant{Prices: patch.Some([]pricing.NewPrice{{Currency: "cny", Amount: amount}}), Stock: patch.Some(stock)}
	v.SKU = patch.Some(row[4])
	p := shelf.Product{Variants: patch.Some([]shelf.Variant{v})}
	p.Handle, p.Title, p.Description = patch.Some(row[0]), patch.Some(row[1]), patch.Some("<p>"+row[3]+"</p>")
	p.Translations = patch.Some(catalog.Translations{other: {"title": row[2]}})
	p.Types, p.Tags, p.Status = patch.Some([]string{row[5]}), patch.Some(strings.Split(row[6], ",")), patch.Some(catalog.Published)
	placed, err := s.shelf.Create(s.t.Context(), p)
	if err != nil {
		s.t.Fatalf("%s: %v", row[0], err)
	}
	return placed.ID
}

func tsv(t testing.TB, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows [][]string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if text := lines.Text(); !strings.HasPrefix(text, "# ") {
			rows = append(rows, strings.Split(text, "\t"))
		}
	}
	return rows
}

// find searches and gives the handles of the hits.
func (s *petShop) find(q browse.SearchQuery) []string {
	s.t.Helper()
	return handles(s.search(q, browse.Pricing{}))
}

func (s *petShop) search(q browse.SearchQuery, p browse.Pricing) browse.SearchResult {
	s.t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	found, err := s.Search(s.t.Context(), q, browse.Parts{}, p)
	if err != nil {
		s.t.Fatalf("%+v: %v", q, err)
	}
	return found
}

func handles(r browse.SearchResult) []string {
	all := []string{}
	for _, p := range r.Hits {
		all = append(all, p.Handle)
	}
	return all
}

func TestSearchQuality(t *testing.T) {
	t.Parallel()
	rows := tsv(t, "testdata/quality.tsv")
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := pets(t, d)
		for _, row := range rows {
			want, got := strings.Fields(row[1]), s.find(browse.SearchQuery{Q: row[0]})
			open := want[len(want)-1] == "…"
			if open {
				want = want[:len(want)-1]
				if len(got) > len(want) {
					got = got[:max(len(want), 1)]
				}
				if len(want) == 0 && len(got) == 1 {
					continue
				}
			} else if want[0] == "nothing" {
				want = nil
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q finds %s, want %s", row[0], strings.Join(got, " "), row[1])
			}
		}
	})
}

// Every two characters that stand side by side in a title, and every one, find the product.
func TestSearchFindsAnyPartOfAChineseTitle(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := pets(t, d)
		for _, row := range tsv(t, "testdata/pets.tsv") {
			for _, title := range row[1:3] {
				rs := []rune(title)
				for i := range rs {
					for _, n := range []int{1, 2, 3} {
						if i+n > len(rs) || slices.ContainsFunc(rs[i:i+n], func(r rune) bool { return r < 0x4e00 }) {
							continue
						}
						q := string(rs[i : i+n])
						if got := s.find(browse.SearchQuery{Q: q}); !slices.Contains(got, row[0]) {
							t.Errorf("%q does not find %s", q, title)
						}
					}
				}
			}
			if got := s.find(browse.SearchQuery{Q: row[4]}); len(got) == 0 || got[0] != row[0] {
				t.Errorf("%q finds %v first", row[4], got)
			}
		}
	})
}
