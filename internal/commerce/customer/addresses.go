package customer

import (
	"context"
	"errors"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
)

// errUnchanged rolls a transaction back that turned out to have nothing to change, so that no time is stamped and no
// event recorded.
var errUnchanged = errors.New("customer: nothing changed")

// AddAddress gives a customer another shipping address. It takes the default from the one that had it if the new one is
// to have it; a first address is not the default by itself. Four statements, five with the default.
//
// Faults: Invalid, ErrNotFound, ErrTooManyAddresses.
func (s *Service) AddAddress(ctx context.Context, owner Ref, in AddressChange) (Address, error) {
	a, err := in.Apply(Address{Kind: Shipping})
	if err != nil {
		return Address{}, err
	}
	now := s.clock.Now()
	a.ID, a.CreatedAt, a.UpdatedAt = id.New("addr", now), now, now
	err = s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		id, number, err := touch(tx, owner, now)
		if err != nil {
			return err
		}
		a.CustomerID = id
		if err := a.onlyDefault(tx, now); err != nil {
			return err
		}
		if err := a.insert(tx, s.limits.Addresses); err != nil {
			return err
		}
		return s.record(tx, TopicUpdated, id, number)
	})
	if err != nil {
		return Address{}, err
	}
	return a, nil
}

// UpdateAddress changes an address of a customer and gives it as it is then. A change that changes nothing leaves no
// trace. Faults: Invalid, ErrNotFound, ErrAddressNotFound.
func (s *Service) UpdateAddress(ctx context.Context, owner, which Ref, in AddressChange) (Address, error) {
	var a Address
	now := s.clock.Now()
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		id, number, err := touch(tx, owner, now)
		if err != nil {
			return err
		}
		if a, err = findAddress(tx, id, which); err != nil {
			return err
		}
		if err := a.change(tx, in, now); err != nil {
			return err
		}
		return s.record(tx, TopicUpdated, id, number)
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return Address{}, err
	}
	return a, nil
}

// change applies a change to a stored address and writes it; or gives errUnchanged.
func (a *Address) change(tx *db.Tx, in AddressChange, now time.Time) error {
	changed, err := in.Apply(*a)
	if err != nil {
		return err
	}
	if changed.equal(*a) {
		return errUnchanged
	}
	*a = changed
	a.UpdatedAt = now
	if err := a.onlyDefault(tx, now); err != nil {
		return err
	}
	return a.save(tx)
}

// RemoveAddress takes an address from a customer, also as the billing address. Faults: ErrNotFound, ErrAddressNotFound.
func (s *Service) RemoveAddress(ctx context.Context, owner, which Ref) error {
	now := s.clock.Now()
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		id, number, err := touch(tx, owner, now)
		if err != nil {
			return err
		}
		where, arg := which.address(2)
		var gone string
		err = tx.QueryRow(`update addresses as a set deleted_at = $3, updated_at = $3
			where a.customer_id = $1 and `+where+` returning id`, id, arg, db.Millis(now)).Scan(&gone)
		if errors.Is(err, db.ErrNoRows) {
			return ErrAddressNotFound
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(`update customers set billing_address_id = null where id = $1 and billing_address_id = $2`, id, gone)
		if err != nil {
			return err
		}
		return s.record(tx, TopicUpdated, id, number)
	})
}

// Addresses gives the shipping addresses of a customer, oldest first: a statement. Fault: ErrNotFound.
func (s *Service) Addresses(ctx context.Context, owner Ref) ([]Address, error) {
	where, arg := owner.living()
	var all []Address
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		all, err = db.All(tx, scanAddress, `select `+addressColumns+` from customers c
			left join addresses a on a.customer_id = c.id and a.kind = 'shipping' and a.deleted_at is null
			where `+where+` order by a.number`, arg)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case len(all) == 0:
		return nil, ErrNotFound
	case all[0].ID == "": // the customer's row without any
		return nil, nil
	}
	return all, nil
}

// Address gives an address of a customer: a statement. Fault: ErrAddressNotFound, also for an unknown customer.
func (s *Service) Address(ctx context.Context, owner, which Ref) (Address, error) {
	ofOwner, ownerArg := owner.living()
	ofAddress, addressArg := which.address(2)
	var a Address
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		a, err = scanAddress(tx.QueryRow(`select `+addressColumns+` from customers c join addresses a on a.customer_id = c.id
			where `+ofOwner+` and `+ofAddress, ownerArg, addressArg))
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return Address{}, ErrAddressNotFound
	}
	return a, err
}

// CountAddresses counts the shipping addresses of a customer: a statement. Fault: ErrNotFound.
func (s *Service) CountAddresses(ctx context.Context, owner Ref) (int64, error) {
	where, arg := owner.living()
	var n int64
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select (select count(*) from addresses a
			where a.customer_id = c.id and a.kind = 'shipping' and a.deleted_at is null) from customers c where `+where, arg).Scan(&n)
	})
	if errors.Is(err, db.ErrNoRows) {
		return 0, ErrNotFound
	}
	return n, err
}
