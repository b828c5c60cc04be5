package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"kaidian/internal/app"
	"kaidian/internal/commerce/money"
	"kaidian/internal/commerce/order"
	"kaidian/internal/config"
)

type orderCmd struct {
	List orderListCmd `cmd:"" help:"List orders, the newest first."`
	Show orderShowCmd `cmd:"" help:"Show an order: what was bought, where it goes, what was paid."`
	Paid orderPaidCmd `cmd:"" help:"Say that the money for an order has come, in cash or by bank transfer: all that its payments promise is taken."`
}

// unpaid are the statuses of money that is still to come, and living those of orders that are not cancelled.
var (
	unpaid = []order.PaymentStatus{order.NotPaid, order.Awaiting, order.PaymentRequiresAction}
	living = []order.Status{order.Pending, order.RequiresAction, order.Completed, order.Archived}
)

type orderListCmd struct {
	config.Shop `embed:""`
	Unpaid      bool `help:"Only those whose money is still to come, without cancelled ones."`
	Limit       int  `default:"20" help:"How many, 1000 at most."`
	JSON        bool `name:"json" help:"For programs."`
}

// Validate is kong's hook.
func (c orderListCmd) Validate() error {
	if c.Limit < 1 || c.Limit > order.MaxLimit {
		return fmt.Errorf("--limit must be from 1 to %d", order.MaxLimit)
	}
	return c.Shop.Validate()
}

// Run lists the orders.
func (c orderListCmd) Run(ctx context.Context, std stdio) error {
	q := order.Query{Limit: c.Limit}
	if c.Unpaid {
		q.Payments, q.Statuses = unpaid, living
	}
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		all, err := a.Orders.List(ctx, q)
		if err != nil {
			return err
		}
		if c.JSON {
			rows := make([]map[string]any, len(all))
			for i, o := range all {
				rows[i] = orderRow(o)
			}
			return printJSON(std.out, rows)
		}
		for _, o := range all {
			_, err := fmt.Fprintf(std.out, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", o.Number, minute(o.CreatedAt), o.Status, o.Payment, o.Fulfillment,
				price(o, o.Totals.Total), o.Email)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

type orderShowCmd struct {
	config.Shop `embed:""`
	Number      int64 `arg:"" name:"no" help:"The order's number."`
	JSON        bool  `name:"json" help:"For programs."`
}

// Run shows the order.
func (c orderShowCmd) Run(ctx context.Context, std stdio) error {
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		o, err := findOrder(ctx, a, c.Number)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(std.out, wholeOrder(o))
		}
		return printOrder(std.out, o)
	})
}

type orderPaidCmd struct {
	config.Shop `embed:""`
	Number      int64 `arg:"" name:"no" help:"The order's number."`
	JSON        bool  `name:"json" help:"For programs."`
}

// Run captures the order's payments. An order that is paid is left alone. Mails and webhooks go out when the shop is served.
func (c orderPaidCmd) Run(ctx context.Context, std stdio) error {
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		o, err := findOrder(ctx, a, c.Number)
		if err != nil {
			return err
		}
		if !slices.Contains(living, o.Status) || o.Payment == order.PaymentCanceled {
			return order.ErrCanceled
		}
		already := !slices.Contains(unpaid, o.Payment)
		if o, err = a.Orders.Capture(ctx, order.ByNumber(c.Number)); err != nil {
			return err
		}
		switch {
		case c.JSON:
			return printJSON(std.out, orderRow(o))
		case already:
			_, err = fmt.Fprintf(std.out, "order %d is paid already, since %s: nothing was changed\n", o.Number, minute(o.PaidAt))
		default:
			_, err = fmt.Fprintf(std.out, "order %d is paid: %s\n", o.Number, price(o, o.Totals.Total))
		}
		return err
	})
}

// findOrder reads the order of a number.
func findOrder(ctx context.Context, a *app.App, number int64) (order.Order, error) {
	o, err := a.Orders.Get(ctx, order.ByNumber(number))
	if errors.Is(err, order.ErrNoOrder) {
		err = order.ErrNoOrder.WithMessage(fmt.Sprintf("there is no order %d", number))
	}
	return o, err
}

// printOrder prints an order for people.
func printOrder(w io.Writer, o order.Order) error {
	b := o.Balance()
	pairs := []string{"order", fmt.Sprint(o.Number), "placed", minute(o.CreatedAt), "e-mail", o.Email, "ship to", app.AddressLine(o.Shipping),
		"bill to", app.AddressLine(o.Billing), "remark", o.Remark, "status", string(o.Status), "goods", string(o.Fulfillment), "payment", string(o.Payment)}
	for _, l := range o.Lines {
		pairs = append(pairs, "line", fmt.Sprintf("%d × %s  %s", l.Quantity, strings.TrimSpace(l.Title+" "+l.OptionsDesc), price(o, l.Total)))
	}
	for _, m := range o.Methods {
		pairs = append(pairs, "shipping", m.Name+"  "+price(o, m.Total))
	}
	pairs = append(pairs, "total", price(o, o.Totals.Total), "paid", price(o, b.Paid), "due", price(o, b.Due))
	if b.Refunded > 0 {
		pairs = append(pairs, "given back", price(o, b.Refunded))
	}
	for _, p := range o.Payments {
		pairs = append(pairs, "payment by", fmt.Sprintf("%s: %s, of which %s came", p.ProviderID, price(o, p.Amount), price(o, p.Captured)))
	}
	return table(w, pairs...)
}

// orderRow is an order for programs, without what is in it. Amounts are in major units.
func orderRow(o order.Order) map[string]any {
	b := o.Balance()
	row := map[string]any{"number": o.Number, "id": o.ID, "email": o.Email, "status": o.Status, "payment": o.Payment, "fulfillment": o.Fulfillment,
		"currency": o.Currency, "total": amount(o, o.Totals.Total), "paid": amount(o, b.Paid), "due": amount(o, b.Due),
		"refunded": amount(o, b.Refunded), "created_at": o.CreatedAt, "paid_at": nil}
	if !o.PaidAt.IsZero() {
		row["paid_at"] = o.PaidAt
	}
	return row
}

// wholeOrder is an order for programs with what is in it.
func wholeOrder(o order.Order) map[string]any {
	lines := make([]map[string]any, len(o.Lines))
	for i, l := range o.Lines {
		lines[i] = map[string]any{"title": l.Title, "options": l.OptionsDesc, "sku": l.SKU, "quantity": l.Quantity, "total": amount(o, l.Total)}
	}
	payments := make([]map[string]any, len(o.Payments))
	for i, p := range o.Payments {
		payments[i] = map[string]any{"id": p.Number, "provider": p.ProviderID, "amount": amount(o, p.Amount), "captured": amount(o, p.Captured),
			"refunded": amount(o, p.Refunded)}
	}
	row := orderRow(o)
	row["lines"], row["payments"], row["remark"] = lines, payments, o.Remark
	row["ship_to"], row["bill_to"] = app.AddressLine(o.Shipping), app.AddressLine(o.Billing)
	return row
}

// amount gives an amount of an order in major units, as a JSON number.
func amount(o order.Order, minor int64) json.RawMessage {
	c, _ := money.Lookup(o.Currency) // orders have currencies that there are
	return c.AppendJSON(nil, minor)
}

// price gives an amount of an order for people: "63.8 CNY".
func price(o order.Order, minor int64) string {
	return string(amount(o, minor)) + " " + strings.ToUpper(o.Currency)
}

// minute gives a time for people, as the clock here shows it.
func minute(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
