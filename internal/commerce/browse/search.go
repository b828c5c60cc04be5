package browse

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/search"
)

// SearchQuery is what a shopper looks for. Empty members ask for nothing.
type SearchQuery struct {
	Q string // words; the last one may be the beginning of one. 200 characters at most
	// Filter narrows: nil, a text, a list or an object, as it comes out of encoding/json. See ParseFilter.
	Filter any
	// Facets are what to count the candidates by: "collection_id", "category_id", "type_id", "type", "tag_id", "tags",
	// "vendor_id", "vendor", "in_stock" ("true", "false"), and "price", which makes PriceMin and PriceMax.
	Facets   []string
	Channels []string // nil for the default channel; an empty list finds nothing
	Offset   int      // Offset and Limit are 1,000 together at most
	Limit    int      // 0 for 20; 100 at most
}

// SearchResult is one page of what was found, best first.
type SearchResult struct {
	Hits   []Product
	Offset int
	Limit  int
	// Total is how many products were found; 1,000 stands for that many or more. With a filter by price or stock it counts
	// those among the candidates. Where nothing is counted or looked up, it goes to 200, or to twice the end of the page when
	// that is more: enough to know whether there are further pages, at a cost that does not grow with the shop.
	Total int
	// Facets is, for each facet asked for but "price", how many of those found have which id or value.
	Facets map[string]map[string]int
	// PriceMin and PriceMax bound the lowest calculated prices of those found, in minor units of the context's currency, or
	// else the shop's; nil unless the facet "price" was asked for and something has a price.
	PriceMin, PriceMax *int64
}

// Bounds of a search.
const (
	DefaultSearchLimit = 20
	MaxSearchLimit     = 100
	MaxSearchOffset    = search.MaxHits // with the limit

	fewHits = 200 // candidates, where nothing is counted or looked up
)

// candidate is a product that was found, and what is known of it.
type candidate struct {
	number  int64
	facts   facts
	inStock bool
	price   *int64 // the lowest of its variants
}

// Search finds products by words and filters: four statements at most besides those that load the page, and those of
// markets and price lists that are not at hand. At most 1,000 candidates, the newest of each tier, are ranked, counted and
// looked at for price and stock, fewer where there is nothing to count or look at; what else is filtered by is asked of the whole catalogue. An empty Q lists what the filter
// holds for, newest first. Faults: Invalid with every problem, shop.ErrNoRegion, shop.ErrNoCurrency.
func (s *Service) Search(ctx context.Context, q SearchQuery, parts Parts, p Pricing) (SearchResult, error) {
	ask, err := q.check()
	if err != nil {
		return SearchResult{}, err
	}
	markets, err := s.o.Shop.Markets(ctx)
	if err != nil {
		return SearchResult{}, err
	}
	if q.Channels == nil {
		q.Channels = []string{markets.DefaultChannel}
	}
	found, err := s.candidates(ctx, q, ask, p)
	if err != nil {
		return SearchResult{}, fmt.Errorf("search: %w", err)
	}
	out := SearchResult{Offset: q.Offset, Limit: q.Limit, Total: len(found)}
	out.count(q.Facets, found)
	page := found[min(q.Offset, len(found)):min(q.Offset+q.Limit, len(found))]
	out.Hits, err = s.hits(ctx, page, q.Channels, parts, p)
	return out, err
}

// asked is a query that is understood.
type asked struct {
	words  search.Query
	filter Filter
}

