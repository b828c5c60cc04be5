package staff

import (
	"strings"
)

// Scope is one thing that an app may be allowed to do.
type Scope uint8

// The scopes, in the order in which they are listed. Each reading one is followed by its writing one.
const (
	ReadBasic Scope = iota
	WriteBasic
	ReadContent
	WriteContent
	ReadThemes
	WriteThemes
	ReadProducts
	WriteProducts
	ReadCustomers
	WriteCustomers
	ReadOrders
	WriteOrders
	ReadScriptTags
	WriteScriptTags

	scopeCount
)

// scopeAreas are the names that read_ and write_ go before.
var scopeAreas = [scopeCount / 2]string{"basic", "content", "themes", "products", "customers", "orders", "script_tags"}

// String gives the scope's name: "read_basic".
func (s Scope) String() string {
	if s >= scopeCount {
		return "unknown"
	}
	return [...]string{"read_", "write_"}[s%2] + s.Area()
}

// Area gives what the scope is about: "basic".
func (s Scope) Area() string { return scopeAreas[s/2] }

// Writes tells whether the scope allows changes.
func (s Scope) Writes() bool { return s%2 == 1 }

// Scopes is a set of scopes. The zero value is the empty set.
type Scopes uint16

// AllScopes is every scope there is.
const AllScopes Scopes = 1<<scopeCount - 1

// NewScopes makes a set.
func NewScopes(scopes ...Scope) Scopes {
	var set Scopes
	for _, s := range scopes {
		set |= 1 << s
	}
	return set
}

// ParseScopes reads names that stand between commas or spaces. Unknown names are ignored: one client glues its first
// scope to a copy of itself.
func ParseScopes(text string) Scopes {
	var set Scopes
	for name := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		for s := range scopeCount {
			if name == s.String() {
				set |= 1 << s
			}
		}
	}
	return set
}

// Has tells whether the set allows s. Writing implies reading.
func (set Scopes) Has(s Scope) bool {
	return set&(1<<s) != 0 || !s.Writes() && set&(1<<(s+1)) != 0
}

// List gives what the set holds in order, without what writing implies.
func (set Scopes) List() []Scope {
	var out []Scope
	for s := range scopeCount {
		if set&(1<<s) != 0 {
			out = append(out, s)
		}
	}
	return out
}

// Names gives the names of List.
func (set Scopes) Names() []string {
	names := []string{}
	for _, s := range set.List() {
		names = append(names, s.String())
	}
	return names
}

// String gives the names between commas, as ParseScopes reads them.
func (set Scopes) String() string { return strings.Join(set.Names(), ",") }
