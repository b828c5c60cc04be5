package browse_test

import (
	"context"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kaidian/internal/commerce/browse"
	"kaidian/internal/platform/db"
	"kaidian/internal/shoptest/fill"
)

// scale gives how many products a test of plans has. PostgreSQL plans by statistics, so a small catalogue is told not to take
// the ways that are only good for small tables.
func scale(t *testing.T) (products int, large bool) {
	n, err := strconv.Atoi(os.Getenv("KAIDIAN_BROWSE_PRODUCTS"))
	if err != nil {
		return 3000, false
	}
	return n, true
}

// Lists are walked: nothing is sorted, and no table is read from one end to the other.
func TestListsAreWalked(t *testing.T) {
	t.Parallel()
	products, large := scale(t)
	both(t, products, func(t *testing.T, s *stall) {
		last := s.made.Products[len(s.made.Products)-40]
		type q = browse.Query
		for name, c := range map[string]struct {
			q      q
			index  string // that SQLite takes
			sorted bool   // a few that were gathered
			whole  bool   // to count it takes a look at everything
		}{
			"newest":                {q: q{}, index: "product_channel_links_listed"},
			"oldest":                {q: q{Order: browse.Order{Asc: true}}, index: "product_channel_links_listed"},
			"after one":             {q: q{After: last}, index: "product_channel_links_listed (channel_id=? AND (listed_at,product_id)<(?,?))"},
			"since a day":           {q: q{Created: browse.Window{GTE: opening.Add(-48 * time.Hour)}}, index: "product_channel_links_listed (channel_id=? AND listed_at>?)"},
			"of a category":         {q: q{Categories: s.made.Categories[:1]}, index: "product_category_links_direct"},
			"of its descendants":    {q: q{Categories: s.made.Categories[:1], Children: true}, index: "product_category_links_listed"},
			"of a category, after":  {q: q{Categories: s.made.Categories[:1], Children: true, After: last}, index: "product_category_links_listed (category_id=? AND (listed_at,product_id)<(?,?))"},
			"of a tag":              {q: q{Tags: s.made.Tags[:1]}, index: "product_tag_links_listed"},
			"of a type":             {q: q{Types: s.made.Types[:1]}, index: "product_type_links_listed"},
			"of a type by name":     {q: q{TypeName: ptr("Women / 衬衫")}, index: "product_type_links_listed"},
			"of a collection":       {q: q{Collections: s.made.Collections[:1]}, index: "products_collection"},
			"of a small channel":    {q: q{Channels: []string{fill.Wholesale}}, index: "product_channel_links_listed"},
			"of two channels":       {q: q{Channels: []string{fill.Wholesale, s.made.Channel}}, index: "products_age", whole: true},
			"by title":              {q: q{Order: browse.Order{By: "title", Asc: true}}, index: "products_title"},
			"by title, after":       {q: q{Order: browse.Order{By: "title", Asc: true}, After: last}, index: "products_title ((title,id)>(?,?))"},
			"latest changes":        {q: q{Order: browse.Order{By: "updated_at"}}, index: "products_updated"},
			"by handle":             {q: q{Order: browse.Order{By: "handle"}}, index: "products_handle_key"},
			"one by handle":         {q: q{Handle: ptr("x")}, index: "products_handle_key (handle=?)", sorted: true},
			"some by id":            {q: q{IDs: s.made.Products[:3]}, index: "sqlite_autoindex_products_1 (id=?)", sorted: true},
			"one by title":          {q: q{Title: ptr("x")}, index: "products_title (title=?)", sorted: true},
			"of tags and a type":    {q: q{Tags: s.made.Tags[50:53], Types: s.made.Types[:1]}, index: "INDEX product_t", sorted: true},
			"changed in a while":    {q: q{Updated: browse.Window{GT: time.UnixMilli(1)}, Order: browse.Order{By: "updated_at"}}, index: "products_updated (updated_at>?)"},
			"of staff":              {q: q{Staff: true, Order: browse.Order{By: "number", Asc: true}}, index: inOrder, whole: true},
			"of staff, newest":      {q: q{Staff: true}, index: "products_age", whole: true},
			"of staff, since":       {q: q{Staff: true, SinceNumber: 1000, Order: browse.Order{By: "number", Asc: true}}, index: "INTEGER PRIMARY KEY (rowid>?)"},
			"of staff, of a vendor": {q: q{Staff: true, Vendor: ptr("白露"), Order: browse.Order{By: "number", Asc: true}}, index: "products_vendor (vendor_id=?)", sorted: true},
		} {
			c.q.Limit = 20
			keys, count, err := s.Statements(t.Context(), c.q)
			if err != nil {
				t.Fatal(err)
			}
			plan := s.plan(keys, large)
			if bad := wrong(s.db.Dialect(), plan, c.sorted, c.index); bad != "" {
				t.Errorf("%s: to find the page %s:\n%s\n%s", name, bad, keys.Text, plan)
			}
			if large && s.db.Dialect() == db.Postgres {
				continue // which knows by its statistics when to read a table is less than to look up its index
			}
			plan = s.plan(count, large)
			if bad := wrong(s.db.Dialect(), plan, false, ""); bad != "" && !c.whole {
				t.Errorf("%s: counting %s:\n%s\n%s", name, bad, count.Text, plan)
			}
		}
	})
}

// inOrder is what SQLite says when it walks a table in the order of its numbers.
const inOrder = "SCAN p"

// plan explains a statement.
func (s *stall) plan(st browse.Statement, large bool) string {
	s.t.Helper()
	var lines []string
	err := s.db.Write(s.t.Context(), func(_ context.Context, tx *db.Tx) error {
		lines = nil
		explain := `explain `
		if s.db.Dialect() == db.SQLite {
			explain = `explain query plan `
		} else if !large {
			for _, way := range []string{"seqscan", "sort", "bitmapscan", "hashjoin", "mergejoin"} {
				if _, err := tx.Exec(`set local enable_` + way + ` = off`); err != nil {
					return err
				}
			}
		}
		rows, err := tx.Query(explain+st.Text, st.Args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		for rows.Next() {
			if err := rows.Scan(cells...); err != nil {
				return err
			}
			line, _ := (*cells[len(cells)-1].(*any)).(string)
			lines = append(lines, line)
		}
		return rows.Err()
	})
	if err != nil {
		s.t.Fatalf("%s: %v", st.Text, err)
	}
	return strings.Join(lines, "\n")
}

// readWhole finds the tables that grow with the products.
var readWhole = regexp.MustCompile(`Seq Scan on (products|variants|product_\w+_links) `)

func hasLine(plan, line string) bool { return strings.Contains("\n"+plan+"\n", "\n"+line+"\n") }

// wrong says what is wrong with a plan. SQLite's are held to an index as well: it plans without statistics, the same always.
func wrong(engine db.Dialect, plan string, sorted bool, index string) string {
	if engine == db.SQLite {
		switch {
		case !strings.Contains(plan, index):
			return "does not go along " + index
		case index != inOrder && hasLine(plan, "SCAN p") || hasLine(plan, "SCAN l") && !hasLine(plan, "CO-ROUTINE l"):
			return "looks at everything"
		case !sorted && strings.Contains(plan, "TEMP B-TREE FOR ORDER BY"):
			return "is sorted"
		}
		return ""
	}
	switch {
	case readWhole.MatchString(plan):
		return "looks at everything"
	case !sorted && strings.Contains(plan, "Sort Key"):
		return "is sorted"
	}
	return ""
}
