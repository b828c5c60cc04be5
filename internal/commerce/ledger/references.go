package ledger

import (
	"fmt"

	"kaidian/internal/platform/db"
)

// references are the columns that name a row of another table without a foreign key: the tables belong to different packages.
var references = []struct{ table, id, column, parent string }{
	{"order_lines", "id", "variant_id", "variants"},
	{"order_lines", "id", "product_id", "products"},
	{"prices", "id", "variant_id", "variants"},
	{"prices", "id", "region_id", "regions"},
	{"stock_levels", "variant_id", "variant_id", "variants"},
	{"stock_movements", "id", "variant_id", "variants"},
	{"payments", "id", "order_id", "orders"},
	{"gift_card_transactions", "id", "order_id", "orders"},
	{"tax_rate_products", "rate_id", "product_id", "products"},
}

// references looks whether what rows name is there. What was deleted for people is there still.
func (b *books) references() error {
	for _, r := range references {
		err := b.look(rule{
			name: r.table + "." + r.column, table: r.table,
			query: fmt.Sprintf(`select t.%s, t.%s from %s t where t.%[2]s is not null and not exists (select 1 from %[4]s p where p.id = t.%[2]s)`,
				r.id, r.column, r.table, r.parent),
			says: r.column + " is %s, which is not in " + r.parent,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// foreignKeys has SQLite look whether rows that others refer to are there: it keeps them only for those who ask it to. PostgreSQL
// does not let them break.
func (b *books) foreignKeys() error {
	if b.engine != db.SQLite {
		return nil
	}
	return b.each("foreign_key", `select "table", coalesce(rowid, 0), parent from pragma_foreign_key_check`, nil, func(row db.Scanner) error {
		var table, parent string
		var number int64
		if err := row.Scan(&table, &number, &parent); err != nil {
			return err
		}
		return b.found("foreign_key", table, b.idOf(table, number), "it refers to a row of "+parent+" that is not there")
	})
}

// idOf gives the id of a row that SQLite calls by a number: few are asked for. Rows of some tables have none.
func (b *books) idOf(table string, number int64) string {
	var id string
	if err := b.tx.QueryRowContext(b.ctx, `select id from "`+table+`" where rowid = $1`, number).Scan(&id); err != nil {
		return fmt.Sprint("row ", number)
	}
	return id
}
