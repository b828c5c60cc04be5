package portal

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// assetRoot is the folder of the served files.
const assetRoot = "/docs/assets/"

// asset is one file as a browser gets it.
type asset struct {
	packed    []byte // gzip
	mediaType string
	tag       string // entity tag, with its quotes
}

// assets are the served files. A name carries a piece of its content's hash, "portal.3f2a9c01b4d5.css", so that a browser
// may keep a file for ever and a new release is never mixed with an old one.
type assets struct {
	urls   map[string]string // plain name → path
	served map[string]asset  // hashed name → file
}

// readAssets reads every compressed file at the root of files, and makes sure that the pages' own are among them.
func readAssets(files fs.FS) (*assets, error) {
	names, err := fs.Glob(files, "*.gz")
	if err != nil {
		return nil, err
	}
	a := &assets{urls: make(map[string]string), served: make(map[string]asset)}
	for _, file := range names {
		packed, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}
		a.add(strings.TrimSuffix(file, ".gz"), packed)
	}
	for _, needed := range []string{"portal.css", "portal.js", "reference.js", "scalar.js", "icon.svg", "licenses.txt"} {
		if a.urls[needed] == "" {
			return nil, fmt.Errorf("%s.gz is missing: build ui/", needed)
		}
	}
	return a, nil
}

// add takes one compressed file in under its plain name.
func (a *assets) add(name string, packed []byte) {
	sum := sha256.Sum256(packed)
	hash := hex.EncodeToString(sum[:6])
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + hash + ext
	a.urls[name] = assetRoot + hashed
	a.served[hashed] = asset{packed: packed, mediaType: mediaType(ext), tag: `"` + hash + `"`}
}

// mediaType names the type of a file by its extension. The machine's own table is not asked: it differs from one to the next.
func mediaType(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// url gives the path of a file by its plain name.
func (a *assets) url(name string) string { return a.urls[name] }

// serve answers with one file: compressed to those who take gzip, which is nearly everybody, unpacked on the way to others.
func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	file, ok := a.served[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.mediaType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", file.tag)
	if holds(r, file.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if takesGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(file.packed)))
		_, _ = w.Write(file.packed) // the reader may have left
		return
	}
	h.Set("ETag", "W/"+file.tag) // same content in other bytes
	unpacked, err := gzip.NewReader(bytes.NewReader(file.packed))
	if err != nil {
		http.Error(w, "This file is damaged.", http.StatusInternalServerError)
		return
	}
	_, _ = io.Copy(w, unpacked)
}

// holds tells whether the reader has the content with this entity tag already. Weak and strong tags count alike, as a GET may.
func holds(r *http.Request, tag string) bool {
	for _, held := range strings.Split(r.Header.Get("If-None-Match"), ",") {
		if held = strings.TrimSpace(held); held == "*" || strings.TrimPrefix(held, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// takesGzip reads an Accept-Encoding header.
func takesGzip(header string) bool {
	for _, part := range strings.Split(header, ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if coding = strings.TrimSpace(coding); !strings.EqualFold(coding, "gzip") && coding != "*" {
			continue
		}
		weight = strings.ReplaceAll(weight, " ", "")
		q, err := strconv.ParseFloat(strings.TrimPrefix(weight, "q="), 64)
		return err != nil || q > 0
	}
	return false
}
