package httpx_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kaidian/internal/api/httpx"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/shoptest"
)

// logbook keeps what is logged, a record a line.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// records gives what was logged with a message.
func (l *logbook) records(t *testing.T, message string) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range strings.Lines(l.String()) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r["msg"] == message {
			out = append(out, r)
		}
	}
	return out
}

func (l *logbook) logger(level slog.Level) *slog.Logger {
	return slog.New(httpx.LogHandler{Handler: slog.NewJSONHandler(l, &slog.HandlerOptions{Level: level})})
}

// observed is a server whose requests are logged and counted.
type observed struct {
	url     string
	log     *logbook
	metrics *prometheus.Registry
}

func observe(t *testing.T, level slog.Level, h http.Handler) observed {
	t.Helper()
	o := observed{log: &logbook{}, metrics: prometheus.NewRegistry()}
	watch := &httpx.Observer{Log: o.log.logger(level), Slow: 20 * time.Millisecond, Timings: true}
	watch.Register(o.metrics)
	server := httptest.NewUnstartedServer(watch.Wrap(h))
	server.Config.ErrorLog = slog.NewLogLogger(slog.NewJSONHandler(o.log, nil), slog.LevelError)
	server.Start()
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

// scrape gives the lines of the metrics that begin with a name.
func scrape(t *testing.T, from prometheus.Gatherer, name string) []string {
	t.Helper()
	w := httptest.NewRecorder()
	promhttp.HandlerFor(from, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	var out []string
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, name) {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return out
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	o := observe(t, slog.LevelDebug, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, httpx.RequestID(r.Context())+" "+httpx.ClientIP(r.Context())) //nolint:errcheck // the client sees it
	}))
	own := send(t, "GET", o.url, "", "X-Request-Id: abc-1.2_Z")
	if own.header.Get("X-Request-Id") != "abc-1.2_Z" || own.body != "abc-1.2_Z 127.0.0.1" {
		t.Errorf("a sane id becomes %s, the handler sees %q", own.header.Get("X-Request-Id"), own.body)
	}
	if all := o.log.records(t, "request"); len(all) != 1 || all[0]["request_id"] != "abc-1.2_Z" {
		t.Errorf("logged: %v", all)
	}
	seen := map[string]bool{}
	for _, given := range []string{"", "two words", "x\"y", strings.Repeat("x", 65), "ä", "a/b", "<script>"} {
		got := send(t, "GET", o.url, "", "X-Request-Id: "+given).header.Get("X-Request-Id")
		if len(got) < 20 || got == given || seen[got] {
			t.Errorf("%q becomes %q", given, got)
		}
		seen[got] = true
	}
	if got := httpx.RequestID(t.Context()) + httpx.ClientIP(t.Context()); got != "" {
		t.Errorf("outside of a request: %q", got)
	}
}

func TestLogHandlerKeepsTheID(t *testing.T) {
	t.Parallel()
	book := &logbook{}
	log := book.logger(slog.LevelInfo).With("part", "x").WithGroup("g")
	o := &httpx.Observer{Log: slog.New(slog.DiscardHandler)}
	url := serve(t, o.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		log.InfoContext(r.Context(), "inside", "a", 1)
	})))
	send(t, "GET", url, "", "X-Request-Id: r1")
	log.Info("outside")
	inside, outside := book.records(t, "inside"), book.records(t, "outside")
	if len(inside) != 1 || inside[0]["part"] != "x" || inside[0]["g"].(map[string]any)["request_id"] != "r1" {
		t.Errorf("inside: %v", inside)
	}
	if len(outside) != 1 || strings.Contains(book.String()[strings.Index(book.String(), "outside"):], "request_id") {
		t.Errorf("outside: %v", outside)
	}
}

