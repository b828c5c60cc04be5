package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"kaidian/internal/app"
	"kaidian/internal/commerce/shop"
	"kaidian/internal/commerce/staff"
	"kaidian/internal/config"
	"kaidian/internal/platform/secret"
)

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// table prints pairs of a name and a value, a line each.
func table(w io.Writer, pairs ...string) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "%-14s %s\n", pairs[i], pairs[i+1]); err != nil {
			return err
		}
	}
	return nil
}

type staffCmd struct {
	Create staffCreateCmd `cmd:"" help:"Make an account. The first one owns the shop."`
}

type staffCreateCmd struct {
	config.Shop `embed:""`
	Email       string `required:"" help:"To sign in with."`
	Name        string `help:"Default: the part of the e-mail before the @."`
	Mobile      string `help:"Mobile number."`
	Password    string `help:"Default: one is made and printed. Better given with --password-stdin than seen in a process list."`
	Stdin       bool   `name:"password-stdin" help:"Read the password from standard input."`
	Type        string `enum:"owner,staff," default:"" help:"owner or staff. Default: owner for the first account, staff for others."`
	JSON        bool   `name:"json" help:"For programs."`
}

// Run makes the account.
func (c staffCreateCmd) Run(ctx context.Context, std stdio) error {
	made := ""
	switch {
	case c.Stdin:
		line, err := bufio.NewReader(io.LimitReader(std.in, 4096)).ReadString('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("read the password: %w", err)
		}
		c.Password = strings.TrimRight(line, "\r\n")
	case c.Password == "":
		made = secret.Token()[:20]
		c.Password = made
	}
	if c.Name == "" {
		c.Name, _, _ = strings.Cut(c.Email, "@")
	}
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		acc, err := a.Staff.Create(ctx, staff.NewAccount{Name: c.Name, Email: c.Email, Mobile: c.Mobile, Password: c.Password, Type: staff.AccountType(c.Type)})
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(std.out, map[string]any{"id": acc.Number, "email": acc.Email, "name": acc.Name, "account_type": acc.Type, "password": made})
		}
		return table(std.out, "id", fmt.Sprint(acc.Number), "email", acc.Email, "type", string(acc.Type), "password", made)
	})
}

type appCmd struct {
	Create    appCreateCmd    `cmd:"" help:"Make a private or a public app."`
	List      appListCmd      `cmd:"" help:"List the apps."`
	Uninstall appUninstallCmd `cmd:"" help:"Take an app's access away, remove its webhooks and tell it."`
}

type appCreateCmd struct {
	config.Shop  `embed:""`
	Private      bool   `xor:"kind" required:"" help:"An app of this shop alone: it has its token at once."`
	Public       bool   `xor:"kind" required:"" help:"An app that asks for consent: it needs a callback."`
	Name         string `required:"" help:"What people see when it asks for consent."`
	Callback     string `placeholder:"URL" help:"Where a public app is called back."`
	Key          string `help:"Chosen app key, for an app that moves here."`
	Secret       string `help:"Chosen app secret."`
	Token        string `help:"Chosen access token."`
	Code         string `help:"Chosen authorization code of a public app; it does not expire."`
	WebhookToken string `help:"Chosen signing key of the shop's webhooks. It is the shop's, so it changes for all apps."`
	JSON         bool   `name:"json" help:"For programs."`
}

