package route

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
)

// Face is an API that routes are added to. It is an http.Handler for all paths under its prefix.
type Face struct {
	Manners
	api    huma.API
	mux    *http.ServeMux
	routes []Route
}

// New makes a face.
func New(m Manners) *Face {
	adoptErrors()
	f := &Face{Manners: m, mux: http.NewServeMux()}
	f.api = huma.NewAPI(f.config(), adapter{f})
	f.mux.HandleFunc(m.Prefix, func(w http.ResponseWriter, r *http.Request) { f.Unknown(w, r) })
	return f
}

// ServeHTTP answers a request.
func (f *Face) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.mux.ServeHTTP(w, r) }

// Routes gives the rows in the order in which they were added.
func (f *Face) Routes() []Route { return f.routes }

// Handle adds a route. I is a struct with huma's tags for path parameters and a Body; O has a Body, and may have
// headers.
func Handle[I, O any](f *Face, r Route, h func(context.Context, *I) (*O, error)) {
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	f.routes = append(f.routes, r)
	op := f.operation(r)
	huma.Register(f.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, f.refuse(ctx, err)
		}
		return out, nil
	})
}

type ctxKey int

const (
	routeKey ctxKey = iota
	queryKey
)

// Of gives the route that answers the request of ctx.
func Of(ctx context.Context) *Route {
	r, _ := ctx.Value(routeKey).(*Route)
	return r
}

// adapter puts a face's own steps around each of huma's handlers.
type adapter struct{ face *Face }

func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.face.mux.ServeHTTP(w, r) }

func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	f := a.face
	row := op.Metadata["route"].(Route)
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler(humago.NewContext(op, r, w))
	})
	if f.Around != nil {
		h = f.Around(row, h)
	}
	h = f.query(row, h)
	h = f.body(row, op, h)
	h = f.guard(row, h)
	if f.Before != nil {
		h = f.Before(row, h)
	}
	f.mux.Handle(op.Method+" "+op.Path, f.frame(row, h))
}

// frame gives a request its deadline, refuses a path that no record can have and catches what panics.
func (f *Face) frame(row Route, next http.Handler) http.Handler {
	timeout := f.Timeout
	if row.Timeout > 0 {
		timeout = row.Timeout
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), routeKey, &row)
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		r = r.WithContext(ctx)
		r.Header.Del("Accept") // one format; what else a client would accept does not matter
		// What a face says is for its caller alone, and is asked for again each time.
		w.Header().Set("Cache-Control", "private, no-cache")
		started := &startedWriter{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				f.recovered(started, r, p)
			}
		}()
		if !db.Storable(r.URL.Path) {
			f.Refuse(started, r, errPath)
			return
		}
		next.ServeHTTP(started, r)
	})
}

var errPath = fault.New(fault.Invalid, "http.bad_path", "The path holds characters that nothing is named with")

// recovered answers for a handler that panicked. When a part of its answer is out, the connection breaks off: half of an
// answer must not look like a whole one.
func (f *Face) recovered(w *startedWriter, r *http.Request, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	f.Log.ErrorContext(r.Context(), "panic", "value", fmt.Sprint(p), "stack", string(debug.Stack()))
	if w.started {
		panic(http.ErrAbortHandler)
	}
	f.answer(r.Context(), errInternal).write(w)
}

// startedWriter knows whether the answer has begun.
type startedWriter struct {
	http.ResponseWriter
	started bool
}

