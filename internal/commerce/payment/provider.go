package payment

import (
	"context"
	"encoding/json"
	"net/http"
)

// Provider moves money. A shop has several, each known by its ID, which regions name. Its methods call somebody else's
// computer: they are never called inside a transaction, may be called again after a crash with the same Key, and must then
// do nothing twice. A context that ends leaves it unknown what happened: callers ask again, they never take it for a refusal.
//
// A fault with the code Invalid, NotAllowed, NotFound, Forbidden or Conflict says that nothing was done, and why. Any other
// error leaves it unknown what happened.
//
// # How providers fit
//
// Stripe (PaymentIntents). Initiate makes an intent and gives its id as the Reference and its client secret as Data; Update
// changes the amount; Authorize reads the intent: requires_payment_method and processing are Pending, requires_action
// (3-D Secure, a redirect) is RequiresMore, requires_capture is Authorized, succeeded is Captured. Capture takes amount_to_capture;
// what it leaves is released. The Idempotency-Key is Key, which Stripe forgets after a day: a refund also carries Key in its
// metadata, and is looked for there first. Notice checks Stripe-Signature with the time in it.
//
// Alipay. The Reference is out_trade_no, which the provider makes of SessionID in Initiate, before Alipay knows of it. Data has
// the address of the page pay (with ReturnURL) or the QR code of precreate. The browser's coming back proves nothing:
// Authorize asks trade.query. WAIT_BUYER_PAY is Pending, TRADE_SUCCESS and TRADE_FINISHED are Captured at once. Refund's
// out_request_no is Key. Cancel is trade.close, never trade.cancel, which would refund; a trade that Alipay does not know is
// Canceled. An amount cannot be changed: Update closes the trade and gives a new Reference. Notice checks the form's sign, and
// its Reply is the text "success".
//
// WeChat Pay (API v3). The Reference is out_trade_no as with Alipay (6 to 32 characters). Native gives code_url in Data. JSAPI
// needs the shopper's openid: Initiate answers Pending, the app sends it as Input of Update, whose Data then has the signed
// parameters for the mini-program. H5 needs Shopper.IP. Subject is the required description. Refund sends out_refund_no = Key
// and Total beside Amount, and is Pending until the money has left: asking again with the same Key is the query for it. Cancel
// is close, which answers Captured for ORDERPAID. Notice checks Wechatpay-Signature over time, nonce and body, and decrypts
// the resource; its Reply is empty.
type Provider interface {
	// ID is what regions and sessions call it: "manual".
	ID() string
	// Offline tells that it asks nobody: Authorize answers at once, from what it is given, and cannot fail half-way.
	Offline() bool
	// Initiate opens a payment for a cart. The Answer has a Reference, under which both sides know the payment from now on. Its
	// Data is shown to the shopper's app, which acts on it: a client secret, the address to go to, the content of a QR code, the
	// parameters of a mini-program. Data holds nothing that the shopper must not see.
	Initiate(ctx context.Context, r Request) (Answer, error)
	// Update changes the amount of an open payment, or takes what the shopper's app gave as Input. A provider that cannot change
	// an open payment gives it up and opens another: then the Answer has a new Reference. When the former turns out to be paid,
	// the Answer is about the former. Input is from a stranger: no provider believes what it says about money.
	Update(ctx context.Context, r Request) (Answer, error)
	// Authorize asks for the money, or how it stands when the shopper has acted: Authorized, Captured, Pending,
	// RequiresMore, Declined. Asked again with the same Key it tells how it stands by now.
	Authorize(ctx context.Context, r Request) (Answer, error)
	// Capture takes money that is authorised: the Amount of r, which may be less than all. Captured says that it is done, and
	// the Answer's Amount is what was taken under this Key: a Key that comes again with another Amount is told what was done
	// before. A provider that takes only once declines the second time.
	Capture(ctx context.Context, r Request) (Answer, error)
	// Refund gives back captured money: the Amount of r. Refunded says that it is done, and the Answer's Amount is what was given
	// back under this Key, as with Capture; Pending that it is under way, and that the same Key asks for the outcome.
	Refund(ctx context.Context, r Request) (Answer, error)
	// Cancel gives up a payment that is not captured. One that is cancelled already, or that the provider does not know, is
	// Canceled and no error; one that is captured meanwhile answers Captured, and the caller refunds it.
	Cancel(ctx context.Context, r Request) (Answer, error)
	// Notice reads what the provider sends by itself, after proving that it is the provider who does. A notice about something
	// else than a payment has no Reference. Fault: ErrSignature.
	Notice(ctx context.Context, header http.Header, body []byte) (Notice, error)
}

// Request is what a provider is asked about.
type Request struct {
	// Key is the same for the same deed, however often it is tried: the provider's idempotency key. It has letters, digits, _
	// and -, and 64 characters at most.
	Key       string
	CartID    string
	SessionID string
	Reference string // how both sides call the payment; empty for Initiate
	Amount    int64  // minor units, 1 at least: what the deed is about
	Total     int64  // minor units: what the whole payment is for
	Currency  string // code, lower case
	Shopper
	Data   json.RawMessage // what the provider answered last, an object
	Input  json.RawMessage // of Update: what the shopper's app gave, an object; nil for none
	Reason string          // of Refund, for the shopper to read; empty for none
}

// Shopper is what a provider may want to know of who pays and where. Everything may be empty.
type Shopper struct {
	Email     string
	Country   string // where the goods are sent to, code, lower case
	IP        string
	ReturnURL string // where the shopper's browser comes back to
	Subject   string // what the shopper reads that the money is for: the shop's name
}

// State is how a payment stands with its provider.
type State string

// The states.
const (
	Pending      State = "pending"       // the provider waits for the shopper, or has not decided; or nobody knows
	RequiresMore State = "requires_more" // the shopper has to do something more
	Authorized   State = "authorized"    // the money is promised
	Captured     State = "captured"      // the money is here
	Refunded     State = "refunded"      // money was given back
	Declined     State = "declined"      // there will be no money
	Canceled     State = "canceled"      // given up
)

// Answer is what a provider says.
type Answer struct {
	State     State
	Reference string // how it calls the payment; empty for as before
	// Amount is the minor units that State is about: of Capture and Refund what was done under the Key, otherwise of the whole
	// payment so far. 0 is all that was asked for.
	Amount int64
	Data   json.RawMessage // to be kept and shown, an object; nil leaves what there was
	Reason string          // why it was declined, for the log and the merchant; empty otherwise
}

// Notice is what a provider says by itself: an Answer about the payment of that Reference.
type Notice struct {
	ID string // the provider's own id of the notice, for the log
	Answer
	Currency string // code, lower case; empty when the provider does not say
	// SessionID and CartID are those of the Request that opened the payment, when the provider keeps them: they tell whose the
	// money is when the session has another reference by now, or is gone. Empty when not known.
	SessionID string
	CartID    string
	// Reply is what the provider wants to hear back once all is written down, and as which type: "success" in plain text for some.
	Reply     []byte
	ReplyType string
}