// Run makes the app.
func (c appCreateCmd) Run(ctx context.Context, std stdio) error {
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		kind := staff.Private
		if c.Public {
			kind = staff.Public
		}
		made, err := a.Staff.CreateApp(ctx, staff.NewApp{Kind: kind, Name: c.Name, CallbackURL: c.Callback, Key: c.Key,
			Secret: c.Secret, Token: c.Token, Code: c.Code})
		if err != nil {
			return err
		}
		var set shop.Settings
		if c.WebhookToken != "" {
			set, err = a.Shop.Update(ctx, shop.Patch{WebhookToken: &c.WebhookToken})
		} else {
			set, err = a.Shop.Get(ctx)
		}
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(std.out, map[string]any{"id": made.App.Number, "name": made.App.Name, "kind": made.App.Kind, "key": made.App.Key,
				"secret": made.Secret, "token": made.Token, "callback": made.App.CallbackURL, "shop_key": set.ShopKey, "webhook_token": set.WebhookToken})
		}
		return table(std.out, "name", made.App.Name, "key", made.App.Key, "secret", made.Secret, "token", made.Token,
			"callback", made.App.CallbackURL, "shop key", set.ShopKey, "webhook token", set.WebhookToken)
	})
}

type appListCmd struct {
	config.Shop `embed:""`
	JSON        bool `name:"json" help:"For programs."`
}

// Run lists the apps.
func (c appListCmd) Run(ctx context.Context, std stdio) error {
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		apps, err := a.Staff.ListApps(ctx)
		if err != nil {
			return err
		}
		rows := make([]map[string]any, len(apps))
		for i, p := range apps {
			rows[i] = map[string]any{"id": p.Number, "name": p.Name, "kind": p.Kind, "key": p.Key, "callback": p.CallbackURL, "installed": p.Installed}
		}
		if c.JSON {
			return printJSON(std.out, rows)
		}
		for _, r := range rows {
			fmt.Fprintf(std.out, "%v\t%v\t%v\t%v\tinstalled: %v\n", r["id"], r["kind"], r["key"], r["name"], r["installed"])
		}
		return nil
	})
}

type appUninstallCmd struct {
	config.Shop `embed:""`
	Key         string `arg:"" help:"The app's key."`
}

// Run uninstalls the app. The notice goes out when the shop is served.
func (c appUninstallCmd) Run(ctx context.Context, std stdio) error {
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		if err := a.Staff.Uninstall(ctx, c.Key); err != nil {
			return err
		}
		_, err := fmt.Fprintln(std.out, "uninstalled")
		return err
	})
}

type shopCmd struct {
	Show shopShowCmd `cmd:"" help:"Print the settings."`
	Set  shopSetCmd  `cmd:"" help:"Change settings."`
}

type shopShowCmd struct {
	config.Shop `embed:""`
	JSON        bool `name:"json" help:"For programs."`
}

func printSettings(std stdio, s shop.Settings, asJSON bool) error {
	if asJSON {
		return printJSON(std.out, map[string]any{"name": s.Name, "domain": s.Domain, "url": s.URL, "page_title": s.PageTitle,
			"page_description": s.PageDescription, "shop_key": s.ShopKey, "webhook_token": s.WebhookToken})
	}
	return table(std.out, "name", s.Name, "domain", s.Domain, "url", s.URL, "page title", s.PageTitle,
		"description", s.PageDescription, "shop key", s.ShopKey)
}

// Run prints the settings.
func (c shopShowCmd) Run(ctx context.Context, std stdio) error {
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		s, err := a.Shop.Get(ctx)
		if err != nil {
			return err
		}
		return printSettings(std, s, c.JSON)
	})
}

type shopSetCmd struct {
	config.Shop     `embed:""`
	Name            *string `help:"Name of the shop."`
	Domain          *string `help:"Primary host."`
	URL             *string `help:"Address of the storefront."`
	PageTitle       *string `help:"Title for search engines."`
	PageDescription *string `help:"Description for search engines."`
	JSON            bool    `name:"json" help:"For programs."`
}

// Run changes settings. Webhooks of shop/update go out when the shop is served.
func (c shopSetCmd) Run(ctx context.Context, std stdio) error {
	return withShop(ctx, c.Shop, std, func(a *app.App) error {
		s, err := a.Shop.Update(ctx, shop.Patch{Name: c.Name, Domain: c.Domain, URL: c.URL, PageTitle: c.PageTitle, PageDescription: c.PageDescription})
		if err != nil {
			return err
		}
		return printSettings(std, s, c.JSON)
	})
}
