// Package fulfillment is how goods get to people: shipping profiles, which say what kind of goods need what kind of
// shipping, and the shipping options of each market, with their prices and what they require of a cart.
//
// Each shop has a profile for gift cards and one for everything else; they are made with the shop. An option belongs to one
// profile and one region. How goods are in fact sent is up to a provider, whom an option names.
//
// What an option costs is a flat rate, or what its Carrier says, who is asked outside of transactions.
//
// The package owns the tables shipping_profiles, shipping_options and shipping_option_requirements.
package fulfillment
