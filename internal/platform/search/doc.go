// Package search finds documents by the words in them, on both engines with the same result. It knows no commerce.
package search