func (w *startedWriter) WriteHeader(status int) {
	w.started = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *startedWriter) Write(b []byte) (int, error) {
	w.started = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *startedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (f *Face) guard(row Route, next http.Handler) http.Handler {
	guard, ok := f.Guards[row.Permission]
	if !ok {
		panic(fmt.Sprintf("route %s %s: no guard for permission %q", row.Method, row.Path, row.Permission))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, err := guard(r)
		if err != nil {
			f.Refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Refuse writes err in the face's envelope.
func (f *Face) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	f.refuse(r.Context(), err).write(w)
}

// refusal is an Answer as huma wants its errors.
type refusal struct{ Answer }

func (e *refusal) Error() string           { return http.StatusText(e.Status) }
func (e *refusal) GetStatus() int          { return e.Status }
func (e *refusal) GetHeaders() http.Header { return e.Header }

// ContentType makes a text answer text.
func (e *refusal) ContentType(ct string) string {
	if _, text := e.Body.(string); text {
		return textType
	}
	return ct
}

func (e *refusal) write(w http.ResponseWriter) {
	for k, v := range e.Header {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", e.ContentType(jsonType))
	w.WriteHeader(e.Status)
	format := jsonFormat
	if _, text := e.Body.(string); text {
		format = textFormat
	}
	format.Marshal(w, e) //nolint:errcheck // the client has gone
}

var (
	errInternal = fault.New(fault.Internal, "internal", "An unknown error occurred.")
	errTimeout  = fault.New(fault.Unavailable, "http.timeout", "The request took too long")
)

// refuse turns any error into the face's answer. What is not a fault is logged here, once, and not shown. An error of
// whatever kind after the deadline is the deadline's: drivers word it in many ways.
func (f *Face) refuse(ctx context.Context, err error) *refusal {
	flt := fault.As(err)
	switch {
	case flt != nil:
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		flt = errTimeout.Wrap(err)
	default:
		flt = errInternal.Wrap(err)
	}
	switch {
	case fault.As(err) == nil && errors.Is(ctx.Err(), context.Canceled):
		f.Log.DebugContext(ctx, "the client has gone", "error", err)
	case flt.Code == fault.Internal, flt.Code == fault.Unavailable && flt.Err != nil:
		f.Log.ErrorContext(ctx, "request failed", "error", err)
	}
	return f.answer(ctx, flt)
}

// answer is a fault in the face's envelope.
func (f *Face) answer(ctx context.Context, flt *fault.Error) *refusal {
	return &refusal{f.Envelope(ctx, flt)}
}

const (
	jsonType = "application/json; charset=utf-8"
	textType = "text/plain; charset=utf-8"
)

// jsonFormat writes JSON without HTML escapes and without a newline at the end.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		if e, ok := v.(*refusal); ok {
			v = e.Body
		}
		if own, ok := v.(JSONWriter); ok {
			return writeOwn(w, own)
		}
		data, err := encode(v)
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	},
	Unmarshal: decode,
}

// JSONWriter is a body that writes its own JSON. Where encoding/json calls a MarshalJSON it checks and copies what that
// gives, once for each level of them; a list of resources in an envelope has three.
type JSONWriter interface {
	WriteJSON(b *bytes.Buffer) error
}

// written is the memory of answers that are out, for the next ones.
var written = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keepable bounds the answers whose memory is kept.
const keepable = 1 << 20

func writeOwn(w io.Writer, v JSONWriter) error {
	b := written.Get().(*bytes.Buffer)
	b.Reset()
	err := v.WriteJSON(b)
	if err == nil {
		_, err = w.Write(b.Bytes())
	}
	if b.Cap() <= keepable {
		written.Put(b)
	}
	return err
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	if w, ok := v.(JSONWriter); ok {
		err := w.WriteJSON(&b)
		return b.Bytes(), err
	}
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// textFormat writes strings as they are.
var textFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		if e, ok := v.(*refusal); ok {
			v = e.Body
		}
		_, err := io.WriteString(w, fmt.Sprint(v))
		return err
	},
	Unmarshal: func([]byte, any) error { return errors.New("no text is read") },
}

// adoptErrors has huma's own errors, which it makes through one function for the whole program, printed by the face
// whose route met them. This is the only place that knows of that function.
var adoptErrors = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		f, ok := ctx.Operation().Metadata["face"].(*Face)
		if !ok {
			return huma.NewError(status, msg, errs...)
		}
		return f.refuse(ctx.Context(), problems(ctx, status, msg, errs))
	}
})
