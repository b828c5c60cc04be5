package main

import (
	"context"
	"fmt"

	"kaidian/internal/app"
	"kaidian/internal/config"
	"kaidian/internal/platform/webhook"
)

type webhookCmd struct {
	Deliveries deliveriesCmd `cmd:"" help:"List what was sent, the newest first."`
	Replay     replayCmd     `cmd:"" help:"Send a delivery again."`
}

type deliveriesCmd struct {
	config.Shop `embed:""`
	Status      string `enum:"pending,delivered,failed," default:"" help:"pending, delivered or failed. Default: all."`
	Topic       string `help:"Only this topic."`
	Limit       int    `default:"20" help:"How many."`
	JSON        bool   `name:"json" help:"For programs."`
}

// Run lists the deliveries.
func (c deliveriesCmd) Run(ctx context.Context, std stdio) error {
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		all, err := a.Webhooks.Deliveries(ctx, webhook.DeliveryFilter{Status: webhook.Status(c.Status), Topic: c.Topic, Limit: c.Limit})
		if err != nil {
			return err
		}
		rows := make([]map[string]any, len(all))
		for i, d := range all {
			rows[i] = map[string]any{"id": d.Number, "topic": d.Topic, "address": d.Address, "status": d.Status, "attempts": d.Attempts,
				"last_status": d.LastStatus, "last_error": d.LastError, "created_at": d.CreatedAt}
		}
		if c.JSON {
			return printJSON(std.out, rows)
		}
		for _, r := range rows {
			fmt.Fprintf(std.out, "%v\t%v\t%v\t%v\tattempts %v\t%v %v\n", r["id"], r["status"], r["topic"], r["address"], r["attempts"], r["last_status"], r["last_error"])
		}
		return nil
	})
}

type replayCmd struct {
	config.Shop `embed:""`
	ID          int64 `arg:"" help:"The delivery's id."`
}

// Run queues the delivery; it goes out when the shop is served.
func (c replayCmd) Run(ctx context.Context, std stdio) error {
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		if err := a.Webhooks.Replay(ctx, c.ID); err != nil {
			return err
		}
		_, err := fmt.Fprintln(std.out, "queued")
		return err
	})
}
