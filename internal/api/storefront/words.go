package storefront

import (
	"strconv"
	"strings"

	"kaidian/internal/api/httpx"
	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/fault"
)

// words are the texts of the pages in one language.
type words struct {
	Tag                             string // of the language, for browsers
	OtherLanguage, OtherLanguageTag string

	Skip, Search, SearchFor, Region, Cart, CartCount, Footer, Language string

	All, AllProducts, Categories, More, Found, NothingFound, NothingHere, Count, From, Sale, WasPrice, NowPrice string
	Previous, Next, Page, Pages                                                                                 string

	Choose, ChooseOne, Quantity, BadQuantity, AddToCart, InStock, SoldOut, Backorder, Left, NotHere string
	TaxIn, TaxOut, Tax, Description                                                                 string

	Added, EmptyCart, GoOn, Update, Remove, Gone, EachOf, ToCheckout, ShippingLater           string
	DiscountCode, CardCode, Apply, MissingCode, Codes, Blocked, BackToCart                    string
	Goods, Discount, Shipping, Adjustment, GiftCard, Total, Free, Summary, ChangeCart, Change string

	Checkout, Contact, Email, BadEmail, EmailHint, Address, Name, FirstName, LastName, Phone, Country string
	Province, ProvinceAbroad, City, CityChina, CityHint, Street, StreetMore, Postcode                 string
	Optional, ShippingWay, Continue, LookBelow, PleaseChoose, NoShipping                              string
	Review, Payment, NoProvider, Place, PlaceNote, NothingToPay, Details                              string
	Thanks, OrderNumber, OrderDay, Confirmation, Waiting, WaitingText, CheckAgain, NotPaid            string
	NotPaidText, TryAgain, PaymentState, SentTo, SentBy, ProblemTitle, NotFoundTitle                  string

	Providers map[string]string              // ways of paying, by the provider's id
	Payments  map[order.PaymentStatus]string // how an order's payment stands
	Rules     map[fault.Rule]string          // what is wrong with a field
	// Problems says what went wrong, by the reason of a fault or else by its code.
	Problems map[string]string
}

// left says how many there are still.
func (w words) left(n int64) string {
	return strings.ReplaceAll(w.Left, "{n}", strconv.FormatInt(n, 10))
}

// page names a page by its number.
func (w words) page(n int) string { return strings.ReplaceAll(w.Page, "{n}", strconv.Itoa(n)) }

// taxOf says what of a total is tax.
func (w words) taxOf(amount string) string { return strings.ReplaceAll(w.Tax, "{amount}", amount) }

// provider gives what a way of paying is called.
func (w words) provider(id string) string {
	if name := w.Providers[id]; name != "" {
		return name
	}
	return id
}

// wordsIn gives the words of a language.
func wordsIn(lang string) words {
	if lang == httpx.Chinese {
		return chineseWords()
	}
	return englishWords()
}
