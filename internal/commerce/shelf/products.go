package shelf

import (
	"context"

	"kaidian/internal/commerce/catalog"
	"kaidian/internal/platform/db"
)

// Create makes a product with its variants, prices and stock. Faults: Invalid with every problem, catalog.ErrHandleTaken,
// catalog.ErrSKUTaken, catalog.ErrNoCollection and their kin.
func (s *Service) Create(ctx context.Context, p Product) (Placed, error) {
	return s.one(ctx, s.product(p))
}

// Update changes a product. A change that changes nothing leaves no trace. Faults: those of Create,
// catalog.ErrProductNotFound, inventory.ErrBelowReserved.
func (s *Service) Update(ctx context.Context, which catalog.Ref, p Product) (Placed, error) {
	d := s.product(p)
	d.which = &which
	return s.one(ctx, d)
}

// Delete takes a product off the shelf, with its variants. Fault: catalog.ErrProductNotFound.
func (s *Service) Delete(ctx context.Context, which catalog.Ref) error {
	return s.o.DB.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		record, err := s.take(tx, which)
		if err != nil {
			return err
		}
		if err := s.o.Catalog.Remove(tx, record); err != nil {
			return err
		}
		gone := make([]string, len(record.Variants))
		for i, v := range record.Variants {
			gone[i] = v.ID
		}
		if err := s.drop(tx, gone); err != nil {
			return err
		}
		return s.index(tx, []string{record.ID})
	})
}

// take reads the product that is meant and keeps it for the rest of the transaction.
func (s *Service) take(tx *db.Tx, which catalog.Ref) (*catalog.Record, error) {
	id, err := s.o.Catalog.Named(tx, which)
	if err != nil {
		return nil, err
	}
	records, err := s.o.Catalog.Load(tx, []string{id})
	if err != nil {
		return nil, err
	}
	if records[id] == nil { // it went just now
		return nil, catalog.ErrProductNotFound
	}
	return records[id], nil
}

// drop removes what there is of variants that are no more.
func (s *Service) drop(tx *db.Tx, variants []string) error {
	if len(variants) == 0 {
		return nil
	}
	if err := s.o.Pricing.Drop(tx, variants); err != nil {
		return err
	}
	return s.o.Inventory.Drop(tx, variants)
}

func (s *Service) index(tx *db.Tx, products []string) error {
	if s.o.Index == nil || len(products) == 0 {
		return nil
	}
	return s.o.Index.Index(tx, products)
}

// AddVariant gives a product another variant, at the end of the list when it has no rank. Placed tells of the new one.
// Faults: those of UpdateVariant, catalog.ErrTooManyVariants.
func (s *Service) AddVariant(ctx context.Context, product catalog.Ref, v Variant) (Placed, error) {
	return s.one(ctx, &deed{which: &product, goods: []Variant{v}, plan: func(before *catalog.Record, _ string) (*catalog.Change, error) {
		return s.o.Catalog.PlanVariant(before, nil, v.VariantPatch)
	}})
}

// UpdateVariant changes a variant of a product. Placed tells of the one. Faults: catalog.ErrProductNotFound,
// catalog.ErrVariantNotFound and those of Create.
func (s *Service) UpdateVariant(ctx context.Context, product, which catalog.Ref, v Variant) (Placed, error) {
	return s.one(ctx, &deed{which: &product, goods: []Variant{v}, plan: func(before *catalog.Record, _ string) (*catalog.Change, error) {
		return s.o.Catalog.PlanVariant(before, &which, v.VariantPatch)
	}})
}

// DeleteVariant takes a variant from a product. Faults: catalog.ErrProductNotFound, catalog.ErrVariantNotFound,
// catalog.ErrLastVariant.
func (s *Service) DeleteVariant(ctx context.Context, product, which catalog.Ref) error {
	_, err := s.one(ctx, &deed{which: &product, plan: func(before *catalog.Record, _ string) (*catalog.Change, error) {
		return s.o.Catalog.PlanWithout(before, which)
	}})
	return err
}
