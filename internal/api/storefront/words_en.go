package storefront

import (
	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/fault"
)

func englishWords() words {
	return words{
		Tag: "en", OtherLanguage: "中文", OtherLanguageTag: "zh-CN",

		Skip: "Skip to the content", Search: "Search", SearchFor: "Search for products", Region: "Ship to", Cart: "Cart",
		CartCount: "items in the cart", Footer: "No scripts, no tracking.", Language: "Language",

		All: "All", AllProducts: "All products", Categories: "Categories", More: "More precisely", Found: "Results for",
		NothingFound: "Nothing was found. Try fewer or other words.", NothingHere: "There is nothing here yet.",
		Count: "products", From: "from", Sale: "Sale", WasPrice: "Before:", NowPrice: "Now:", Previous: "Previous", Next: "Next", Page: "Page {n}", Pages: "Pages",

		Choose: "Choose an option", ChooseOne: "Choose one.", Quantity: "Quantity", BadQuantity: "Enter a whole number from 1 to 9,999.",
		AddToCart: "Add to cart", InStock: "In stock", SoldOut: "Sold out", Backorder: "Ships later", Left: "Only {n} left",
		NotHere: "Not sold in this region", TaxIn: "Prices include tax. Shipping is added at checkout.",
		TaxOut: "Prices do not include tax; tax and shipping are added in the cart.", Tax: "Tax included above: {amount}", Description: "Description",

		Added: "Added to your cart.", EmptyCart: "Your cart is empty.", GoOn: "Continue shopping", Update: "Update", Remove: "Remove",
		Gone: "No longer for sale. Please remove it.", EachOf: "each", ToCheckout: "Go to checkout", ShippingLater: "Shipping is chosen at checkout.",
		DiscountCode: "Discount code", CardCode: "Gift card", Apply: "Apply", MissingCode: "Enter a code.", Codes: "Discounts and gift cards",
		Blocked: "Something in your cart cannot be bought like this. Look at the lines with a note.", BackToCart: "Back to the cart",
		Goods: "Products", Discount: "Discount", Shipping: "Shipping", Adjustment: "Adjustment", GiftCard: "Gift card", Total: "Total", Free: "Free",
		Summary: "Summary", ChangeCart: "Change the cart", Change: "Change",

		Checkout: "Checkout", Contact: "Contact", Email: "E-mail", BadEmail: "Enter an e-mail address, such as name@example.com.", EmailHint: "For what there is to say about your order.", Address: "Shipping address",
		Name: "Name", FirstName: "First name", LastName: "Last name", Phone: "Phone", Country: "Country",
		Province: "Province", ProvinceAbroad: "State or province", City: "City", CityChina: "City and district", CityHint: "For example 深圳市南山区",
		Street: "Street and number", StreetMore: "Apartment, floor, building", Postcode: "Postcode",
		Optional: "optional", ShippingWay: "Shipping", Continue: "Continue to review", LookBelow: "Something is missing or wrong. Look at the marked fields.",
		PleaseChoose: "Please choose", NoShipping: "Nothing has to be shipped.",
		Review: "Review and pay", Payment: "Payment",
		NoProvider: "No way of paying is set up for this region.", Place: "Place order", PlaceNote: "By placing the order you agree to pay this amount.", NothingToPay: "There is nothing left to pay.", Details: "Details",
		Thanks: "Thank you for your order", OrderNumber: "Order", OrderDay: "Placed on", Confirmation: "Your order is placed. Keep this page, or note the number.",
		Waiting: "Waiting for the payment", WaitingText: "Your payment is not confirmed yet. Your items are held for you meanwhile.", CheckAgain: "Check again",
		NotPaid: "Not paid yet", NotPaidText: "The payment was not completed. Nothing was ordered, and your cart is still there.", TryAgain: "Back to checkout",
		PaymentState: "Payment", SentTo: "Ships to", SentBy: "Shipping by", ProblemTitle: "That did not work", NotFoundTitle: "Not found",

		Providers: map[string]string{"manual": "On delivery or by transfer", "alipay": "Alipay", "wechatpay": "WeChat Pay", "stripe": "Card"},
		Payments: map[order.PaymentStatus]string{
			order.NotPaid: "Not paid", order.Awaiting: "To be paid", order.Captured: "Paid", order.PartiallyRefunded: "Partly refunded",
			order.Refunded: "Refunded", order.PaymentCanceled: "Cancelled", order.PaymentRequiresAction: "To be confirmed by you",
		},
		Rules: map[fault.Rule]string{
			fault.Required: "Please fill this in.", fault.Format: "This does not look right.", fault.Unknown: "We do not know this.",
			fault.TooLong: "This is too long.", fault.TooShort: "This is too short.", fault.Range: "This is out of range.", fault.Type: "This does not look right.",
		},
		Problems: englishProblems(),
	}
}

