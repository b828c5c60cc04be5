package ledger

import (
	"fmt"
	"time"
)

// orphaned is how long money may be without an order, and an order without the news that it is paid: between the two a process may
// die, and then somebody else takes over.
const orphaned = 10 * time.Minute

// differs makes a query of one that gives id, have and want of every row: it leaves those in which the two are not the same.
func differs(query string) string {
	return `select id, have, want from (` + query + `) t where have <> want`
}

// orderRules are about what an order comes to. Of its lines orderLines knows more.
func orderRules() []rule {
	of := func(column, sum, table string) string {
		return differs(`select o.id, o.` + column + ` as have, (select coalesce(sum(p.` + sum + `), 0) from ` + table +
			` p where p.order_id = o.id) as want from orders o`)
	}
	return []rule{
		{"order.total", "orders", differs(`select id, total as have, subtotal + shipping_total + tax_total - discount_total
			- gift_card_total - gift_card_tax_total + adjustment as want from orders`), "total is %s, its parts come to %s"},
		{"order.tax", "orders", differs(`select id, tax_total as have, item_tax_total + shipping_tax_total as want from orders`),
			"tax_total is %s, the taxes of goods and shipping come to %s"},
		{"order.shipping", "orders", of("shipping_total", "subtotal", "order_shipping_methods"),
			"shipping_total is %s, its shipping methods come to %s"},
		{"order.shipping_tax", "orders", of("shipping_tax_total", "tax_total", "order_shipping_methods"),
			"shipping_tax_total is %s, the taxes of its shipping methods come to %s"},
		{"order.gift_cards", "orders", of("gift_card_total", "amount", "gift_card_transactions"),
			"gift_card_total is %s, what was taken from gift cards for it comes to %s"},
	}
}

// moneyRules are about payments and gift cards. Of what changed after since, in milliseconds, some may be on its way still.
func moneyRules(since int64) []rule {
	const sums = `select o.id, o.payment_status, o.total, coalesce(sum(p.captured), 0) as captured,
		coalesce(sum(p.refunded), 0) as refunded, count(p.id) as payments, coalesce(max(p.updated_at), 0) as moved
		from orders o left join payments p on p.order_id = o.id group by o.id`
	status := func(columns, when string) string { return `select ` + columns + ` from (` + sums + `) t where ` + when }
	return []rule{
		{"order.paid", "orders", status(`id, payment_status, captured, total`, `payment_status = 'captured' and captured < total`),
			"payment_status is %s, %s of %s are captured"},
		{"order.unpaid", "orders", status(`id, payment_status, captured, total`, fmt.Sprintf(`payment_status in ('not_paid', 'awaiting',
			'requires_action') and total > 0 and captured >= total and moved < %d`, since)), "payment_status is %s, %s of %s are captured"},
		{"order.refunded", "orders", status(`id, payment_status, refunded, captured`, `payment_status in ('refunded', 'canceled') and refunded <> captured
			or payment_status = 'partially_refunded' and (refunded = 0 or refunded >= captured)`),
			"payment_status is %s, %s of the captured %s are refunded"},
		{"order.payments", "orders", status(`id, total`, `total > 0 and payments = 0`), "total is %s, and it has no payment"},
		{"payment.captured", "payments", `select id, captured, amount from payments where captured > amount or captured < 0`,
			"captured is %s, amount is %s"},
		{"payment.refunded", "payments", `select id, refunded, captured from payments where refunded > captured or refunded < 0`,
			"refunded is %s, captured is %s"},
		{"payment.order", "payments", `select p.id, p.order_id, p.currency_code, p.cart_id, o.currency_code, o.cart_id from payments p
			join orders o on o.id = p.order_id where p.currency_code <> o.currency_code or p.cart_id <> o.cart_id`,
			"its order is %s; it is in %s for %s, the order is in %s for %s"},
		{"payment.loose", "payments", fmt.Sprintf(`select id, amount, currency_code, cart_id from payments where order_id is null
			and canceled_at is null and given_up_at is null and (captured = 0 or refunded < captured) and created_at < %d`, since),
			"%s %s for %s have no order, and nobody gives them back"},
		// A card that came from elsewhere may have been used there. Of one that was bought here all is known.
		{"gift_card.balance", "gift_cards", `select id, value, balance, have, want from (select g.id, g.value, g.balance, g.value - g.balance as have,
			(select coalesce(sum(x.amount), 0) from gift_card_transactions x where x.gift_card_id = g.id) + coalesce(c.amount, 0) as want,
			exists (select 1 from orders o where o.id = g.order_id) as bought
			from gift_cards g left join (select gift_card_id, sum(amount) as amount from promotion_claims where gift_card_id is not null
			group by gift_card_id) c on c.gift_card_id = g.id) t where have < want or bought and have > want`,
			"of value %s the balance is %s, so %s are gone; orders and open checkouts took %s"},
	}
}
