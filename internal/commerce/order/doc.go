// Package order is what people bought, and what comes back of it. So far it has the reasons for which goods come back, a
// tree of which a shopper picks a leaf.
//
// It owns the table return_reasons.
package order
