package httpx

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/secret"
)

type ctxKey int

const (
	requestID ctxKey = iota
	clientIP
)

// RequestID gives the id of the request of ctx, or "".
func RequestID(ctx context.Context) string {
	s, _ := ctx.Value(requestID).(string)
	return s
}

// LogHandler adds the request id to every record that is logged with a request's context.
type LogHandler struct{ slog.Handler }

// Handle adds the id and passes the record on.
func (h LogHandler) Handle(ctx context.Context, r slog.Record) error {
	if s := RequestID(ctx); s != "" {
		r.AddAttrs(slog.String("request_id", s))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the wrapping.
func (h LogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return LogHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the wrapping.
func (h LogHandler) WithGroup(name string) slog.Handler { return LogHandler{h.Handler.WithGroup(name)} }

// Observer gives requests their ids and counts and logs them.
type Observer struct {
	Log     *slog.Logger
	Proxies Proxies
	// Slow is the duration from which a request is logged as a warning; 0 means one second.
	Slow time.Duration
	// Timings adds a Server-Timing header with the number of database statements of a request.
	Timings bool

	seconds *prometheus.HistogramVec
}

// Register makes the metrics of the observer. It is called before Wrap; without it nothing is counted.
func (o *Observer) Register(r prometheus.Registerer) {
	o.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "kaidian_http_request_seconds",
		Help:    "Time to answer a request, by route pattern and status.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "route", "status"})
	r.MustRegister(o.seconds)
}

// Wrap observes every request to next, and answers those on which next panics.
func (o *Observer) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := r.Header.Get("X-Request-Id")
		if !sane(id) {
			id = secret.Token()
		}
		ctx := context.WithValue(r.Context(), requestID, id)
		ctx = context.WithValue(ctx, clientIP, o.Proxies.ClientIP(r))
		rec := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		if o.Timings {
			ctx, rec.count = db.WithCounter(ctx)
		}
		w.Header().Set("X-Request-Id", id)
		r = r.WithContext(ctx)
		defer func() { o.done(r, rec, time.Since(start), recover()) }()
		next.ServeHTTP(rec, r)
	})
}

// done ends the answer when next panicked, and counts and logs the request.
func (o *Observer) done(r *http.Request, rec *statusWriter, took time.Duration, panicked any) {
	abort := panicked != nil && o.broken(r, rec, panicked)
	o.report(r, rec.status, took)
	if abort {
		panic(http.ErrAbortHandler)
	}
}

// broken ends the answer of a handler that panicked. It tells whether the connection must break off: half of an answer
// must not look like a whole one.
func (o *Observer) broken(r *http.Request, rec *statusWriter, panicked any) bool {
	wanted := panicked == http.ErrAbortHandler
	if !wanted {
		o.Log.ErrorContext(r.Context(), "panic", "value", fmt.Sprint(panicked), "stack", string(debug.Stack()))
	}
	if !wanted && !rec.wrote {
		http.Error(rec, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return false
	}
	rec.status = http.StatusInternalServerError
	return true
}

// report counts a request and logs it. A route is its pattern and an unusual method is "other", lest whoever calls
// choose how many rows the metrics have.
func (o *Observer) report(r *http.Request, status int, took time.Duration) {
	method, route := "other", r.Pattern
	if slices.Contains(methods, r.Method) {
		method = r.Method
	}
	if route == "" {
		route = "none"
	}
	if o.seconds != nil {
		o.seconds.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
	}
	level := slog.LevelDebug
	if status >= http.StatusInternalServerError || took > cmp.Or(o.Slow, time.Second) {
		level = slog.LevelWarn
	}
	if !o.Log.Enabled(r.Context(), level) {
		return
	}
	o.Log.LogAttrs(r.Context(), level, "request", slog.String("method", method), slog.String("route", route),
		slog.Int("status", status), slog.Duration("took", took))
}

// methods are those that the metrics and the log call by their names.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// sane tells whether a client's request id may stand in our logs.
func sane(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
	wrote  bool
	count  *db.Counter
}

func (w *statusWriter) WriteHeader(status int) {
	if w.wrote { // a handler wrote twice: the first stands
		return
	}
	if status < http.StatusOK && status != http.StatusSwitchingProtocols { // the answer is still to come
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.sent(w.Header(), status)
	w.ResponseWriter.WriteHeader(status)
}

// sent notes the status of the answer, and completes its header.
func (w *statusWriter) sent(h http.Header, status int) {
	w.wrote, w.status = true, status
	if w.count != nil {
		h.Set("Server-Timing", fmt.Sprintf(`db;desc="%d statements"`, w.count.N()))
	}
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if !w.wrote {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// RegisterDB makes the metrics of the database's pools.
func RegisterDB(r prometheus.Registerer, d *db.DB) {
	for name := range d.Stats() {
		labels := prometheus.Labels{"pool": name}
		r.MustRegister(
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "kaidian_db_connections", Help: "Open connections.", ConstLabels: labels},
				func() float64 { return float64(d.Stats()[name].OpenConnections) }),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "kaidian_db_connections_in_use", Help: "Connections in use.", ConstLabels: labels},
				func() float64 { return float64(d.Stats()[name].InUse) }),
			prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "kaidian_db_wait_seconds_total", Help: "Time spent waiting for a connection.", ConstLabels: labels},
				func() float64 { return d.Stats()[name].WaitDuration.Seconds() }),
		)
	}
}

// RegisterGauge makes a metric of a figure that is asked for when it is scraped. A figure that cannot be had is left
// out of the scrape rather than shown as zero.
func RegisterGauge(r prometheus.Registerer, name, help string, ask func(context.Context) (float64, error)) {
	r.MustRegister(&asked{desc: prometheus.NewDesc(name, help, nil, nil), ask: ask})
}

type asked struct {
	desc *prometheus.Desc
	ask  func(context.Context) (float64, error)
}

func (a *asked) Describe(ch chan<- *prometheus.Desc) { ch <- a.desc }

func (a *asked) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	v, err := a.ask(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(a.desc, err)
		return
	}
	ch <- prometheus.MustNewConstMetric(a.desc, prometheus.GaugeValue, v)
}
