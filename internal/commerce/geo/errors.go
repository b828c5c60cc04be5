package geo

import "kaidian/internal/platform/fault"

// What looking up a region by code or number can answer.
var (
	ErrProvinceNotFound = fault.New(fault.NotFound, "geo.province_not_found", "There is no such province")
	ErrCityNotFound     = fault.New(fault.NotFound, "geo.city_not_found", "There is no such city")
	ErrDistrictNotFound = fault.New(fault.NotFound, "geo.district_not_found", "There is no such district")
)

// ErrUnknownDistrict is the reason of what Resolve returns, for errors.Is. What Resolve returns names the field too.
var ErrUnknownDistrict = fault.New(fault.Invalid, "geo.unknown_district", "There is no district with this code")

// unknownDistrict is ErrUnknownDistrict as a problem of the input field district_code.
func unknownDistrict() error {
	return fault.Fields(ErrUnknownDistrict.Reason, fault.Field{
		Name:    "district_code",
		Rule:    fault.Unknown,
		Message: "district_code must be the code of a district",
	})
}
