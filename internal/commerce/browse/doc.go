// Package browse is what shoppers and merchants read: lists, pages and search, joined across the owners of their tables.
// It selects from any table and writes none.
//
// # Walking
//
// A list is walked, not sorted: an index is followed in the list's order until the page is full, and what else the query
// asks is looked up by key for each product on the way. Newest first goes along the link tables, which carry the product's
// created_at and whether shoppers see it: the links of the channel when nothing else narrows the list, or those of the one
// category, tag, type or collection. Where several things narrow it, their sizes are looked up first, as far as 2,000, and are
// believed for ten seconds: the smallest below that is gathered and sorted; when all are larger, a walk meets enough of each.
// Other orders go along the index of their column in the same way. SQLite keeps no statistics, so what comes first is said by
// cross joins, which it takes as an order to join in; PostgreSQL takes them for plain joins.
//
// Merchants' lists show drafts, which the indexes of the links leave out. They go along the products, by number as a rule, and
// look up categories, tags, types and channels for each: a rare one in a large shop takes a walk over all of it.
//
// # Counting and deep pages
//
// Counts are exact. One above 1,000 is remembered until this process writes a product, ten seconds at most, and is counted once
// however many ask for it.
//
// An offset is walked over as far as 1,000. Beyond, each page leaves a mark at its end, which lives for ten seconds, and a page
// starts from the nearest mark at or before it. A jump far from any mark follows the index alone, two at a time in the whole
// shop. A page that starts from a mark shows what is in the database now; only where it starts may be as old as the mark, so
// that goods put in front meanwhile move it. The first 1,000 are always counted from the first.
//
// # The cache
//
// Cache keeps answers as encoded bytes. Methods that read variants note under their context which products' stock they show,
// so that a change of stock drops only the answers that show it.
package browse
