// Package ledger proves that a shop's books are right: that every order comes to what its parts come to, that no piece of stock and
// no cent of a gift card is held for nobody, and that no money is without an order. It reads any table and writes none, and it reads
// all of them as they were at one moment, also while the shop is open.
//
// What it knows of a table is written here again, not called in the table's owner: a rule that its owner breaks is still a rule.
//
// Its memory does not grow with the shop: rows are looked at as they come, and what is summed up is summed up by the database.
package ledger