func TestRequestsAreCountedByPattern(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /things/{id}", says(http.StatusOK, "{}"))
	mux.HandleFunc("POST /things", says(http.StatusUnprocessableEntity, "{}"))
	o := observe(t, slog.LevelWarn, mux)
	for _, id := range []string{"1", "2", "3"} {
		send(t, "GET", o.url+"/things/"+id, "")
	}
	send(t, "POST", o.url+"/things", "")
	for _, path := range []string{"/a", "/b", "/c?d=e"} {
		send(t, "GET", o.url+path, "")
	}
	for _, method := range []string{"BREW", "WHEN", "get"} { // any token is a method
		send(t, method, o.url+"/x", "")
	}
	got := scrape(t, o.metrics, "kaidian_http_request_seconds_count")
	want := []string{
		`kaidian_http_request_seconds_count{method="GET",route="GET /things/{id}",status="200"} 3`,
		`kaidian_http_request_seconds_count{method="GET",route="none",status="404"} 3`,
		`kaidian_http_request_seconds_count{method="POST",route="POST /things",status="422"} 1`,
		`kaidian_http_request_seconds_count{method="other",route="none",status="404"} 3`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("counted:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if o.log.String() != "" {
		t.Errorf("a quick answer is logged: %s", o.log)
	}
}

func TestWhatIsSlowOrBrokenIsLogged(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/quick", says(http.StatusOK, ""))
	mux.HandleFunc("/slow", func(http.ResponseWriter, *http.Request) { <-time.After(30 * time.Millisecond) })
	mux.HandleFunc("/down", says(http.StatusServiceUnavailable, ""))
	o := observe(t, slog.LevelInfo, mux)
	const secret = "tok_s3cret"
	for _, path := range []string{"/quick", "/slow", "/down"} {
		send(t, "POST", o.url+path+"?token="+secret, `{"password":"`+secret+`"}`,
			"Cookie: connect.sid="+secret, "Authorization: Bearer "+secret, "X-API-ACCESS-TOKEN: "+secret)
	}
	all := o.log.records(t, "request")
	if len(all) != 2 || all[0]["route"] != "/slow" || all[1]["route"] != "/down" || all[1]["status"] != 503.0 || all[0]["level"] != "WARN" {
		t.Errorf("logged: %v", all)
	}
	if strings.Contains(o.log.String(), secret) {
		t.Errorf("a secret is in the log: %s", o.log)
	}
}

func TestHeadersAreWrittenOnce(t *testing.T) {
	t.Parallel()
	o := observe(t, slog.LevelInfo, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints) // which is no answer yet
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK)
		io.WriteString(w, "tea") //nolint:errcheck // the client sees it
	}))
	if got := send(t, "GET", o.url, ""); got.status != http.StatusTeapot || got.body != "tea" {
		t.Errorf("%d %q", got.status, got.body)
	}
	if strings.Contains(o.log.String(), "superfluous") {
		t.Errorf("net/http complains: %s", o.log)
	}
}

func TestPanics(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/at-once", func(http.ResponseWriter, *http.Request) { panic("oh no") })
	mux.HandleFunc("/midway", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "half of ") //nolint:errcheck // the client sees it
		http.NewResponseController(w).Flush()
		panic(errors.New("oh no"))
	})
	mux.HandleFunc("/wanted", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	o := observe(t, slog.LevelInfo, mux)
	got := send(t, "GET", o.url+"/at-once", "", "X-Request-Id: r1")
	if got.status != http.StatusInternalServerError || strings.Contains(got.body, "oh no") {
		t.Errorf("%d %q", got.status, got.body)
	}
	if half, err := try(t, "GET", o.url+"/midway", ""); err == nil {
		t.Errorf("half of an answer looks whole: %q", half.body)
	}
	if _, err := try(t, "GET", o.url+"/wanted", ""); err == nil {
		t.Error("an aborted answer looks whole")
	}
	all := o.log.records(t, "panic")
	if len(all) != 2 || all[0]["value"] != "oh no" || all[0]["request_id"] != "r1" || !strings.Contains(all[0]["stack"].(string), "observe_test.go") {
		t.Errorf("logged: %v", all)
	}
	if counts := scrape(t, o.metrics, "kaidian_http_request_seconds_count"); len(counts) != 3 || !strings.Contains(counts[0], `status="500"`) || !strings.Contains(counts[2], `status="500"`) {
		t.Errorf("counted: %v", counts)
	}
}

