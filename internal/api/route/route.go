// Package route is a route as data: method, path, permission, input, output and words. From the rows of a face come
// its handlers, its OpenAPI document and its pages in the portal.
//
// A face is one API with its own manners. Decoding, validation and the document are huma's; what a face says when
// something is wrong is the face's, through its Envelope.
package route

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"kaidian/internal/platform/fault"
)

// Words is a text in the languages that the portal speaks.
type Words struct{ EN, ZH string }

// In gives the text in a language: "zh", or English for anything else.
func (w Words) In(lang string) string {
	if lang == "zh" && w.ZH != "" {
		return w.ZH
	}
	return w.EN
}

// Permission names what a caller must be or hold. The face gives each its guard; the empty one is open to all.
type Permission string

// Route is one operation of a face.
type Route struct {
	Method     string
	Path       string // as net/http's ServeMux spells it, wildcards included
	Name       string // the operation id of the document
	Tag        string // the chapter of the document
	Summary    Words
	About      Words // longer, in Markdown; may be empty
	Permission Permission

	Status      int           // of success; 0 means 200
	BodyLimit   int64         // bytes; 0 means the face's default
	Timeout     time.Duration // 0 means the face's default
	Faults      []int         // statuses of refusals that the document names besides the common ones
	FaultBodies map[int]any   // values of the types of those among Faults that have another envelope than the face's; a text is said besides it
	Query       any           // a struct that Query decodes; documented and handed to the handler by QueryOf
	TextAnswer  string        // the fixed text of a route that answers text: "OK"
	Deprecated  bool
	LooseQuery  bool // unknown query keys are let through although the face refuses them elsewhere
	Unprotected bool // no Idempotency-Key, ETag and the like: for answers that must be fresh
}

// Answer is what a face says: a status, a body and headers. A string body is sent as plain text, anything else as
// JSON.
type Answer struct {
	Status int
	Body   any
	Header http.Header
}

// Guard decides whether a request may pass, and may put what it learnt into the context.
type Guard func(r *http.Request) (context.Context, error)

// Manners are what makes a face that face.
type Manners struct {
	Name       string // "store", "open": also the name of the document
	Prefix     string // every path starts with it: "/store/"
	Title      Words
	About      Words
	Tags       []Tag // the chapters in their order
	Security   map[string]SecurityScheme
	Envelope   func(ctx context.Context, f *fault.Error) Answer // how the face says that something is wrong
	Unknown    func(w http.ResponseWriter, r *http.Request)     // how it answers a route that it does not have
	Guards     map[Permission]Guard
	Secures    map[Permission][]string                // the security schemes that satisfy a permission
	Around     func(Route, http.Handler) http.Handler // what runs around each handler, inside the guard; may be nil
	Before     func(Route, http.Handler) http.Handler // what runs before the guard; may be nil
	LooseBody  bool                                   // unknown members of bodies are ignored
	LooseQuery bool                                   // unknown query keys are ignored
	BodyLimit  int64
	Timeout    time.Duration
	Fault      any // a value of the error envelope's type, for the document
	Version    string
	Zone       *time.Location // of the times that it writes, and of those in queries that are written without one; nil means UTC
	Log        *slog.Logger
}

// Tag is a chapter of a face's document.
type Tag struct {
	Name  string
	Title Words
}

// SecurityScheme is a way to say who one is, for the document.
type SecurityScheme struct{ Type, Scheme, In, Name string }
