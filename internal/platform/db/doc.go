// Package db opens the shop's database and runs closures on it. It knows two engines, SQLite and PostgreSQL, and no
// commerce.
//
// Read runs statements that only select; each sees what was committed when it started. Write runs one transaction:
// on SQLite writes queue for one connection that takes the lock at BEGIN, on PostgreSQL they use the pool. A Write's
// closure may run again when the engine reports a serialisation failure, so inside it there is only SQL.
//
// SQL is one text for both engines with $1 placeholders. What differs between the engines lives here: the tokens of
// the migrations, the names of violated constraints, and AdvanceNumber.
package db
