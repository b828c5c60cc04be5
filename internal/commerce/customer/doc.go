// Package customer owns the people of a shop: who they are, how they sign in, where they want their parcels, and which
// level of customer they have reached. Its tables are customers, customer_identities, customer_sessions,
// customer_levels, customer_groups, customer_group_members and addresses.
//
// # Words
//
//   - A Customer is a person with an account, or a guest who only left an e-mail. Guests and accounts may share an
//     e-mail; one is never turned into the other here.
//   - An Identity is what an account signs in with: an e-mail, a mobile number, a user name, or an account elsewhere
//     ("social"). Each account has one, and no two accounts have the same.
//   - A session is a sign-in that the shop remembers, a token is one that the shopper carries. Both end at their time,
//     and at once when the password changes or the customer is deleted.
//   - An Address is a shipping address, or the one billing address that a customer may have besides.
//   - A Level is a rank that customers reach, with its discount.
//   - A Group is customers whom a merchant puts together, for prices and promotions that are only theirs.
//
// # Two faces
//
// The Store API shows an address as a western one, the Open API as a Chinese one. It is one row; Address.Open and
// Address.Store are the two ways to read it, OpenPatch and StorePatch the two ways to write it, and
// docs/adr/0002-one-address-two-faces.md says why they are as they are.
//
// A Ref names a row in either face's spelling: by id or by number. Numbers are the Open API's, which knows neither guests
// nor billing addresses, so a number never names one.
//
// # Must hold
//
//   - The e-mail of an account that signs in by e-mail is its identity, lower-case. Uniqueness is the database's
//     business, so that it holds whatever the race.
//   - A customer has one default address at most, and as many addresses as Limits says.
//   - Every change of a customer or of its addresses takes the customer's row first, so that changes queue up and none
//     is lost, and records its event in the same transaction.
//   - Passwords are hashed outside of transactions, and a password hash never leaves this package.
//   - Nothing but EmailExists and Register tells whether an e-mail has an account.
//
// # Problems of input
//
// They come as one Invalid fault that holds all of them under the names of this package, which a face turns into its
// own: type, identity, social_type, unionid, password, email, first_name, last_name, real_name, phone, notify_email,
// nickname, identity_card, birthday, sex, metadata, level, billing_address. Those of an address bear the name that the
// patch has in its face: first_name, address_1, country_code, metadata.district_code … for a StorePatch; name,
// mobile, district_code, detail … for an OpenPatch.
//
// Package customer knows no HTTP, no mail, no cart and no order.
package customer
