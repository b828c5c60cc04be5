package shop

import "kaidian/internal/platform/fault"

// Reasons of Invalid faults; their Fields carry the names of the Open API.
const (
	invalidSettings  = "shop.invalid_settings"
	invalidMetafield = "shop.invalid_metafield"
	invalidQuery     = "shop.invalid_query"
)

// The faults of this package. Compare with errors.Is.
var (
	// ErrNotOpen says that Ensure has never run on this database.
	ErrNotOpen = fault.New(fault.NotFound, "shop.not_open", "the shop is not set up yet")
	// ErrMasterKey says that the master key in the configuration is not the one this shop's secrets are sealed
	// under, or that the shop needs one from the configuration and there is none.
	ErrMasterKey = fault.New(fault.Invalid, "shop.master_key", "the master key is not the one that this shop was made with")
	// ErrNoMetafield says that there is no metafield of that number.
	ErrNoMetafield = fault.New(fault.NotFound, "shop.metafield_not_found", "there is no such metafield")
	// ErrMetafieldTaken says that the owner has a metafield of that name.
	ErrMetafieldTaken = &fault.Error{
		Code: fault.Duplicate, Reason: "shop.metafield_taken", Message: "name is taken by another metafield of this owner",
		Fields: []fault.Field{{Name: "name", Rule: fault.Taken, Message: "name is taken by another metafield of this owner"}},
	}
)
