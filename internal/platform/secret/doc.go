// Package secret keeps what must not be known or forged: password hashes, tokens, sealed values, signatures.
//
//   - Passwords hashes and verifies passwords, one per core at a time.
//   - Token, Random, HashToken and Equal make and compare bearer secrets.
//   - Keyring turns the shop's one master key into a key per purpose, and seals values under them.
//   - HMACBase64 and HMACHex sign messages; SignJWT and SignCookie sign what a browser or an app carries for us.
//
// Nothing here logs, and no error carries a password, key or token.
package secret
