package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"kaidian/internal/app/mailtext"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/order"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/job"
	"kaidian/internal/platform/mail"
)

// The kinds of jobs that mail shoppers. The payload is {"id": …}: of the order, or of the event of a claim.
const (
	orderMailKind = "mail.order_placed"
	cardsMailKind = "mail.gift_cards"
	claimMailKind = "mail.order_claim"
)

// mailWork is the payload of a job that mails.
type mailWork struct {
	ID string `json:"id"`
}

func (a *App) handleMails() {
	for kind, do := range map[string]func(ctx context.Context, id string) error{
		orderMailKind: a.mailOrder, cardsMailKind: a.mailCards, claimMailKind: a.mailClaim,
	} {
		a.Jobs.Handle(kind, func(ctx context.Context, j job.Job) error {
			var w mailWork
			if err := json.Unmarshal(j.Payload, &w); err != nil {
				return err
			}
			return do(ctx, w.ID)
		}, job.HandleOptions{})
	}
}

// planMails adds the jobs that mail shoppers of events. Who knows the code of a gift card can spend it, so codes are mailed once the
// order is paid, or when there was nothing to pay.
func planMails(tx *db.Tx, events []event.Event, plan plans) error {
	var orders []string
	for _, e := range events {
		if e.Topic == order.TopicPlaced || e.Topic == order.TopicPaymentCaptured {
			orders = append(orders, e.Subject)
		}
	}
	carded, err := withCards(tx, orders)
	if err != nil {
		return err
	}
	for _, e := range events {
		toPay, cards := carded[e.Subject]
		switch e.Topic {
		case order.TopicClaimRequested:
			plan.add(claimMailKind, mailWork{ID: e.ID})
		case order.TopicPlaced:
			plan.add(orderMailKind, mailWork{ID: e.Subject})
			cards = cards && !toPay
		case order.TopicPaymentCaptured:
		default:
			cards = false
		}
		if cards {
			plan.add(cardsMailKind, mailWork{ID: e.Subject})
		}
	}
	return nil
}

// withCards gives those of some orders in which there are gift cards, and whether there was anything to pay: a statement, none for
// no orders.
func withCards(tx *db.Tx, orders []string) (map[string]bool, error) {
	type found struct {
		id    string
		total int64
	}
	all, err := db.AllIn(tx, func(row db.Scanner) (f found, err error) {
		err = row.Scan(&f.id, &f.total)
		return f, err
	}, `select o.id, o.total from orders o where o.id in {keys}
		and exists (select 1 from order_lines l where l.order_id = o.id and l.is_giftcard = 1)`, orders)
	out := make(map[string]bool, len(all))
	for _, f := range all {
		out[f.id] = f.total > 0
	}
	return out, err
}

// mailOrder tells a shopper that the order is placed.
func (a *App) mailOrder(ctx context.Context, id string) error {
	o, head, err := a.mailed(ctx, id)
	if err != nil || o.ID == "" {
		return err
	}
	return a.send(ctx, o.Email, mailtext.OrderPlaced, head.Lang, orderText(o, head))
}

// mailCards sends a shopper the codes of the gift cards in an order.
func (a *App) mailCards(ctx context.Context, id string) error {
	o, head, err := a.mailed(ctx, id)
	if err != nil || o.ID == "" {
		return err
	}
	p := purse(o.Currency, head.Lang)
	scan := func(row db.Scanner) (mailtext.Card, error) {
		var c mailtext.Card
		var value int64
		err := row.Scan(&c.Code, &value)
		c.Value = p.text(value)
		return c, err
	}
	data := mailtext.Cards{Head: head, Number: o.Number}
	err = a.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		data.Cards, err = db.All(tx, scan, `select code, value from gift_cards
			where order_id = $1 and deleted_at is null and is_disabled = 0 order by value desc, id`, id)
		return err
	})
	if err != nil || len(data.Cards) == 0 {
		return err
	}
	return a.send(ctx, o.Email, mailtext.GiftCards, head.Lang, data)
}

