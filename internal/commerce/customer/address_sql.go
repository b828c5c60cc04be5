package customer

import (
	"database/sql"
	"errors"
	"time"

	"kaidian/internal/platform/db"
)

const addressColumns = `a.id, a.number, a.customer_id, a.kind, a.first_name, a.last_name, a.company, a.address_1,
	a.address_2, a.city, a.province, a.postal_code, a.country_code, a.district_code, a.phone, a.telephone, a.email,
	a.is_default, a.metadata, a.created_at, a.updated_at`

// scanAddress reads an address; from an outer join without one it gives the zero Address.
func scanAddress(row db.Scanner) (Address, error) {
	var a Address
	var rowID, owner, kind, metadata sql.NullString
	var number, isDefault, created, updated sql.NullInt64
	err := row.Scan(&rowID, &number, &owner, &kind, &a.FirstName, &a.LastName, &a.Company, &a.Address1,
		&a.Address2, &a.City, &a.Province, &a.PostalCode, &a.CountryCode, &a.DistrictCode, &a.Phone, &a.Telephone,
		&a.Email, &isDefault, &metadata, &created, &updated)
	a.ID, a.Number, a.CustomerID, a.Kind = rowID.String, number.Int64, owner.String, Kind(kind.String)
	a.IsDefault, a.Metadata = isDefault.Int64 != 0, raw(metadata)
	a.CreatedAt, a.UpdatedAt = db.Time(created), db.Time(updated)
	return a, err
}

// addressesOf reads the living addresses of both kinds of some customers, by their number.
func addressesOf(tx *db.Tx, customerIDs ...string) ([]Address, error) {
	return db.All(tx, scanAddress, `select `+addressColumns+` from addresses a
		where a.customer_id in `+db.In(1, len(customerIDs))+` and a.deleted_at is null order by a.number`,
		db.Args(customerIDs)...)
}

// findAddress reads a living address of a customer.
func findAddress(tx *db.Tx, customerID string, which Ref) (Address, error) {
	where, arg := which.address(2)
	a, err := scanAddress(tx.QueryRow(`select `+addressColumns+` from addresses a where a.customer_id = $1 and `+where,
		customerID, arg))
	if errors.Is(err, db.ErrNoRows) {
		return Address{}, ErrAddressNotFound
	}
	return a, err
}

// insert writes a new address unless the customer has as many of its kind as most. The caller holds the customer's row,
// so that nobody else adds one meanwhile.
func (a *Address) insert(tx *db.Tx, most int) error {
	err := tx.QueryRow(`insert into addresses (id, customer_id, kind, first_name, last_name, company, address_1, address_2,
		city, province, postal_code, country_code, district_code, phone, telephone, email, is_default, metadata,
		created_at, updated_at)
		select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19
		where (select count(*) from addresses where customer_id = $2 and kind = $3 and deleted_at is null) < $20
		returning number`,
		a.ID, a.CustomerID, string(a.Kind), a.FirstName, a.LastName, a.Company, a.Address1, a.Address2,
		a.City, a.Province, a.PostalCode, a.CountryCode, a.DistrictCode, a.Phone, a.Telephone, a.Email,
		db.Flag(a.IsDefault), text(a.Metadata), db.Millis(a.CreatedAt), most).Scan(&a.Number)
	if errors.Is(err, db.ErrNoRows) {
		return ErrTooManyAddresses
	}
	return err
}

// save writes all columns that a change may move.
func (a *Address) save(tx *db.Tx) error {
	_, err := tx.Exec(`update addresses set first_name = $2, last_name = $3, company = $4, address_1 = $5, address_2 = $6,
		city = $7, province = $8, postal_code = $9, country_code = $10, district_code = $11, phone = $12, telephone = $13,
		email = $14, is_default = $15, metadata = $16, updated_at = $17 where id = $1`,
		a.ID, a.FirstName, a.LastName, a.Company, a.Address1, a.Address2, a.City, a.Province, a.PostalCode, a.CountryCode,
		a.DistrictCode, a.Phone, a.Telephone, a.Email, db.Flag(a.IsDefault), text(a.Metadata), db.Millis(a.UpdatedAt))
	return err
}

// onlyAddress takes the default from the customer's other addresses if this one is to have it. The index that lets a
// customer have one default is checked at each statement, so this comes before the row is written.
func (a *Address) onlyDefault(tx *db.Tx, now time.Time) error {
	if !a.IsDefault {
		return nil
	}
	_, err := tx.Exec(`update addresses set is_default = 0, updated_at = $3
		where customer_id = $1 and id <> $2 and is_default = 1 and deleted_at is null`, a.CustomerID, a.ID, db.Millis(now))
	return err
}

// dropBilling deletes the billing address of a customer, if there is one besides keep.
func dropBilling(tx *db.Tx, customerID, keep string, now time.Time) error {
	_, err := tx.Exec(`update addresses set deleted_at = $3, updated_at = $3
		where customer_id = $1 and kind = 'billing' and id <> $2 and deleted_at is null`, customerID, keep, db.Millis(now))
	return err
}
