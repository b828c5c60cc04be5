package content

import (
	"mime"
	"strings"
)

// kind is a content type that the shop knows to serve.
type kind struct {
	contentType string
	ext         string
	served      string // as what it is sent; another than contentType where a browser would run it
	inline      bool   // shown, not saved: only what was checked to be a picture
}

// octets is how what is not known, or what a browser would run with the shop's own pages, is sent.
const octets = "application/octet-stream"

var kinds = []kind{
	{"image/png", ".png", "image/png", true},
	{"image/jpeg", ".jpg", "image/jpeg", true},
	{"image/gif", ".gif", "image/gif", true},
	{"image/webp", ".webp", "image/webp", true},
	{"image/svg+xml", ".svg", "image/svg+xml", false}, // in an img element its scripts do not run
	{"image/avif", ".avif", "image/avif", false},
	{"image/x-icon", ".ico", "image/x-icon", false},
	{"application/pdf", ".pdf", "application/pdf", false},
	{"text/plain", ".txt", "text/plain; charset=utf-8", false},
	{"text/csv", ".csv", "text/csv; charset=utf-8", false},
	{"text/css", ".css", "text/css; charset=utf-8", false},
	{"application/json", ".json", "application/json", false},
	{"application/zip", ".zip", "application/zip", false},
	{"video/mp4", ".mp4", "video/mp4", false},
	{"video/webm", ".webm", "video/webm", false},
	{"audio/mpeg", ".mp3", "audio/mpeg", false},
	{"font/woff", ".woff", "font/woff", false},
	{"font/woff2", ".woff2", "font/woff2", false},
	{"application/msword", ".doc", "application/msword", false},
	{"application/vnd.ms-excel", ".xls", "application/vnd.ms-excel", false},
	{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document", false},
	{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false},
	{"text/html", ".html", octets, false},
	{"text/javascript", ".js", octets, false},
	{"text/xml", ".xml", octets, false},
}

// other is the kind of everything else.
var other = kind{octets, ".bin", octets, false}

// aliases are other spellings of content types.
var aliases = map[string]string{
	"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png", "image/vnd.microsoft.icon": "image/x-icon",
	"application/javascript": "text/javascript", "application/x-javascript": "text/javascript", "application/xml": "text/xml",
	"application/xhtml+xml": "text/html", "application/x-zip-compressed": "application/zip", "audio/mp3": "audio/mpeg",
}

func kindByType(contentType string) kind {
	for _, k := range kinds {
		if k.contentType == contentType {
			return k
		}
	}
	return other
}

func kindByExt(ext string) (kind, bool) {
	for _, k := range kinds {
		if k.ext == ext {
			return k, true
		}
	}
	return other, ext == other.ext
}

// maxType is the length of a content type in bytes.
const maxType = 100

// MediaType gives a content type in lower case without its parameters, in its common spelling; "" for what is none. Nothing
// at all is what has no type of its own.
func MediaType(text string) string {
	if text == "" {
		return octets
	}
	t, _, err := mime.ParseMediaType(text)
	if err != nil || len(t) > maxType || !strings.Contains(t, "/") {
		return ""
	}
	if common, ok := aliases[t]; ok {
		return common
	}
	return t
}