func TestStatementsAreTold(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenSQLite(t)
	o := observe(t, slog.LevelInfo, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.Write(r.Context(), func(_ context.Context, tx *db.Tx) error { //nolint:errcheck // the count shows it
			var n int
			if err := tx.QueryRow(`select count(*) from jobs`).Scan(&n); err != nil {
				return err
			}
			_, err := tx.Exec(`delete from events`)
			return err
		})
		io.WriteString(w, "done") //nolint:errcheck // the client sees it
	}))
	if got := send(t, "GET", o.url, "").header.Get("Server-Timing"); got != `db;desc="2 statements"` {
		t.Errorf("%q", got)
	}
}

func TestGauges(t *testing.T) {
	t.Parallel()
	r := prometheus.NewRegistry()
	figure, broken := 1.0, error(nil)
	httpx.RegisterGauge(r, "shop_depth", "Depth.", func(context.Context) (float64, error) { return figure, broken })
	httpx.RegisterGauge(r, "shop_other", "Other.", func(ctx context.Context) (float64, error) {
		_, bounded := ctx.Deadline()
		if !bounded {
			return 0, errors.New("a scrape may hang")
		}
		return 7, nil
	})
	if got := scrape(t, r, "shop_"); !slices.Equal(got, []string{"shop_depth 1", "shop_other 7"}) {
		t.Errorf("scraped %v", got)
	}
	figure = 2
	if got := scrape(t, r, "shop_depth"); !slices.Equal(got, []string{"shop_depth 2"}) {
		t.Errorf("scraped %v", got)
	}
	broken = errors.New("no database")
	if got := scrape(t, r, "shop_"); !slices.Equal(got, []string{"shop_other 7"}) {
		t.Errorf("with a figure that cannot be had: %v", got)
	}
}

func TestPoolMetrics(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		r := prometheus.NewRegistry()
		httpx.RegisterDB(r, d)
		var during []string
		err := d.Write(t.Context(), func(context.Context, *db.Tx) error {
			during = scrape(t, r, "kaidian_db_connections_in_use")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{`kaidian_db_connections_in_use{pool="main"} 1`}
		if d.Dialect() == db.SQLite {
			want = []string{`kaidian_db_connections_in_use{pool="reader"} 0`, `kaidian_db_connections_in_use{pool="writer"} 1`}
		}
		if !slices.Equal(during, want) {
			t.Errorf("while writing: %v", during)
		}
		if n := len(scrape(t, r, "kaidian_db_wait_seconds_total")); n != len(want) {
			t.Errorf("%d waits", n)
		}
	})
}

// The whole shop nests muxes and wraps them; what counts requests still sees the innermost pattern.
func TestPatternsOfTheWholeShop(t *testing.T) {
	t.Parallel()
	shop := shoptest.Start(t, dbtest.OpenSQLite(t))
	send(t, "GET", shop.URL+"/store/auth/a@example.com", "", "Origin: http://localhost:8000", "Accept-Encoding: gzip")
	send(t, "GET", shop.URL+"/store/nothing/here", "")
	send(t, "GET", shop.URL+"/v1//customers//count/", "", "X-API-ACCESS-TOKEN: "+shop.Token)
	send(t, "GET", shop.URL+"/v1/customers/595/addresses", "")
	send(t, "GET", shop.URL+"/v1/nothing", "", "X-API-ACCESS-TOKEN: "+shop.Token)
	send(t, "GET", shop.URL+"/nothing", "")
	var got []string
	for line := range strings.Lines(send(t, "GET", shop.URL+"/metrics", "").body) {
		if rest, ok := strings.CutPrefix(line, "kaidian_http_request_seconds_count"); ok {
			got = append(got, strings.TrimSpace(rest))
		}
	}
	want := []string{
		`{method="GET",route="/store/",status="404"} 1`,
		`{method="GET",route="/v1/",status="404"} 1`,
		`{method="GET",route="GET /store/auth/{email}",status="200"} 1`,
		`{method="GET",route="GET /v1/customers/count",status="200"} 1`,
		`{method="GET",route="GET /v1/customers/{customer}/addresses",status="401"} 1`,
		`{method="GET",route="none",status="404"} 1`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("counted:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
