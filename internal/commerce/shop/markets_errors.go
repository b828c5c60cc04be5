package shop

import "kaidian/internal/platform/fault"

// invalidMarkets is the reason of Invalid faults about regions, currencies, channels and keys.
const invalidMarkets = "shop.invalid_market"

// The faults of the markets. Compare with errors.Is.
var (
	ErrNoRegion   = fault.New(fault.NotFound, "shop.region_not_found", "There is no such region")
	ErrNoCurrency = fault.New(fault.NotFound, "shop.currency_not_found", "The shop does not sell in this currency")
	ErrNoChannel  = fault.New(fault.NotFound, "shop.channel_not_found", "There is no such sales channel")
	// ErrNoKey says that there is no such publishable key, or that it is revoked.
	ErrNoKey = fault.New(fault.NotFound, "shop.key_not_found", "There is no such publishable key")

	// ErrCountryTaken says that a country belongs to another region; Fields name it.
	ErrCountryTaken = fault.New(fault.Duplicate, "shop.country_taken", "A country belongs to another region")
	// ErrTooMany says that the shop has as many regions, channels or keys as it may have.
	ErrTooMany = fault.New(fault.NotAllowed, "shop.too_many_markets", "The shop has too many of these already")
	// ErrChannelNameTaken says that another channel has the name.
	ErrChannelNameTaken = fault.New(fault.Duplicate, "shop.channel_name_taken", "Another sales channel already has this name")
	// ErrKeyRevoked says that a key with this id was revoked; it is not given out again.
	ErrKeyRevoked = fault.New(fault.NotAllowed, "shop.key_revoked", "This publishable key was revoked")
)

// countryTaken is ErrCountryTaken for the countries of other regions.
func countryTaken(taken [][2]string) error {
	f := *ErrCountryTaken
	for _, t := range taken {
		f.Fields = append(f.Fields, fault.Field{Name: "countries", Rule: fault.Taken,
			Message: "countries has " + t[0] + ", which belongs to the region " + t[1]})
	}
	f.Message = f.Fields[0].Message
	return &f
}
