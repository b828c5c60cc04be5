package portal

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
)

// picturePolicy lets a picture that is opened by itself have its own styles, and nothing else.
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

// picture shows a picture of the guides: /docs/en/guides/checkout.svg.
func (p *Portal) picture(w http.ResponseWriter, r *http.Request, file string) {
	drawn, err := fs.ReadFile(p.options.Guides, file)
	if err != nil {
		p.NotFound(w, r)
		return
	}
	sum := sha256.Sum256(drawn)
	tag := `W/"` + hex.EncodeToString(sum[:8]) + `"` // weak: a layer above may compress
	h := w.Header()
	h.Set("Content-Type", mediaType(".svg"))
	h.Set("Content-Security-Policy", picturePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", tag)
	if holds(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(drawn) // the reader may have left
}
