// Package inventory is how much there is of what: locations, levels, reservations and movements. Every change of a level
// has a reason and leaves a movement. It knows variants by their ids only.
package inventory
