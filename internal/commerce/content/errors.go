package content

import "kaidian/internal/platform/fault"

// What calls answer besides the Invalid faults of their input and those of package picture. Compare with errors.Is.
var (
	ErrFileNotFound = fault.New(fault.NotFound, "content.file_not_found", "There is no such file")
	// ErrNotFetched says that there is no picture to be had at an address. It does not say why: a stranger who asks for
	// addresses in the house is to learn nothing of them.
	ErrNotFetched = fault.New(fault.Invalid, "content.not_fetched", "The picture could not be fetched from its address")
)

// The reasons of Invalid faults.
const (
	reasonInvalidFile    = "content.invalid_file"
	reasonInvalidAddress = "content.invalid_address"
)
