package pricing

import "kaidian/internal/platform/fault"

// The reasons of Invalid faults.
const (
	reasonInvalidList    = "pricing.invalid_list"
	reasonInvalidTaxRate = "pricing.invalid_tax_rate"
)

// ErrNoList says that there is no price list of that id. Compare with errors.Is.
var ErrNoList = fault.New(fault.NotFound, "pricing.list_not_found", "There is no such price list")
