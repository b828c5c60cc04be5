// Package app is the front door: New builds one shop from its settings, Run serves it, Close ends it. It is the only
// place that wires things, and what tests start too.
package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kaidian/internal/app/mailtext"
	"kaidian/internal/commerce/browse"
	"kaidian/internal/commerce/cart"
	"kaidian/internal/commerce/catalog"
	"kaidian/internal/commerce/checkout"
	"kaidian/internal/commerce/content"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/fulfillment"
	"kaidian/internal/commerce/inventory"
	"kaidian/internal/commerce/order"
	"kaidian/internal/commerce/payment"
	"kaidian/internal/commerce/pricing"
	"kaidian/internal/commerce/promotion"
	"kaidian/internal/commerce/shelf"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/commerce/transfer"
	"kaidian/internal/config"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/job"
	"kaidian/internal/platform/mail"
	"kaidian/internal/platform/secret"
	"kaidian/internal/platform/webhook"
)

// Options is what a shop is built from besides its settings. Zero values are right for a server.
type Options struct {
	Log       *slog.Logger
	Clock     clock.Clock
	Version   string
	Passwords secret.PasswordOptions // the cost of a hash; tests make it cheap
	// DB is an open database to use instead of the one in the settings; Close leaves it open.
	DB *db.DB
	// Providers move money beside those that every shop has; of two with one ID the one here counts.
	Providers []payment.Provider
	// WebhookBackoff are the pauses before the second, third … attempt of a delivery; nil means the usual ones.
	WebhookBackoff []time.Duration
}

// App is one shop: its database and all that is built on it.
type App struct {
	DB          *db.DB
	Clock       clock.Clock
	Events      *event.Log
	Jobs        *job.Queue
	Shop        *shop.Shop
	Metas       *shop.Metafields
	Staff       *staff.Service
	Customers   *customer.Service
	Catalog     *catalog.Service
	Pricing     *pricing.Service
	Inventory   *inventory.Service
	Fulfillment *fulfillment.Service
	Promotion   *promotion.Service
	Orders      *order.Service
	Carts       *cart.Service
	Payments    *payment.Service
	Checkout    *checkout.Service
	Shelf       *shelf.Service
	Browse      *browse.Service
	Indexer     *browse.Indexer
	Transfer    *transfer.Service
	Content     *content.Service
	Pictures    *shelf.Pictures
	Webhooks    *webhook.Service
	Keyring     *secret.Keyring

	answers  *browse.Cache // nil when none are kept
	borrowed bool          // the database is the caller's
	cfg      config.Serve
	mail     mail.Sender
	letters  *mailtext.Texts
	metrics  *prometheus.Registry
	log      *slog.Logger
	version  string
	faces    faces
	handler  http.Handler
}

