package browse

// matching asks that a product's texts have q in them, whatever the case: its title and description, the titles and SKUs of
// its variants, and its collection's title. It looks at every product that it meets; an index that finds candidates would be
// asked here.
func (w *walk) matching(q string) {
	w.join()
	pattern := likePattern(q)
	has := func(column string) string { return w.bind(`lower(`+column+`) like lower(?) escape '\'`, pattern) }
	w.conds = append(w.conds, `(`+has(`p.title`)+` or `+has(`p.description`)+`
		or exists (select 1 from variants v where v.product_id = p.id and v.deleted_at is null and (`+has(`v.title`)+` or `+has(`v.sku`)+`))
		or exists (select 1 from product_collections c where c.id = p.collection_id and c.deleted_at is null and `+has(`c.title`)+`))`)
}
