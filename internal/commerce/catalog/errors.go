package catalog

import (
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// What calls answer besides the Invalid faults of their input. Compare with errors.Is.
var (
	ErrProductNotFound    = fault.New(fault.NotFound, "catalog.product_not_found", "There is no such product")
	ErrVariantNotFound    = fault.New(fault.NotFound, "catalog.variant_not_found", "There is no such variant")
	ErrImageNotFound      = fault.New(fault.NotFound, "catalog.image_not_found", "There is no such image")
	ErrCollectionNotFound = fault.New(fault.NotFound, "catalog.collection_not_found", "There is no such collection")
	ErrCategoryNotFound   = fault.New(fault.NotFound, "catalog.category_not_found", "There is no such category")

	// The things that must be unique in the shop. Their Fields name the member of the input.
	ErrHandleTaken   = taken("handle", "catalog.handle_taken", "Another one already has this handle")
	ErrExternalTaken = taken("external_id", "catalog.external_id_taken", "Another product already has this external_id")
	ErrSKUTaken      = taken("sku", "catalog.sku_taken", "Another variant already has this sku")
	ErrEANTaken      = taken("ean", "catalog.ean_taken", "Another variant already has this ean")
	ErrUPCTaken      = taken("upc", "catalog.upc_taken", "Another variant already has this upc")
	// ErrOptionsTaken says that two variants of a product would have the same option values.
	ErrOptionsTaken = taken("values", "catalog.options_taken", "Another variant of the product already has these option values")
	// ErrIDTaken says that an id to keep is that of something else, or of something deleted.
	ErrIDTaken = taken("id", "catalog.id_taken", "The id is already in use")

	// ErrNoCollection and its kin say that the input names a thing that is not there.
	ErrNoCollection = unknown("collection_id", "catalog.no_collection", "There is no such collection")
	ErrNoCategory   = unknown("categories", "catalog.no_category", "There is no such category")
	ErrNoChannel    = unknown("channels", "catalog.no_channel", "There is no such sales channel")

	// ErrLastVariant says that a product must keep one variant.
	ErrLastVariant = fault.New(fault.NotAllowed, "catalog.last_variant", "A product has one variant at least")
	// ErrTooManyVariants and ErrTooManyImages say that a product has as many as it may have.
	ErrTooManyVariants = fault.New(fault.NotAllowed, "catalog.too_many_variants", "The product has too many variants")
	ErrTooManyImages   = fault.New(fault.NotAllowed, "catalog.too_many_images", "The product has too many images")
	// ErrCycle says that a category would become its own ancestor.
	ErrCycle = fault.New(fault.NotAllowed, "catalog.category_cycle", "A category cannot be inside itself")
	// ErrTooDeep says that a category would be deeper in the tree than it may be.
	ErrTooDeep = fault.New(fault.NotAllowed, "catalog.category_too_deep", "Categories cannot be nested any deeper")
)

// The reasons of Invalid faults.
const (
	ReasonInvalid           = "catalog.invalid"
	reasonInvalidCollection = "catalog.invalid_collection"
	reasonInvalidCategory   = "catalog.invalid_category"
)

func taken(field, reason, words string) *fault.Error {
	return &fault.Error{Code: fault.Duplicate, Reason: reason, Message: words,
		Fields: []fault.Field{{Name: field, Rule: fault.Taken, Message: words}}}
}

func unknown(field, reason, words string) *fault.Error {
	return &fault.Error{Code: fault.Invalid, Reason: reason, Message: words,
		Fields: []fault.Field{{Name: field, Rule: fault.Unknown, Message: words}}}
}

// naming gives a copy of a fault whose field is spelled as the caller spelled it: "variants[2].sku".
func naming(f *fault.Error, field string) error {
	c := *f
	c.Fields = []fault.Field{{Name: field, Rule: f.Fields[0].Rule, Message: f.Message}}
	return &c
}

var violations = map[string]*fault.Error{
	"products_handle_key":                     ErrHandleTaken,
	"products_external_id_key":                ErrExternalTaken,
	"product_collections_handle_key":          ErrHandleTaken,
	"product_categories_handle_key":           ErrHandleTaken,
	"variants_sku_key":                        ErrSKUTaken,
	"variants_ean_key":                        ErrEANTaken,
	"variants_upc_key":                        ErrUPCTaken,
	"variants_product_id_option_key_key":      ErrOptionsTaken,
	"products_pkey":                           ErrIDTaken,
	"variants_pkey":                           ErrIDTaken,
	"product_images_pkey":                     ErrIDTaken,
	"product_collections_pkey":                ErrIDTaken,
	"product_categories_pkey":                 ErrIDTaken,
	"products_collection_id_fkey":             ErrNoCollection,
	"product_category_links_category_id_fkey": ErrNoCategory,
	"product_channel_links_channel_id_fkey":   ErrNoChannel,
}

// Fault puts the violation of a constraint of this package's tables into words; other errors stay as they are.
func Fault(err error) error {
	if f, ok := violations[db.Violated(err)]; ok {
		return f.Wrap(err)
	}
	return err
}
