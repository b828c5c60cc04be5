package shop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/patch"
)

// ChannelPatch makes or changes a sales channel. It is found by its ID, and without one by its name.
type ChannelPatch struct {
	ID          string // kept for a new channel; empty for one of our own making
	Name        patch.Optional[string]
	Description patch.Optional[string]
	Disabled    patch.Optional[bool]
	Metadata    patch.Optional[json.RawMessage]
}

// KeyPatch makes or changes a publishable key. Without an ID it makes a new one.
type KeyPatch struct {
	ID       string // kept for a new key
	Title    patch.Optional[string]
	Channels patch.Optional[[]string] // ids; all of them
}

// PutChannel makes or changes a sales channel, and tells whether anything is different now. Faults: Invalid with every
// problem, ErrChannelNameTaken, ErrTooMany.
func (s *Shop) PutChannel(ctx context.Context, p ChannelPatch) (c Channel, changed bool, err error) {
	if err := p.checkKey(); err != nil {
		return Channel{}, false, err
	}
	changed, err = s.changeMarkets(ctx, "channel", func(tx *db.Tx, now time.Time) (string, error) {
		before, err := p.find(tx)
		if errors.Is(err, db.ErrNoRows) {
			before = Channel{ID: p.ID, CreatedAt: now}
			if p.ID == "" {
				before.ID = id.New("sc", now)
			}
			err = roomFor(tx, `select count(*) from sales_channels`, maxChannels)
		}
		if err != nil {
			return "", err
		}
		if c, err = p.apply(before); err != nil {
			return "", err
		}
		if reflect.DeepEqual(c, before) {
			return "", nil
		}
		c.UpdatedAt = now
		return c.ID, saveChannel(tx, c)
	})
	switch {
	case db.Violates(err, "sales_channels_name_key"):
		return Channel{}, false, ErrChannelNameTaken
	case err != nil:
		return Channel{}, false, err
	}
	return c, changed, nil
}

func (p ChannelPatch) checkKey() error {
	var pr problems
	pr.ident("id", p.ID)
	if name, _ := p.Name.Get(); p.ID == "" || p.Name.IsSet() {
		pr.title("name", strings.TrimSpace(name))
	}
	return pr.fault()
}

// find reads the channel that is meant, or returns db.ErrNoRows.
func (p ChannelPatch) find(tx *db.Tx) (Channel, error) {
	if p.ID != "" {
		return scanChannel(tx.QueryRow(selectChannel+` where id = $1`, p.ID))
	}
	name, _ := p.Name.Get()
	return scanChannel(tx.QueryRow(selectChannel+` where name = $1 and deleted_at is null`, strings.TrimSpace(name)))
}

// apply gives the channel as the patch wants it, or a fault of all that is wrong with it.
func (p ChannelPatch) apply(before Channel) (Channel, error) {
	c := before
	var pr problems
	c.Name = strings.TrimSpace(p.Name.Or(c.Name))
	p.Description.ApplyNullable(&c.Description)
	p.Disabled.Apply(&c.Disabled)
	pr.title("name", c.Name)
	if c.Description != nil {
		if rule, words := checkText("description", *c.Description, maxPageDescription); rule != "" {
			pr.list = append(pr.list, fault.Field{Name: "description", Rule: rule, Message: words})
		}
	}
	c.Metadata = pr.metadata(p.Metadata.Or(c.Metadata))
	return c, pr.fault()
}

// PutKey makes or changes a publishable key, and tells whether anything is different now. Faults: Invalid with every
// problem, ErrKeyRevoked, ErrTooMany.
func (s *Shop) PutKey(ctx context.Context, p KeyPatch) (k Key, changed bool, err error) {
	var pr problems
	if pr.ident("id", p.ID); pr.list != nil {
		return Key{}, false, pr.fault()
	}
	changed, err = s.changeMarkets(ctx, "key", func(tx *db.Tx, now time.Time) (string, error) {
		before, err := p.find(tx, now)
		if err != nil {
			return "", err
		}
		if k, err = p.apply(tx, before); err != nil {
			return "", err
		}
		if reflect.DeepEqual(k, before) {
			return "", nil
		}
		if err := saveKey(tx, k, now); err != nil {
			return "", err
		}
		gone, fresh := difference(before.Channels, k.Channels)
		return k.ID, moveKeyChannels(tx, k.ID, gone, fresh)
	})
	if err != nil {
		return Key{}, false, err
	}
	return k, changed, nil
}

// find gives the key that is meant, or what a new one starts from.
func (p KeyPatch) find(tx *db.Tx, now time.Time) (Key, error) {
	if p.ID == "" {
		return Key{ID: id.New("pk", now), CreatedAt: now}, roomFor(tx, `select count(*) from publishable_keys`, maxKeys)
	}
	rows, err := db.All(tx, scanKeyChannel, selectKeyChannel+` where k.id = $1`, p.ID)
	switch {
	case err != nil:
		return Key{}, err
	case len(rows) == 0:
		return Key{ID: p.ID, CreatedAt: now}, roomFor(tx, `select count(*) from publishable_keys`, maxKeys)
	case rows[0].revoked:
		return Key{}, ErrKeyRevoked
	}
	k := rows[0].Key
	for _, row := range rows {
		k.add(row.channel)
	}
	return k, nil
}

// apply gives the key as the patch wants it, or a fault of all that is wrong with it.
func (p KeyPatch) apply(tx *db.Tx, before Key) (Key, error) {
	k := before
	var pr problems
	k.Title = strings.TrimSpace(p.Title.Or(k.Title))
	pr.title("title", k.Title)
	k.Channels = set(p.Channels.Or(k.Channels))
	if len(k.Channels) > maxScope {
		pr.add("sales_channels", fault.TooLong, fmt.Sprintf("must be %d at most", maxScope))
		return k, pr.fault()
	}
	var asked []string
	for _, channel := range k.Channels {
		if ident.MatchString(channel) {
			asked = append(asked, channel)
		}
	}
	known, err := db.AllIn(tx, db.Text, `select id from sales_channels where deleted_at is null and id in {keys}`, asked)
	if err != nil {
		return k, err
	}
	for _, channel := range k.Channels {
		if !slices.Contains(known, channel) {
			pr.add("sales_channels", fault.Unknown, fmt.Sprintf("has %.100q, which is no sales channel", channel))
		}
	}
	return k, pr.fault()
}
