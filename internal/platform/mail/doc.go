// Package mail sends messages: over SMTP, or into a folder of .eml files while a shop has no mail server. It knows
// no templates and no commerce: the caller brings the words.
//
// A message leaves after the transaction that caused it, from a job that may run again; so it may arrive twice, and
// a mail server that is down costs the shopper nothing.
package mail
