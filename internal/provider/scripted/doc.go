// Package scripted is a payment provider that plays a bank in memory. IT MOVES NO MONEY: it is for tests and for demonstrations,
// and a shop that takes real orders must not offer it. What it knows is gone when the process ends.
//
// What happens to a payment follows its script, which the shopper's app chooses through the data of the payment session,
// {"script": "decline"}, and a test by SetScript:
//
//	script     Authorize answers
//	authorize  Authorized, at once
//	capture    Captured, at once, as Alipay does
//	pending    Pending, until the bank is told otherwise: Approve, Pay, Decline
//	more       RequiresMore, until the app sends {"acted": true}; then Authorized
//	decline    Declined
//	late       Pending, though the bank authorises: Authorized when it is asked again
//	timeout    nothing until the caller gives up; the bank did nothing
//	lost       nothing until the caller gives up; the bank authorised, and the answer is lost
//
// Tests have more: OnCall and OnAnswer run around every call and can make it wait or fail, before the bank does it and after;
// Calls counts; Payments shows every account, and Account.Held how much money is with us that is not given back. Message makes
// signed notices, and Post sends them in any order, as often as a test likes.
package scripted