// New opens the shop's database, brings it up to this program's version and builds everything on it. Nothing runs
// until Run.
func New(ctx context.Context, data config.Shop, serve config.Serve, o Options) (*App, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	d := o.DB
	if d == nil {
		var err error
		if d, err = db.Open(ctx, data.DSN(), db.Options{}); err != nil {
			return nil, err
		}
	}
	a := &App{DB: d, borrowed: o.DB != nil, Clock: o.Clock, cfg: serve, log: o.Log, version: o.Version, metrics: prometheus.NewRegistry()}
	if err := a.build(ctx, data, o); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) build(ctx context.Context, data config.Shop, o Options) error {
	if err := a.DB.Migrate(ctx); err != nil {
		return err
	}
	a.Events = event.New(a.DB, a.Clock, a.log)
	a.Shop = shop.New(a.DB, a.Clock, a.Events)
	a.Metas = shop.NewMetafields(a.DB, a.Clock, a.Events)
	if _, err := a.Shop.Ensure(ctx, a.defaults(data)); err != nil {
		return err
	}
	var err error
	if a.Keyring, err = secret.NewKeyring(a.Shop.MasterKey()); err != nil {
		return err
	}
	passwords := secret.NewPasswords(o.Passwords)
	a.Jobs = job.New(a.DB, a.log, job.Options{Clock: a.Clock})
	a.Webhooks = a.newWebhooks(o)
	a.Customers = customer.New(customer.Options{DB: a.DB, Events: a.Events, Clock: a.Clock, Passwords: passwords, Keyring: a.Keyring})
	a.Staff = staff.New(staff.Options{DB: a.DB, Clock: a.Clock, Events: a.Events, Passwords: passwords, Keyring: a.Keyring,
		OnUninstall: []func(context.Context, *db.Tx, staff.App) error{a.afterUninstall}})
	a.Catalog = catalog.New(a.DB, a.Clock, a.Events)
	a.Pricing = pricing.New(a.DB, a.Clock, a.Events)
	a.Inventory = inventory.New(a.DB, a.Clock, a.Events)
	a.Fulfillment = fulfillment.New(a.DB, a.Clock, a.Events)
	a.Promotion = promotion.New(a.DB, a.Clock, a.Events)
	a.newTill(o)
	if err := a.Fulfillment.Ensure(ctx); err != nil {
		return err
	}
	a.Indexer = browse.NewIndexer(a.DB)
	a.Shelf = shelf.New(shelf.Options{DB: a.DB, Clock: a.Clock, Events: a.Events, Catalog: a.Catalog, Pricing: a.Pricing,
		Inventory: a.Inventory, Shop: a.Shop, Index: a.Indexer})
	a.Browse = browse.New(browse.Options{DB: a.DB, Clock: a.Clock, Shop: a.Shop, Pricing: a.Pricing, Customers: a.Customers})
	a.Transfer = transfer.New(transfer.Options{DB: a.DB, Shop: a.Shop, Staff: a.Staff, Customers: a.Customers, Catalog: a.Catalog,
		Pricing: a.Pricing, Inventory: a.Inventory, Shelf: a.Shelf, Browse: a.Browse, Fulfillment: a.Fulfillment,
		Promotion: a.Promotion, Orders: a.Orders})
	if err = a.newContent(data); err != nil {
		return err
	}
	a.Pictures = shelf.NewPictures(a.DB, a.Catalog, a.Content)
	a.mail, err = mail.New(mail.Config{SMTPURL: a.cfg.SMTP, From: a.cfg.MailFrom, Folder: filepath.Join(data.Data, mailFolder), Clock: a.Clock})
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if a.letters, err = mailtext.Open(filepath.Join(data.Data, templatesFolder, "mail")); err != nil {
		return fmt.Errorf("the shop's mail templates: %w", err)
	}
	a.subscribe()
	if a.cfg.Cache > 0 {
		a.answers = browse.NewCache(int64(a.cfg.Cache)<<20, answerLife, a.Clock)
	}
	a.keepFresh()
	return a.newHandler()
}

// defaults are the settings of a shop that is new.
func (a *App) defaults(data config.Shop) shop.Defaults {
	d := shop.Defaults{MasterKey: masterKey(data.MasterKey)}
	if u, err := url.Parse(a.cfg.PublicURL); err == nil && u.Host != "" {
		d.Domain, d.URL = u.Host, strings.TrimSuffix(u.String(), "/")
	}
	return d
}

// masterKey makes the master key of what the settings say, nil when they say nothing.
func masterKey(setting string) []byte {
	if setting == "" {
		return nil
	}
	sum := sha256.Sum256([]byte("kaidian master key\n" + setting))
	return sum[:]
}

// Handler answers all requests to the shop.
func (a *App) Handler() http.Handler { return a.handler }

// Close closes the database. Run has ended by then.
func (a *App) Close() error {
	if a.Staff != nil {
		a.Staff.Close()
	}
	if a.Webhooks != nil {
		a.Webhooks.Close()
	}
	if a.Content != nil {
		a.Content.Close()
	}
	if a.borrowed {
		return nil
	}
	return a.DB.Close()
}
