package catalog

import "kaidian/internal/platform/db"

// CountSold adds the quantities of an order's lines to what their variants have sold, in one statement. The caller does it once for
// each order. It is no change of the goods: nothing is recorded, and no product is newer for it.
func (s *Service) CountSold(tx *db.Tx, orderID string) error {
	_, err := tx.Exec(`update variants set sold = sold + (select cast(sum(l.quantity) as bigint) from order_lines l
		where l.order_id = $1 and l.variant_id = variants.id)
		where id in (select l.variant_id from order_lines l where l.order_id = $1)`, orderID)
	return err
}