// mailClaim sends the token that moves orders to an account to the address that they were made with. It is made only now: no
// database ever holds it.
func (a *App) mailClaim(ctx context.Context, id string) error {
	var e event.Event
	err := a.DB.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		e, err = event.Get(tx, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("read event %s: %w", id, err)
	}
	email, token, err := a.Orders.ClaimToken(e)
	if err != nil {
		return err
	}
	var claimed struct{ Orders []string }
	if err := json.Unmarshal(e.Payload, &claimed); err != nil || len(claimed.Orders) == 0 {
		return err
	}
	o, head, err := a.mailed(ctx, claimed.Orders[0])
	if err != nil || o.ID == "" {
		return err
	}
	return a.send(ctx, email, mailtext.OrderClaim, head.Lang,
		mailtext.Claim{Head: head, Token: token, Minutes: int(order.ClaimLife.Minutes())})
}

// mailed reads the order that a mail is about, and what all mails say. An order that is no more has no id.
func (a *App) mailed(ctx context.Context, id string) (order.Order, mailtext.Head, error) {
	o, err := a.Orders.Get(ctx, order.ByID(id))
	if errors.Is(err, order.ErrNoOrder) {
		return order.Order{}, mailtext.Head{}, nil
	}
	if err != nil {
		return order.Order{}, mailtext.Head{}, err
	}
	s, err := a.Shop.Get(ctx)
	return o, mailtext.Head{Lang: mailtext.LangOf(countryOf(o)), Shop: s.Name, URL: s.URL}, err
}

// send writes a mail and hands it over. One that nobody will ever take is not tried again.
func (a *App) send(ctx context.Context, to string, n mailtext.Name, lang mailtext.Lang, data any) error {
	m, err := a.letters.Render(n, lang, data)
	if err != nil {
		return fmt.Errorf("write the mail %s: %w", n, err)
	}
	err = a.mail.Send(ctx, mail.Message{To: to, Subject: m.Subject, Text: m.Text, HTML: m.HTML})
	if errors.Is(err, mail.ErrRefused) || errors.Is(err, mail.ErrBadMessage) {
		a.log.WarnContext(ctx, "a mail to a shopper is given up", "mail", string(n), "error", err)
		return nil
	}
	return err
}

// pocket writes amounts of a currency for people.
type pocket struct {
	currency money.Currency
	symbol   string
}

func purse(code string, lang mailtext.Lang) pocket {
	c, ok := money.Lookup(code)
	if !ok {
		return pocket{currency: money.Currency{Exponent: 2}, symbol: code + "\u00a0"}
	}
	p := pocket{currency: c, symbol: c.Symbol}
	switch {
	case lang == mailtext.Chinese && code == "cny":
		p.symbol = c.SymbolNative
	case lang == mailtext.Chinese && code == "jpy":
		p.symbol = "JP¥" // ¥ is the yuan to its readers
	}
	if last := p.symbol[len(p.symbol)-1]; last >= 'A' && last <= 'z' {
		p.symbol += "\u00a0"
	}
	return p
}

// text writes an amount of minor units with all places of its currency: "¥1,299.00".
func (p pocket) text(amount int64) string {
	digits := p.currency.Format(amount)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "−", digits[1:]
	}
	whole, places := digits, ""
	for i := range digits {
		if digits[i] == '.' {
			whole, places = digits[:i], digits[i+1:]
			break
		}
	}
	grouped := make([]byte, 0, len(whole)+len(whole)/3)
	for i := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			grouped = append(grouped, ',')
		}
		grouped = append(grouped, whole[i])
	}
	for len(places) < p.currency.Exponent {
		places += "0"
	}
	if places != "" {
		places = "." + places
	}
	return sign + p.symbol + string(grouped) + places
}

// some is text, but empty for nothing.
func (p pocket) some(amount int64) string {
	if amount == 0 {
		return ""
	}
	return p.text(amount)
}