// check looks at a query and puts in what it leaves out.
func (q *SearchQuery) check() (asked, error) {
	filter, problems := readFilter(q.Filter)
	add := func(name string, rule fault.Rule, message string) {
		problems = append(problems, fault.Field{Name: name, Rule: rule, Message: message})
	}
	words, err := search.Parse(q.Q)
	if err != nil {
		add("q", fault.TooLong, fmt.Sprintf("q must be %d characters at most", search.MaxQuery))
	}
	if q.Limit == 0 {
		q.Limit = DefaultSearchLimit
	}
	switch {
	case q.Limit < 0 || q.Limit > MaxSearchLimit:
		add("limit", fault.Range, fmt.Sprintf("limit must be between 1 and %d", MaxSearchLimit))
	case q.Offset < 0:
		add("offset", fault.Range, "offset must not be negative")
	case q.Offset > MaxSearchOffset-q.Limit:
		add("offset", fault.Range, fmt.Sprintf("offset and limit must be %d together at most", MaxSearchOffset))
	}
	for i, name := range q.Facets {
		if _, known := filterAttributes[name]; !known && name != priceAttribute && name != stockAttribute {
			add(fmt.Sprintf("facets[%d]", i), fault.Unknown, fmt.Sprintf("facets[%d] is not an attribute to count by", i))
		}
		if i == 20 {
			add("facets", fault.TooLong, "facets must be 20 at most")
			break
		}
	}
	return asked{words, filter}, fault.Fields(reasonInvalidSearch, problems...)
}

// candidates finds what a query asks for, best first.
func (s *Service) candidates(ctx context.Context, q SearchQuery, ask asked, p Pricing) ([]candidate, error) {
	stock := ask.filter.asks(opStock) || slices.Contains(q.Facets, stockAttribute)
	price := ask.filter.asks(opPrice) || slices.Contains(q.Facets, priceAttribute)
	whose, err := s.searchPrices(ctx, price, p)
	if err != nil {
		return nil, err
	}
	bare, most := len(q.Facets) == 0 && !ask.filter.looksUp(), search.MaxHits
	if bare {
		most = min(most, max(fewHits, 2*(q.Offset+q.Limit)))
	}
	var found []candidate
	err = s.o.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		scopes := make([]string, len(q.Channels))
		for i, c := range q.Channels {
			scopes[i] = channelScope(c)
		}
		hits, err := search.Match(tx, search.Ask{Query: ask.words, Where: ask.filter.cond(), Scopes: scopes, Bare: bare, Limit: most})
		if err != nil || len(hits) == 0 {
			return err
		}
		found = make([]candidate, len(hits))
		for i, h := range hits {
			found[i].number = h.Number
			if !bare {
				found[i].facts = parseFacts(h.Data)
			}
		}
		if stock {
			if err := findStock(tx, found); err != nil {
				return fmt.Errorf("find what is in stock: %w", err)
			}
		}
		if price {
			if err := whose.findPrices(tx, found); err != nil {
				return fmt.Errorf("find prices: %w", err)
			}
		}
		return nil
	})
	if err == nil && ask.filter.looksUp() {
		found = slices.DeleteFunc(found, func(c candidate) bool { return !ask.filter.holds(&c) })
	}
	if stock {
		NoteAny(ctx)
	}
	return found, err
}

// hits loads a page of what was found.
func (s *Service) hits(ctx context.Context, page []candidate, channels []string, parts Parts, p Pricing) ([]Product, error) {
	if len(page) == 0 {
		return []Product{}, nil
	}
	numbers, places := make([]int64, len(page)), make(map[int64]int, len(page))
	for i, c := range page {
		numbers[i], places[c.number] = c.number, i
	}
	list, err := s.Products(ctx, Query{Numbers: numbers, Channels: channels, Limit: len(page), Uncounted: true}, parts, p)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list.Products, func(a, b Product) int { return cmp.Compare(places[a.Number], places[b.Number]) })
	return list.Products, nil
}

// Matching gives the numbers of the products whose texts hold q, newest first, limit at most, 1,000 at most: words whole,
// the last one by its beginning, Chinese by any characters. It sees drafts and products of any channel. Fault:
// search.ErrTooLong.
func Matching(tx *db.Tx, q string, limit int) ([]int64, error) {
	words, err := search.Parse(q)
	if err != nil {
		return nil, err
	}
	return search.Numbers(tx, search.Ask{Query: words, Limit: limit, Bare: true})
}
