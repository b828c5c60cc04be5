// Package httpx is what every face does around a request before and after its own work: request ids, logs and
// metrics, client addresses, CORS, compression, entity tags and idempotency keys. It knows no commerce and no face.
package httpx
