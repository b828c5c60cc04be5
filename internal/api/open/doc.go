// Package open is the Open API under /v1: what a merchant's apps call. It is wire-compatible with the Open API v1 of
// Youhaosuda (友好速搭). It translates and holds no rule of commerce.
//
// Its manners: a resource in an envelope of its name, members in alphabetical order, times in +08:00, prices in yuan,
// 200 for every success, 422 for what is not found or not valid, and the state of the call limit in every answer.
package open
