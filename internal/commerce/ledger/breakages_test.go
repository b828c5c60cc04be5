package ledger

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

// broken is a way in which a row can be broken behind the shop's back.
type broken struct {
	rule, table string
	query       string // breaks it; $1 is who
	who         func(s sold) string
	says        string // what the problem must say
	check       string // the constraint of PostgreSQL that forbids it, which the test drops: "orders.orders_total_check"
	only        db.Dialect
	why         string // why on that engine only
}

func mugs(s sold) string    { return s.mugs }
func lamp(s sold) string    { return s.lamp }
func bought(s sold) string  { return s.cards }
func waiting(s sold) string { return s.waiting }

var breakages = []broken{
	{rule: "order.total", table: "orders", query: `update orders set total = total + 7 where id = $1`, who: mugs, says: "its parts come to", check: "orders.orders_total_check"},
	{rule: "order.tax", table: "orders", query: `update orders set item_tax_total = item_tax_total + 1 where id = $1`, who: mugs, says: "the taxes of goods and shipping come to"},
	{rule: "order.line_taxes", table: "orders", query: `update orders set item_tax_total = item_tax_total + 1 where id = $1`, who: mugs, says: "item_tax_total is"},
	{rule: "order.shipping", table: "orders", query: `update order_shipping_methods set subtotal = 999 where order_id = $1`, who: lamp, says: "shipping_total is 1500, its shipping methods come to 999"},
	{rule: "order.shipping_tax", table: "orders", query: `update order_shipping_methods set tax_total = 1 where order_id = $1`, who: lamp, says: "shipping_tax_total is 300, the taxes of its shipping methods come to 1"},
	{rule: "order.gift_cards", table: "orders", query: `update gift_card_transactions set amount = 1 where order_id = $1`, who: lamp, says: "what was taken from gift cards for it comes to 1"},
	{rule: "gift_card.balance", table: "gift_cards", query: `update gift_card_transactions set amount = amount + 1001 where order_id = $1`, who: lamp, says: "of value 5000 the balance is"},
	{rule: "gift_card.balance", table: "gift_cards", query: `update gift_cards set balance = balance - 1 where order_id = $1`, who: bought, says: "of value 2500 the balance is 2499, so 1 are gone; orders and open checkouts took 0"},
	{rule: "order.lines", table: "orders", query: `delete from order_lines where order_id = $1 and position = 1`, who: mugs, says: "its lines come to"},
	{rule: "order.discount", table: "orders", query: `update order_lines set adjustments = '[]' where order_id = $1`, who: lamp, says: "discount_total is 900, what was taken off its lines comes to 0"},
	{rule: "line.discount", table: "order_lines", query: `update order_lines set adjustments = '[]' where order_id = $1`, who: lamp, says: "discount_total is 900, its adjustments come to 0"},
	{rule: "line.discount", table: "order_lines", query: `update order_lines set adjustments = '?' where order_id = $1`, who: lamp, says: "cannot be read"},
	{rule: "line.price", table: "order_lines", query: `update order_lines set quantity = 4 where order_id = $1 and position = 0`, who: mugs, says: "its unit price times its quantity is 3200"},
	{rule: "line.price", table: "order_lines", query: `update order_lines set unit_price = 9000000000000000000, quantity = 9 where order_id = $1`, who: mugs, says: "beyond all amounts"},
	{rule: "line.total", table: "order_lines", query: `update order_lines set total = total - 1 where order_id = $1`, who: mugs, says: "its parts come to"},
	{rule: "line.original", table: "order_lines", query: `update order_lines set original_total = 0 where order_id = $1`, who: mugs, says: "original_total is 0"},
	{rule: "order.paid", table: "orders", query: `update payments set captured = captured - 5 where order_id = $1`, who: lamp, says: "payment_status is captured"},
	{rule: "order.unpaid", table: "orders", query: `update orders set payment_status = 'awaiting' where id = $1`, who: lamp, says: "payment_status is awaiting"},
	{rule: "order.refunded", table: "orders", query: `update orders set payment_status = 'refunded' where id = $1`, who: lamp, says: "payment_status is refunded, 0 of the captured"},
	{rule: "order.payments", table: "orders", query: `update payments set order_id = null where order_id = $1`, who: lamp, says: "it has no payment"},
	{rule: "payment.loose", table: "payments", query: `update payments set order_id = null where order_id = $1`, who: lamp, says: "have no order, and nobody gives them back"},
	{rule: "payment.captured", table: "payments", query: `update payments set captured = amount + 1 where order_id = $1`, who: lamp, says: "captured is", check: "payments.payments_captured_check"},
	{rule: "payment.refunded", table: "payments", query: `update payments set refunded = captured + 1 where order_id = $1`, who: lamp, says: "refunded is", check: "payments.payments_refunded_check"},
	{rule: "payment.order", table: "payments", query: `update payments set currency_code = 'usd' where order_id = $1`, who: lamp, says: "it is in usd"},
	{rule: "payments.order_id", table: "payments", query: `update payments set order_id = 'order_none' where order_id = $1`, who: lamp, says: "order_id is order_none, which is not in orders"},
	{rule: "discount.uses", table: "discounts", query: `update discounts set usage_count = 0 where id = 'disc_goods_pct10'`, says: "usage_count is 0, orders and open checkouts have used it 1 times"},
	{rule: "discount.uses", table: "discounts", query: `update discounts set usage_count = 0 where code = 'ONCE'`, says: "usage_count is 0, orders and open checkouts have used it 1 times"},
	{rule: "discount.uses", table: "discounts", query: `update orders set discounts = '[{"ID":"disc_none"},{"ID":"disc_none"}]' where id = $1`, who: mugs, says: "it is not there, and 1 orders have used it"},
	{rule: "discount.uses", table: "orders", query: `update orders set discounts = '{' where id = $1`, who: mugs, says: "cannot be read"},
	{rule: "stock.stocked", table: "stock_levels", query: `update stock_levels set stocked = stocked + 1 where variant_id = 'variant_goods_mug'`, says: "stocked is 998, its movements come to 997"},
	{rule: "stock.reserved", table: "stock_levels", query: `update stock_levels set reserved = 0 where variant_id = 'variant_goods_lamp'`, says: "reserved is 0, its movements come to 1"},
	{rule: "stock.promised", table: "stock_levels", query: `delete from stock_reservations where variant_id = 'variant_goods_lamp'`, says: "reserved is 1, its reservations come to 0"},
	{rule: "attempt.reservations", table: "checkout_attempts", query: `update stock_reservations set quantity = 1 where variant_id = 'variant_goods_socks'`, says: "of variant_goods_socks it has reserved 1, its movements come to 2"},
	{rule: "stock.oversold", table: "stock_levels", query: `update stock_levels set reserved = stocked + 1 where variant_id = 'variant_goods_mug'`, says: "stocked is 997, reserved is 998", check: "stock_levels.stock_levels_available_check"},
	{rule: "stock.dropped", table: "stock_movements", query: `delete from stock_levels where variant_id = 'variant_goods_cap'`, says: "it has no level, but its movements come to 40 stocked and 0 reserved"},
	{rule: "reservation.level", table: "stock_reservations", query: `delete from stock_levels where variant_id = 'variant_goods_lamp'`, says: "1 of variant_goods_lamp are reserved, which has no level"},
	{rule: "reservation.attempt", table: "stock_reservations", query: `update checkout_attempts set state = 'ended' where cart_id = $1`, who: waiting, says: "which is ended"},
	{rule: "reservation.attempt", table: "stock_reservations", query: `update stock_reservations set reference = 'coat_none'`, says: "are reserved for coat_none, which is not there"},
	{rule: "claim.attempt", table: "promotion_claims", query: `update checkout_attempts set state = 'ended' where cart_id = $1`, who: waiting, says: "is claimed for it, which is ended"},
	{rule: "cart.held", table: "carts", query: `update checkout_attempts set state = 'ended' where cart_id = $1`, who: waiting, says: "it is held by its attempt coat_"},
	{rule: "attempt.cart", table: "checkout_attempts", query: `update carts set held_by = null where id = $1`, who: waiting, says: "is held by nothing"},
	{rule: "attempt.order", table: "checkout_attempts", query: `update checkout_attempts set order_id = 'order_none' where order_id = $1`, who: lamp, says: "of its cart there is no order order_none"},
	{rule: "cart.order", table: "carts", query: `update carts set completed_at = 1 where id = $1`, who: waiting, says: "there is no order of it"},
	{rule: "order.cart", table: "orders", query: `update carts set completed_at = null where id = (select cart_id from orders where id = $1)`, who: mugs, says: "is not completed"},
	{rule: "cart.orders", table: "carts", query: `update orders set cart_id = (select cart_id from orders where id = $1)`, who: mugs, says: "there are 3 orders of it", check: "orders.orders_cart_id_key",
		only: db.Postgres, why: "SQLite cannot drop the unique constraint orders_cart_id_key"},
	{rule: "foreign_key", table: "orders", query: `update orders set region_id = 'reg_none' where id = $1`, who: mugs, says: "it refers to a row of regions that is not there",
		only: db.SQLite, why: "PostgreSQL does not let foreign keys break"},
	{rule: "order_lines.variant_id", table: "order_lines", query: `update order_lines set variant_id = 'variant_none' where order_id = $1`, who: mugs, says: "variant_id is variant_none, which is not in variants"},
	{rule: "prices.variant_id", table: "prices", query: `update prices set variant_id = 'variant_none' where variant_id = 'variant_goods_cap'`, says: "which is not in variants"},
	{rule: "stock_levels.variant_id", table: "stock_levels", query: `update stock_levels set variant_id = 'variant_none' where variant_id = 'variant_goods_cap'`, says: "which is not in variants"},
}

