package cart

import "kaidian/internal/platform/fault"

// The faults of carts. Compare with errors.Is.
var (
	ErrNotFound = fault.New(fault.NotFound, "cart.not_found", "There is no such cart")
	// ErrCompleted says that a cart has become an order: it cannot be changed any more.
	ErrCompleted = fault.New(fault.NotAllowed, "cart.completed", "The cart is completed already and cannot be changed")
	// ErrAuthorized says that a cart's payment is promised: its region cannot be changed any more.
	ErrAuthorized = fault.New(fault.NotAllowed, "cart.payment_authorized", "The cart's payment is authorized: its region cannot be changed")
	// ErrChanged says that a cart changed again and again while its carrier was asked for a price.
	ErrChanged = fault.New(fault.Conflict, "cart.changed", "The cart was changed meanwhile; try it again")
	// ErrTooLarge says that a cart holds as much as it may.
	ErrTooLarge = fault.New(fault.NotAllowed, "cart.too_large", "The cart holds too much")
	// ErrUnsellable says that lines, or chosen shipping, cannot be sold as they are. Fields name them: "items[0]".
	ErrUnsellable = fault.New(fault.NotAllowed, "cart.unsellable", "Something in the cart is not for sale any more")
)

// The faults of where and by whom is bought.
var (
	ErrNoRegions = fault.New(fault.Invalid, "cart.no_region", "The shop has no region to sell in")
	// ErrCountry says that a country_code is none of the region's countries.
	ErrCountry = fault.New(fault.NotAllowed, "cart.country_not_in_region", "Country is not available in the region")
	// ErrAddressCountry says it of the country of a shipping address.
	ErrAddressCountry  = fault.New(fault.Invalid, "cart.address_not_in_region", "The shipping address must be in a country of the cart's region")
	ErrChannelDisabled = fault.New(fault.Invalid, "cart.channel_disabled", "The sales channel is disabled")
	// ErrWhichChannel says that the publishable key has several channels, and none was said.
	ErrWhichChannel = fault.New(fault.Invalid, "cart.channel_unclear", "sales_channel_id must say which of the publishable key's channels is meant")
	// ErrChannelScope says that a channel is none of the publishable key's.
	ErrChannelScope = fault.New(fault.Invalid, "cart.channel_out_of_scope", "The sales channel is not one of the publishable key's")
	// ErrForeignCustomer says that a cart was to be given to somebody's account who is not signed in.
	ErrForeignCustomer = fault.New(fault.NotAllowed, "cart.foreign_customer", "A cart is given to a customer's account by signing in")
)

// The faults of lines.
var (
	ErrNoVariant = fault.New(fault.Invalid, "cart.variant_not_found", "There is no such variant for sale")
	ErrNoPrice   = fault.New(fault.Invalid, "cart.variant_without_price", "The variant has no price in the cart's region")
	// ErrNotInChannel says that the product is not sold in the cart's channel.
	ErrNotInChannel = fault.New(fault.Invalid, "cart.product_not_in_channel", "The product is not sold in the cart's sales channel")
	// ErrInsufficient says that there is too little in stock.
	ErrInsufficient = fault.New(fault.NotAllowed, "cart.insufficient_inventory", "The variant does not have the required inventory")
	ErrNoLine       = fault.New(fault.Invalid, "cart.line_not_found", "There is no such line item in the cart")
	ErrTooManyLines = fault.New(fault.NotAllowed, "cart.too_many_lines", "The cart has too many line items")
)

// The faults of shipping.
var (
	ErrNoOption = fault.New(fault.NotFound, "cart.option_not_found", "There is no such shipping option")
	// ErrReturnOption says that an option is for goods that come back.
	ErrReturnOption    = fault.New(fault.NotAllowed, "cart.return_option", "The shipping option is for returns only")
	ErrOptionElsewhere = fault.New(fault.Invalid, "cart.option_other_region", "The shipping option is not available in the cart's region")
	// ErrRequirement says that the cart has not what an option requires.
	ErrRequirement = fault.New(fault.NotAllowed, "cart.requirement_not_met", "The cart does not meet the requirements of the shipping option")
)

// reasonInvalid is the reason of Invalid faults about the form of an input.
const reasonInvalid = "cart.invalid"

// within gives an Invalid fault about something in an input as one about the input: its field "city" becomes
// "shipping_address.city". Any other error stays what it is.
func within(name string, err error) error {
	f := fault.As(err)
	if f == nil || f.Code != fault.Invalid || len(f.Fields) == 0 {
		return err
	}
	fields := make([]fault.Field, len(f.Fields))
	for i, p := range f.Fields {
		fields[i] = fault.Field{Name: name + "." + p.Name, Rule: p.Rule, Message: name + "." + p.Message}
	}
	return fault.Fields(f.Reason, fields...)
}
