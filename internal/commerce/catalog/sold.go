package catalog

import "kaidian/internal/platform/db"

// CountSold adds the quantities of the lines of orders to what their variants have sold: a statement for 256 orders. The caller does
// it once for each order. It is no change of the goods: nothing is recorded, and no product is newer for it.
func (s *Service) CountSold(tx *db.Tx, orders []string) error {
	_, err := tx.ExecIn(`update variants set sold = sold + (select cast(sum(l.quantity) as bigint) from order_lines l
		where l.order_id in {keys} and l.variant_id = variants.id)
		where id in (select l.variant_id from order_lines l where l.order_id in {keys})`, orders)
	return err
}