func TestEveryBreakageIsFound(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		made := s.busy()
		conn, err := d.SQL().Conn(s.ctx)
		s.must(err)
		defer conn.Close()
		if d.Dialect() == db.SQLite { // outside a transaction, where they are heeded
			for _, pragma := range []string{"foreign_keys = 0", "ignore_check_constraints = 1"} {
				_, err := conn.ExecContext(s.ctx, "pragma "+pragma)
				s.must(err)
			}
		}
		for _, br := range breakages {
			t.Run(br.rule, func(t *testing.T) {
				if br.only != "" && br.only != d.Dialect() {
					t.Skip(br.why)
				}
				br.breaks(t, conn, d.Dialect(), made, s.clock.Now().Add(time.Hour))
			})
		}
	})
}

// breaks breaks a row in a transaction that is undone, and looks whether it is named in it.
func (br broken) breaks(t *testing.T, conn *sql.Conn, engine db.Dialect, made sold, now time.Time) {
	ctx := t.Context()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			t.Fatal(err)
		}
	}
	if table, name, ok := strings.Cut(br.check, "."); ok && engine == db.Postgres {
		exec(`alter table ` + table + ` drop constraint ` + name)
	}
	var args []any
	if br.who != nil {
		args = append(args, br.who(made))
	}
	exec(br.query, args...)
	var all []Finding
	report, err := check(&books{ctx: ctx, tx: tx, engine: engine, o: Options{Now: now, Found: func(f Finding) error {
		all = append(all, f)
		return nil
	}}})
	if err != nil || report.Findings == 0 {
		t.Fatalf("%d findings, %v", report.Findings, err)
	}
	if !slices.ContainsFunc(all, func(f Finding) bool {
		return f.Rule == br.rule && f.Table == br.table && f.ID != "" && strings.Contains(f.Problem, br.says)
	}) {
		t.Errorf("not found; what was: %+v", all)
	}
	for _, f := range all {
		if strings.ContainsAny(f.Problem, "%\n") {
			t.Errorf("badly said: %+v", f)
		}
	}
}

// TestEveryRuleIsBroken holds the table above to the rules that there are.
func TestEveryRuleIsBroken(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for _, br := range breakages {
		tested[br.rule] = true
	}
	for _, r := range slices.Concat(orderRules(), moneyRules(0), stockRules(), cartRules()) {
		if !tested[r.name] {
			t.Errorf("%s is not broken by any test", r.name)
		}
	}
}
