package app

import (
	"context"
	"crypto/subtle"
	"fmt"
	"io/fs"
	"log"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kaidian/docs/guides"
	"kaidian/internal/api/httpx"
	"kaidian/internal/api/notify"
	"kaidian/internal/api/open"
	"kaidian/internal/api/portal"
	"kaidian/internal/api/route"
	"kaidian/internal/api/scenario"
	"kaidian/internal/api/site"
	"kaidian/internal/api/store"
	"kaidian/internal/api/storefront"
	"kaidian/internal/platform/limit"
	"kaidian/ui"
)

// faces are the APIs of the shop.
type faces struct {
	store, open *route.Face
	idempotency *httpx.Idempotency
}

// newHandler puts the faces, the pages and the ops' routes behind one handler.
func (a *App) newHandler() error {
	proxies, err := a.cfg.Proxies()
	if err != nil {
		return err
	}
	observer := &httpx.Observer{Log: a.log, Proxies: proxies, Timings: a.cfg.Timings}
	a.registerMetrics(observer)

	mux := http.NewServeMux()
	a.faces.idempotency = &httpx.Idempotency{DB: a.DB, Clock: a.Clock, Keyring: a.Keyring, Log: a.log}
	var storeHandler, openHandler http.Handler
	a.faces.store, storeHandler, err = store.New(store.Options{
		Customers: a.Customers, Browse: a.Browse, Shop: a.Shop, Shipping: a.Fulfillment, Answers: a.answers,
		Pricing: a.Pricing, Carts: a.Carts, Checkout: a.Checkout, Orders: a.Orders, Promotion: a.Promotion, UsedCards: a.usedCards,
		Cookies:     store.Cookies{Key: a.Keyring.Key("session-cookie"), Proxies: proxies},
		CORS:        httpx.CORS{Origins: a.cfg.StoreCORS, Expose: []string{"Idempotency-Key", "X-Request-Id"}},
		Idempotency: a.faces.idempotency, Version: a.version, Log: a.log,
	})
	if err != nil {
		return err
	}
	a.faces.open, openHandler = open.New(open.Options{
		Customers: a.Customers, Products: a.productServices(), Orders: a.orderServices(), Content: a.Content, Shop: a.Shop, Metas: a.Metas, Staff: a.Staff,
		Webhooks: a.Webhooks, Version: a.version, Log: a.log,
		Calls: limit.NewRate(a.Clock, a.cfg.CallLimit, a.cfg.CallLeak),
	})
	mux.Handle("/store/", storeHandler)
	openHandler = httpx.NoContinue(openHandler)
	token := httpx.NoContinue(open.TokenHandler(a.Staff, a.Clock, a.log))
	mux.Handle("/oauth2/token", token)
	mux.Handle("/oauth2/token/", token)
	if err := a.mountPages(mux, proxies); err != nil {
		return err
	}
	a.mountFiles(mux)
	mountDemo(mux)
	mux.Handle("POST "+notify.Path, notify.Handler(a.Checkout, a.log))
	mux.HandleFunc("GET /health", health)
	mux.Handle("GET /metrics", a.metricsHandler(proxies))
	a.handler = observer.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1/") { // not through the mux: it would redirect doubled slashes
			openHandler.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	return nil
}

// mountPages adds what people read: the start page, the portal, the documents and the pages of the staff.
func (a *App) mountPages(mux *http.ServeMux, proxies httpx.Proxies) error {
	assets, err := fs.Sub(ui.Dist, "dist")
	if err != nil {
		return err
	}
	p, err := portal.New(portal.Options{Assets: assets, Guides: guides.Files, ShopName: a.shopName, BaseURL: a.cfg.PublicURL, Version: a.version})
	if err != nil {
		return fmt.Errorf("portal: %w", err)
	}
	pages, err := httpx.Compress(p)
	if err != nil {
		return err
	}
	mux.Handle("/docs", pages)
	mux.Handle("/docs/", pages)
	start, err := httpx.Compress(http.HandlerFunc(p.Start))
	if err != nil {
		return err
	}
	mux.Handle("GET /{$}", start)
	if err := a.mountDocument(mux, a.faces.store, store.Scenarios); err != nil {
		return err
	}
	if err := a.mountDocument(mux, a.faces.open, open.Scenarios); err != nil {
		return err
	}
	site.Mount(mux, site.Options{Staff: a.Staff, Shop: a.Shop, Proxies: proxies, Log: a.log})
	storefront.Mount(mux, storefront.Options{Shop: a.Shop, Browse: a.Browse, Carts: a.Carts, Checkout: a.Checkout, Payments: a.Payments,
		Orders: a.Orders, Key: a.Keyring.Key("storefront-cookie"), Proxies: proxies, Log: a.log})
	return nil
}

// mountDocument serves the OpenAPI document of a face in both languages, made when it is first asked for.
func (a *App) mountDocument(mux *http.ServeMux, f *route.Face, files func() (fs.FS, error)) error {
	for lang, path := range map[string]string{"en": "/openapi/" + f.Name + ".json", "zh": "/openapi/" + f.Name + ".zh.json"} {
		document := sync.OnceValues(func() ([]byte, error) {
			dir, err := files()
			if err != nil {
				return nil, err
			}
			all, err := scenario.Load(dir)
			if err != nil {
				return nil, err
			}
			return f.Document(lang, scenario.Examples(all, f, f.Zone))
		})
		h, err := httpx.Compress(httpx.ETag(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			doc, err := document()
			if err != nil {
				a.log.ErrorContext(r.Context(), "the document could not be made", "face", f.Name, "error", err)
				http.Error(w, "the document could not be made", http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Write(doc) //nolint:errcheck // the client has gone
		})))
		if err != nil {
			return err
		}
		mux.Handle("GET "+path, h)
	}
	return nil
}

func health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("OK")) //nolint:errcheck // the client has gone
}

func (a *App) registerMetrics(o *httpx.Observer) {
	o.Register(a.metrics)
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	httpx.RegisterDB(a.metrics, a.DB)
	httpx.RegisterGauge(a.metrics, "kaidian_outbox_depth", "Events that wait to be dispatched.",
		func(ctx context.Context) (float64, error) {
			n, err := a.Events.Depth(ctx)
			return float64(n), err
		})
	for state, help := range map[string]string{
		"due": "Jobs that could run now.", "scheduled": "Jobs that wait for their time.", "running": "Jobs at work.",
		"dead": "Jobs that failed for the last time.",
	} {
		httpx.RegisterGauge(a.metrics, "kaidian_jobs_"+state, help, func(ctx context.Context) (float64, error) {
			states, err := a.Jobs.Depth(ctx)
			return float64(states[state]), err
		})
	}
}

// metricsHandler shows the metrics to this machine, and to who has the token.
func (a *App) metricsHandler(proxies httpx.Proxies) http.Handler {
	show := promhttp.HandlerFor(a.metrics, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		known := a.cfg.MetricsToken != "" && subtle.ConstantTimeCompare([]byte(given), []byte(a.cfg.MetricsToken)) == 1
		if !known && (a.cfg.MetricsToken != "" || !proxies.Local(r)) {
			http.Error(w, "metrics need the token", http.StatusForbidden)
			return
		}
		show.ServeHTTP(w, r)
	})
}

// serverLog takes what net/http complains about: mostly clients that hang up.
func serverLog(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
