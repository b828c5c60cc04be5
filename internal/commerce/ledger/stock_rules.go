package ledger

// living tells whether a checkout attempt a can still become an order.
const living = `a.state in ('asking', 'waiting')`

// stockRules are about what is in stock and what is promised.
func stockRules() []rule {
	of := func(column, sum, table string) string {
		return differs(`select l.variant_id as id, l.` + column + ` as have, (select coalesce(sum(m.` + sum + `), 0) from ` + table +
			` m where m.variant_id = l.variant_id and m.location_id = l.location_id) as want from stock_levels l`)
	}
	return []rule{
		{"stock.stocked", "stock_levels", of("stocked", "quantity", "stock_movements"), "stocked is %s, its movements come to %s"},
		{"stock.reserved", "stock_levels", of("reserved", "reserved", "stock_movements"), "reserved is %s, its movements come to %s"},
		{"stock.promised", "stock_levels", of("reserved", "quantity", "stock_reservations"), "reserved is %s, its reservations come to %s"},
		{"stock.oversold", "stock_levels", `select variant_id, stocked, reserved from stock_levels where backorder = 0 and stocked < reserved`,
			"stocked is %s, reserved is %s"},
		{"stock.dropped", "stock_movements", `select m.variant_id, sum(m.quantity), sum(m.reserved) from stock_movements m where not exists
			(select 1 from stock_levels l where l.variant_id = m.variant_id and l.location_id = m.location_id)
			group by m.variant_id having sum(m.quantity) <> 0 or sum(m.reserved) <> 0`,
			"it has no level, but its movements come to %s stocked and %s reserved"},
		{"reservation.level", "stock_reservations", `select r.id, r.quantity, r.variant_id from stock_reservations r where not exists
			(select 1 from stock_levels l where l.variant_id = r.variant_id and l.location_id = r.location_id)`,
			"%s of %s are reserved, which has no level"},
		{"reservation.attempt", "stock_reservations", `select r.id, r.quantity, r.variant_id, r.reference, coalesce(a.state, 'not there')
			from stock_reservations r left join checkout_attempts a on a.id = r.reference where a.id is null or not (` + living + `)`,
			"%s of %s are reserved for %s, which is %s"},
		{"claim.attempt", "promotion_claims", `select p.reference, p.amount, coalesce(p.discount_id, p.gift_card_id), coalesce(a.state, 'not there')
			from promotion_claims p left join checkout_attempts a on a.id = p.reference where a.id is null or not (` + living + `)`,
			"%s of %s is claimed for it, which is %s"},
		// What an attempt took is what its movements say, unless the variant was dropped. The order of the join is so that nothing
		// is kept of the movements: they have no index by reference.
		{"attempt.reservations", "checkout_attempts", `select id, variant_id, have, want from (select a.id, m.variant_id,
			(select coalesce(sum(r.quantity), 0) from stock_reservations r where r.reference = a.id and r.variant_id = m.variant_id) as have,
			sum(m.reserved) as want from stock_movements m cross join checkout_attempts a where a.id = m.reference and ` + living + `
			group by a.id, m.variant_id) t where have <> want
			and exists (select 1 from stock_levels l where l.variant_id = t.variant_id)`,
			"of %s it has reserved %s, its movements come to %s"},
	}
}

// cartRules are about carts, their attempts and their orders.
func cartRules() []rule {
	return []rule{
		{"cart.order", "carts", `select c.id from carts c where c.completed_at is not null
			and not exists (select 1 from orders o where o.cart_id = c.id)`, "it is completed, and there is no order of it"},
		{"cart.orders", "carts", `select cart_id, count(*) from orders group by cart_id having count(*) > 1`, "there are %s orders of it"},
		{"order.cart", "orders", `select o.id, o.cart_id from orders o left join carts c on c.id = o.cart_id where c.completed_at is null`,
			"its cart %s is not completed"},
		{"cart.held", "carts", `select c.id, c.held_by, coalesce(a.state, 'not there') from carts c left join checkout_attempts a
			on a.id = c.held_by and a.cart_id = c.id where c.held_by is not null
			and (a.id is null or not (` + living + `) or c.completed_at is not null)`, "it is held by its attempt %s, which is %s"},
		{"attempt.cart", "checkout_attempts", `select a.id, a.state, a.cart_id, c.held_by from checkout_attempts a
			left join carts c on c.id = a.cart_id where ` + living + ` and (c.held_by is null or c.held_by <> a.id)`,
			"it is %s, but its cart %s is held by %s"},
		{"attempt.order", "checkout_attempts", `select a.id, a.order_id from checkout_attempts a where a.state = 'placed' and not exists
			(select 1 from orders o where o.id = a.order_id and o.cart_id = a.cart_id)`, "it is placed; of its cart there is no order %s"},
	}
}
