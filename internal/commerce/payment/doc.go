// Package payment is how an order is paid. It owns the tables payment_sessions and payments, and it is the only one that
// talks to the Providers, who move the money.
//
// A Session is one way in which a cart may be paid: a cart has one for each provider of its region, and one of them is
// selected. A session that is initiated is known to its provider under its Reference; one that is not is a stub of our own.
//
// A Payment is money that a provider has promised or given. There is one for each reference of a provider, however often and
// in whichever order the provider tells of it. It is recorded as soon as the money is known, before there is an order, and
// becomes part of the order afterwards. Money that never gets an order is an orphan, and GiveBack returns it.
//
// # States
//
// What a provider says (State) becomes the status of a session, and of an authorised one a payment:
//
//	State          session         payment
//	pending        pending         none
//	requires_more  requires_more   none
//	authorized     authorized      recorded, Captured is 0
//	captured       authorized      recorded, Captured is what is here
//	refunded       canceled        Refunded is what went back
//	declined       error           none
//	canceled       canceled        CanceledAt is set, when there was one
//
// Providers tell things late, twice and out of order, so a session does not go back for what is only old news:
//
//	status          is left for
//	pending         every other
//	requires_more   every other
//	error           every other: the shopper may try another card
//	authorized      canceled
//	canceled        authorized: money that came late is money
//
// A session that gets another Reference is another payment, and starts anew from pending. One that is authorised for an amount
// other than its own is an error.
//
// How a payment stands follows from its row:
//
//	Captured  Refunded            CanceledAt  OrderID
//	0         0                   –           –        promised, waits for its order
//	0         0                   –           set      promised, to be captured
//	0         0                   set         any      given up
//	> 0       0                   –           –        here, without an order: late, or to be given back
//	> 0       0                   –           set      paid
//	> 0       below Captured      –           any      refunded in part
//	> 0       equal to Captured   –           any      refunded
//
// Captured and Refunded only rise. A payment that is given up and captured at its provider all the same is given up no more,
// and payment.unusual says so.
//
// # Crashes
//
// A deed at a provider is asked first and written down afterwards. Its Key is made of what was written down before: a process
// that dies in between asks again under the same Key, the provider does nothing twice, and the answer is written down then.
package payment
