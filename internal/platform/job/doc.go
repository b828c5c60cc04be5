// Package job is the shop's durable queue: work that outlives the process that asked for it, and schedules.
//
// A job is a row of the table jobs, which this package owns. It is inserted in the transaction that makes it
// necessary, so it exists if and only if that transaction committed. Its life:
//
//	           claim                   handler returned nil
//	waiting ──────────▶ running ──────────────────────────▶ (deleted)
//	   ▲                   │ │
//	   │  failed, or its   │ │ failed for the last time
//	   └── lease ended ────┘ └──────────────────────────▶ dead ── Revive ──▶ waiting
//
// A running job is leased: while its handler runs, its process keeps moving run_at ahead. When the process dies, the
// lease ends and any process claims the job again. So a handler runs at least once, and must bear running twice.
//
// Each kind has its own few workers, so that a slow one delays nobody else.
package job
