// Package webhook keeps who wants to hear of what, and sends it: signed, with retries, logged and replayable.
//
// It owns the tables webhooks (subscriptions of apps) and webhook_deliveries (one row for each event and subscriber).
// A delivery's states:
//
//	pending ── 2xx ──────────────────────────────▶ delivered ──┐
//	   ▲ └──── last attempt failed, or the webhook is gone ──▶ failed ──┤
//	   └──────────────────────────── Replay ───────────────────┘
//
// A receiver may hear of an event twice, when this process dies between the answer and its record, and out of order,
// when an earlier delivery is tried again. The delivery's id, sent as a header, stays the same.
//
// Receivers are named by strangers, so nothing is sent to addresses inside the house unless Options.AllowPrivate: names
// are checked when a webhook is made, and every IP address again when it is dialled.
//
// The package knows neither topics nor what a body means; the program tells it.
package webhook
