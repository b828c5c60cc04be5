// Package guides holds the guides that the portal shows: one Markdown file per guide and language. A guide begins with
// its title as a level-one heading; every heading below it carries an id, the same in all languages, so that a link
// to a section holds whichever language it is read in. Addresses are written http://127.0.0.1:9000; the portal
// puts its own in their place. A picture lies beside the guide, as SVG, and is named by its address in the portal:
// /docs/en/guides/checkout.svg.
package guides

import "embed"

// Files has one folder per language: "en/store.md", "zh/store.md" and so on.
//
//go:embed en/*.md zh/*.md en/*.svg zh/*.svg
var Files embed.FS