func englishProblems() map[string]string {
	return map[string]string{
		"storefront.foreign":  "This form is not from the page that it belongs to, or that page is too old. Open the page again; your browser must accept cookies.",
		"storefront.form":     "The form cannot be read.",
		"storefront.large":    "The form is too large.",
		"storefront.no_page":  "There is no such page.",
		"storefront.no_order": "There is no such order, or it was not placed with this browser.",

		"catalog.product_not_found":  "This product is not for sale, or not any more.",
		"catalog.category_not_found": "There is no such category.",
		"shop.region_not_found":      "The shop does not sell there.",
		"cart.no_region":             "The shop is not open yet: it has no region to sell in.",

		"cart.insufficient_inventory":   "There is not as much in stock.",
		"cart.variant_not_found":        "This is not for sale any more.",
		"cart.variant_without_price":    "This is not sold in your region.",
		"cart.product_not_in_channel":   "This is not for sale any more.",
		"cart.line_not_found":           "This is not in your cart any more.",
		"cart.too_many_lines":           "Your cart is full.",
		"cart.too_large":                "Your cart is full.",
		"cart.completed":                "This cart has been ordered already.",
		"cart.payment_authorized":       "This cart is being paid; its region cannot be changed.",
		"cart.unsellable":               "Something in your cart is not for sale any more.",
		"cart.changed":                  "Your cart was changed at the same time. Try again.",
		"cart.address_not_in_region":    "We do not ship to this country from here.",
		"cart.country_not_in_region":    "We do not ship to this country from here.",
		"cart.option_not_found":         "This way of shipping is not offered any more.",
		"cart.option_other_region":      "This way of shipping is not offered in your region.",
		"cart.return_option":            "This way of shipping is for returns.",
		"cart.requirement_not_met":      "This way of shipping is not offered for your cart.",
		"checkout.no_lines":             "Your cart is empty.",
		"checkout.no_email":             "Your e-mail is missing.",
		"checkout.no_session":           "Choose how to pay.",
		"checkout.no_provider":          "Choose how to pay.",
		"checkout.session_not_found":    "Choose how to pay.",
		"checkout.declined":             "The payment was declined. Nothing was ordered; try again or pay in another way.",
		"checkout.total_changed":        "The total has changed since you last saw it. Please look at it again.",
		"checkout.paying":               "Your order is being paid at this moment. Try again shortly.",
		"checkout.too_many_gift_cards":  "These are too many gift cards for one order.",
		"inventory.insufficient":        "There is not as much in stock any more. Look at the lines with a note.",
		"payment.provider_unavailable":  "The payment service does not answer. Try again shortly.",
		"promotion.discount_not_found":  "There is no such discount code.",
		"promotion.gift_card_not_found": "There is no such gift card.",
		"promotion.used_up":             "This discount code has been used up.",
		"promotion.not_started":         "This discount code is not valid yet.",
		"promotion.expired":             "This discount code has expired.",
		"promotion.disabled":            "This discount code is not valid.",
		"promotion.needs_customer":      "This discount code is for certain customers only.",
		"promotion.not_for_customer":    "This discount code is for certain customers only.",
		"promotion.other_region":        "This discount code is not valid in your region.",

		"promotion.gift_card_disabled":     "This gift card is not valid.",
		"promotion.gift_card_other_region": "This gift card is not valid in your region.",
		"promotion.gift_card_expired":      "This gift card has expired.",
		"promotion.gift_card_spent":        "There is not enough left on the gift card.",

		"invalid": "Something in the form is not right.", "not_found": "There is no such page.", "not_allowed": "That is not possible just now.",
		"conflict": "That was changed at the same time. Try again.", "forbidden": "That is not allowed.", "exhausted": "Too many attempts. Try again later.",
		"unavailable": "That does not work just now. Try again in a moment.", "internal": "Something went wrong on our side. Try again.",
	}
}
