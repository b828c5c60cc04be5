// Package staff knows who works in the shop and which apps they let in.
//
// # Words
//
//   - An Account is a person who works in the shop. The first one is the owner.
//   - A session is an account signed in on one browser, for SessionLife.
//   - An App is a program that speaks the Open API. A private app belongs to this shop and asks nobody; a public app
//     is somebody else's and asks for consent.
//   - A Grant is an installed app: its scopes and its one token. Uninstalling revokes it.
//   - A code is what a browser carries from the consent to the app, which exchanges it for the grant's token.
//
// # Must hold
//
//   - An app has one living grant at most, and a grant has one token as long as it lives. Consenting again changes the
//     scopes and keeps the token; after an uninstall the next install gets another token.
//   - A revoked token is refused by the very next ByToken of this process, and of any other after TokenLife.
//   - Passwords are hashed, tokens and codes are looked up by their hash; what must be shown again (an app's secret, a
//     grant's token) is sealed.
//   - The browser is sent nowhere but to the origin of the app's registered callback, at or below its path.
//
// Package staff knows no HTTP, no wire format, no webhook, and not which resource needs which scope.
package staff
