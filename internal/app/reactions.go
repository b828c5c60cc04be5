package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"kaidian/internal/api/open"
	"kaidian/internal/commerce/customer"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/job"
	"kaidian/internal/platform/mail"
	"kaidian/internal/platform/webhook"
)

// The kinds of jobs that events lead to.
const (
	renderKind = "webhook.render"
	indexKind  = "search.index"
	resetKind  = "mail.password_reset"
)

// newWebhooks builds the webhooks of the Open API.
func (a *App) newWebhooks(o Options) *webhook.Service {
	return webhook.New(a.DB, a.Clock, a.Jobs, a.log, webhook.Options{
		Topics: open.Topics(), RefusedDomains: []string{"youhaosuda.com"}, AllowPrivate: a.cfg.WebhookAllowPrivate,
		Backoff: o.WebhookBackoff, UserAgent: "Kaidian/" + a.version,
		Signer: func(ctx context.Context) (token, domain string, err error) {
			s, err := a.Shop.Get(ctx)
			return s.WebhookToken, s.Domain, err
		},
	})
}

// subscribe says what follows from events, and what is done by the clock.
func (a *App) subscribe() {
	a.Events.SubscribeAll(a.follow)
	a.Jobs.Handle(renderKind, a.renderWebhooks, job.HandleOptions{})
	a.Jobs.Handle(resetKind, a.mailReset, job.HandleOptions{})
	a.handleMails()
	a.Jobs.Handle(indexKind, a.indexShelf, job.HandleOptions{Timeout: time.Hour, Workers: 1})
	a.Jobs.Every("prune", time.Hour, a.prune)
	a.Jobs.Every("search.tidy", 10*time.Minute, a.Indexer.Tidy)
}

// renderWebhooks writes the body of an event as the Open API shows its subject now, and hands it to all webhooks.
func (a *App) renderWebhooks(ctx context.Context, j job.Job) error {
	var p struct {
		Event string `json:"event"`
	}
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return err
	}
	var e event.Event
	err := a.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		e, err = event.Get(tx, p.Event)
		return err
	})
	if err != nil {
		return fmt.Errorf("read event %s: %w", p.Event, err)
	}
	topic, body, err := open.WebhookBody(ctx, e, a.HookServices())
	if fault.CodeOf(err) == fault.NotFound && err != nil {
		return nil // deleted meanwhile: its own event says so
	}
	if err != nil {
		return err
	}
	return a.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return a.Webhooks.Fanout(ctx, tx, e.ID, topic, body) })
}

// indexShelf indexes the products of a collection or category anew. Until it has come to a product, searches know the
// product by the old name: about a second for a small shelf, and a minute for some ten thousand products.
func (a *App) indexShelf(ctx context.Context, j job.Job) error {
	var p struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return err
	}
	return a.Indexer.ReindexOf(ctx, p.ID)
}

// HookServices is what webhooks tell of.
func (a *App) HookServices() open.HookServices {
	return open.HookServices{Products: a.productServices(), Orders: a.orderServices()}
}

// productServices is what the Open API reads and writes products with.
func (a *App) productServices() open.ProductServices {
	return open.ProductServices{Shop: a.Shop, Browse: a.Browse, Catalog: a.Catalog, Shelf: a.Shelf, Pictures: a.Pictures,
		BaseURL: strings.TrimSuffix(a.cfg.PublicURL, "/")}
}

// mailReset mails the token for a new password, if the e-mail has an account.
func (a *App) mailReset(ctx context.Context, j job.Job) error {
	var p struct {
		Email string `json:"email"`
	}
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return err
	}
	token, c, err := a.Customers.PasswordResetToken(ctx, p.Email)
	if errors.Is(err, customer.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	s, err := a.Shop.Get(ctx)
	if err != nil {
		return err
	}
	return a.mail.Send(ctx, resetMail(s, c, token, a.cfg.ResetURL))
}

// resetMail is the mail with the token, in Chinese and English: the shop does not know which its reader prefers.
func resetMail(s shop.Settings, c customer.Customer, token, page string) mail.Message {
	where := "令牌 / Token:\n" + token
	if page != "" {
		u, err := url.Parse(page)
		if err == nil {
			q := u.Query()
			q.Set("token", token)
			q.Set("email", c.Email)
			u.RawQuery = q.Encode()
			where = u.String()
		}
	}
	return mail.Message{
		To:      c.Email,
		Subject: "重置密码 / Reset your password – " + s.Name,
		Text: fmt.Sprintf("您好!\n\n我们收到了重置 %[1]s 账号密码的请求,请在 %[2]d 分钟内使用以下内容设置新密码:\n\n%[3]s\n\n如非本人操作,请忽略本邮件,密码不会改变。\n\n"+
			"---\n\nHello,\n\nsomeone asked to reset the password of your account at %[1]s. Use the above within %[2]d minutes to choose a new one. "+
			"If it was not you, ignore this mail: your password stays as it is.\n", s.Name, int(customer.ResetTokenLife.Minutes()), where),
	}
}

// afterUninstall takes an app's webhooks away and tells it, in the transaction that uninstalls it.
func (a *App) afterUninstall(ctx context.Context, tx *db.Tx, app staff.App) error {
	if err := a.Webhooks.DeleteByApp(tx, app.ID); err != nil {
		return err
	}
	if app.CallbackURL == "" {
		return nil
	}
	return a.Webhooks.SendOnce(ctx, tx, webhook.Notice{
		EventID: id.New("uninst", a.Clock.Now()), Address: app.CallbackURL, Topic: "app/uninstalled",
		ContentType: "application/x-www-form-urlencoded", Body: []byte(open.UninstallNotice),
	})
}

// keepEvents is how long events and deliveries are kept for looking back and for replaying.
const keepEvents = 30 * 24 * time.Hour

// prune drops what is over.
func (a *App) prune(ctx context.Context) error {
	old := a.Clock.Now().Add(-keepEvents)
	_, sessions := a.Customers.RemoveExpired(ctx)
	_, deliveries := a.Webhooks.Prune(ctx, old)
	return errors.Join(sessions, deliveries, a.Staff.RemoveExpired(ctx), a.faces.idempotency.RemoveExpired(ctx), a.Events.Prune(ctx, old))
}
