package order

import (
	"context"
	"database/sql"
	"time"

	"kaidian/internal/platform/db"
)

// History is what a customer has bought. The zero value is that of who has no orders.
type History struct {
	Orders int64 // that were not cancelled
	// Spent is the total of the paid orders in the shop's default currency, whatever became of them, less what was given back of
	// their payments; in minor units. Orders in other currencies are not in it.
	Spent    int64
	Currency string // code of the shop's default currency

	LastNumber int64     // of the newest order, cancelled or not
	LastAt     time.Time // when that was placed
}

const selectHistories = `select o.customer_id, cast(sum(case when o.status = 'canceled' then 0 else 1 end) as bigint),
	cast(sum(case when o.paid_at is not null and o.currency_code = s.default_currency
		then o.total - coalesce((select sum(p.refunded) from payments p where p.order_id = o.id), 0) else 0 end) as bigint),
	s.default_currency, max(o.created_at),
	(select l.number from orders l where l.customer_id = o.customer_id order by l.created_at desc, l.id desc limit 1)
	from orders o cross join shop s where o.customer_id in {keys} group by o.customer_id, s.default_currency`

// Histories gives what customers have bought, by their ids: one statement for a page of them. Who has no orders is not in it.
func (s *Service) Histories(ctx context.Context, customers []string) (map[string]History, error) {
	out := make(map[string]History, len(customers))
	scan := func(row db.Scanner) (struct{}, error) {
		var id string
		var h History
		var last sql.NullInt64
		err := row.Scan(&id, &h.Orders, &h.Spent, &h.Currency, &last, &h.LastNumber)
		h.LastAt = db.Time(last)
		out[id] = h
		return struct{}{}, err
	}
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		clear(out)
		_, err := db.AllIn(tx, scan, selectHistories, customers)
		return err
	})
	return out, err
}
