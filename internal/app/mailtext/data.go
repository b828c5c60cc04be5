package mailtext

// Name is one of the mails.
type Name string

// The mails, each with the type of its data.
const (
	OrderPlaced Name = "order_placed" // Order
	GiftCards   Name = "gift_cards"   // Cards
	OrderClaim  Name = "order_claim"  // Claim
)

// Lang is a language that mails are written in.
type Lang string

// The languages.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// LangOf gives the language of a mail into a country, by its two-letter code: Chinese where Chinese is read, English elsewhere and
// where no country is known.
func LangOf(country string) Lang {
	switch country {
	case "cn", "hk", "tw", "mo", "sg":
		return Chinese
	}
	return English
}

// Head is what every template knows.
type Head struct {
	Lang Lang
	Shop string // its name
	URL  string // of its pages; empty for none
}

// Order is somebody's order. Amounts are texts for people: "¥69.00".
type Order struct {
	Head
	Number  int64
	Email   string
	Lines   []Line
	Methods []string // ways of shipping
	Remark  string   // what the shopper said to the shop; empty for nothing
	// What it costs. TaxIncluded says that Tax is part of the amounts above it, which is how they are shown then. Discount and GiftCards
	// are what was taken off, without a sign. All but Goods and Total are empty for nothing, Shipping where nothing is sent; Adjustment has its sign.
	Goods, Shipping, Discount, Tax, GiftCards, Adjustment, Total string
	TaxIncluded                                                  bool
	Payment                                                      Payment
	ShipTo, BillTo                                               []string // lines of addresses; nil for none. BillTo is nil when it is the same
	CardsLater                                                   bool     // gift cards are in it, whose codes come when it is paid
}

// Payment says how the money of an order stands.
type Payment string

// The states of payment.
const (
	Paid     Payment = "paid"
	Promised Payment = "promised" // to be taken by the shop
	Free     Payment = "free"     // there is nothing to pay
)

// Line is a line of an order.
type Line struct {
	Title    string
	Options  string // "M, red"; empty for none
	Quantity int64
	Price    string // of one
	Amount   string // of all of them, before discounts
}

// Cards are the gift cards that somebody bought.
type Cards struct {
	Head
	Number int64 // of the order
	Cards  []Card
}

// Card is a gift card.
type Card struct{ Code, Value string }

// Claim is a customer's wish to have orders that were made with the reader's address.
type Claim struct {
	Head
	Token   string
	Minutes int // how long it is good
}

// samples are data to try a template with: with everything, and with as little as there can be.
func samples(n Name, lang Lang) []any {
	full := Head{Lang: lang, Shop: "友好商店 & Co.", URL: "https://shop.example.com"}
	bare := Head{Lang: lang, Shop: "友好商店"}
	switch n {
	case GiftCards:
		return []any{Cards{full, 1042, []Card{{"AB12-CD34-EF56-GH78", "¥200.00"}, {"JK90-LM12-NP34-QR56", "¥50.00"}}}, Cards{Head: bare}}
	case OrderClaim:
		return []any{Claim{full, "eyJhbGciOiJIUzI1NiJ9.eyJvcmRlcnMiOlsib3JkZXJfMSJdfQ.c2lnbmF0dXJl", 15}, Claim{Head: bare}}
	}
	order := Order{Head: full, Number: 1042, Email: "wang@example.com", Methods: []string{"顺丰 Express"}, Remark: "请放在门口",
		Lines: []Line{{"猫粮 <冻干> Cat food", "1.5 kg, 鸡肉", 2, "¥69.00", "¥138.00"}, {"Long titled wool scratching post with three platforms", "", 1, "¥1,299.00", "¥1,299.00"}},
		Goods: "¥1,437.00", Shipping: "¥12.00", Discount: "¥50.00", Tax: "¥160.94", GiftCards: "¥100.00", Adjustment: "−¥9.00", Total: "¥1,290.00",
		TaxIncluded: true, Payment: Promised, CardsLater: true, ShipTo: []string{"王小明 13800138000", "北京市 西城区 西长安街 1 号", "100031 中国"},
		BillTo: []string{"Example Ltd."}}
	paid, free := order, Order{Head: bare, Payment: Free}
	paid.TaxIncluded, paid.Payment, paid.CardsLater = false, Paid, false
	return []any{order, paid, free}
}
