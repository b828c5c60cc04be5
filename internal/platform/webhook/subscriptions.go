package webhook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

// Webhook is the wish of an app to hear of a topic.
type Webhook struct {
	ID          string // "hook_…"
	Number      int64
	AppID       string
	Topic       string
	Address     string // where to POST
	ContentType string // of the POST; the body is the same whatever it says
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Input is a new webhook. Address and Topic are required; ContentType "" means the default.
type Input struct{ Address, Topic, ContentType string }

// Patch is a change; nil leaves a field as it is.
type Patch struct{ Address, Topic, ContentType *string }

// Filter selects webhooks. Its zero value selects all of an app.
type Filter struct {
	Topic                  string
	SinceID                int64   // numbers above
	IDs                    []int64 // nil means any; an empty list selects nothing
	CreatedMin, CreatedMax time.Time
	UpdatedMin, UpdatedMax time.Time
	Limit                  int // 0 means all
	Page                   int // of Limit webhooks each, from 1; 0 is 1
}

// Create makes a webhook of an app. It returns an Invalid fault or ErrTooMany.
func (s *Service) Create(ctx context.Context, appID string, in Input) (Webhook, error) {
	now := s.clock.Now()
	w := Webhook{
		ID: id.New("hook", now), AppID: appID, Address: in.Address, Topic: in.Topic, ContentType: in.ContentType,
		CreatedAt: now, UpdatedAt: now,
	}
	if w.ContentType == "" {
		w.ContentType = s.o.ContentTypes[0]
	}
	if err := s.validate(Patch{Address: &w.Address, Topic: &w.Topic, ContentType: &w.ContentType}); err != nil {
		return Webhook{}, err
	}
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		n, err := count(tx, appID, Filter{})
		if err != nil {
			return err
		}
		if n >= int64(s.o.MaxPerApp) { // two at once may pass by one; the limit only has to hold off floods
			return ErrTooMany
		}
		return tx.QueryRow(`insert into webhooks (id, app_id, topic, address, content_type, created_at, updated_at)
			values ($1, $2, $3, $4, $5, $6, $7) returning number`,
			w.ID, appID, w.Topic, w.Address, w.ContentType, now.UnixMilli(), now.UnixMilli()).Scan(&w.Number)
	})
	if err != nil {
		return Webhook{}, err
	}
	return w, nil
}

// Update changes a webhook of an app. It returns an Invalid fault or ErrNotFound.
func (s *Service) Update(ctx context.Context, appID string, number int64, p Patch) (Webhook, error) {
	if err := s.validate(p); err != nil {
		return Webhook{}, err
	}
	var w Webhook
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) (err error) {
		w, err = scan(tx.QueryRow(`update webhooks set topic = coalesce($1, topic), address = coalesce($2, address),
			content_type = coalesce($3, content_type), updated_at = $4 where app_id = $5 and number = $6 returning `+columns,
			p.Topic, p.Address, p.ContentType, s.clock.Now().UnixMilli(), appID, number))
		return found(err)
	})
	if err != nil {
		return Webhook{}, err
	}
	return w, nil
}

// validate returns all problems of the fields that are given, as one Invalid fault.
func (s *Service) validate(p Patch) error {
	var problems []fault.Field
	add := func(name string, rule fault.Rule, message string) {
		problems = append(problems, fault.Field{Name: name, Rule: rule, Message: name + " " + message})
	}
	if p.Address != nil {
		if rule, message := s.o.guard().CheckURL(*p.Address); rule != "" {
			add("address", rule, message)
		}
	}
	switch {
	case p.Topic == nil || slices.Contains(s.o.Topics, *p.Topic):
	case *p.Topic == "":
		add("topic", fault.Required, "is required")
	default:
		add("topic", fault.Unknown, "must be one of the topics of this shop")
	}
	if p.ContentType != nil && !slices.Contains(s.o.ContentTypes, *p.ContentType) {
		add("content_type", fault.Unknown, "must be one of "+strings.Join(s.o.ContentTypes, " and "))
	}
	return fault.Fields("webhook.invalid", problems...)
}

// Delete forgets a webhook of an app; what is still to be delivered to it fails. It returns ErrNotFound.
func (s *Service) Delete(ctx context.Context, appID string, number int64) error {
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		n, err := tx.Exec(`delete from webhooks where app_id = $1 and number = $2`, appID, number)
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	})
}

// DeleteByApp forgets all webhooks of an app, in the caller's transaction.
func (s *Service) DeleteByApp(tx *db.Tx, appID string) error {
	_, err := tx.Exec(`delete from webhooks where app_id = $1`, appID)
	return err
}

// Get reads a webhook of an app. It returns ErrNotFound.
func (s *Service) Get(ctx context.Context, appID string, number int64) (Webhook, error) {
	var w Webhook
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) (err error) {
		w, err = get(tx, appID, number)
		return err
	})
	return w, err
}

// List reads webhooks of an app by rising number.
func (s *Service) List(ctx context.Context, appID string, f Filter) ([]Webhook, error) {
	var out []Webhook
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) (err error) {
		where, args := f.where(appID)
		q := `select ` + columns + ` from webhooks where ` + where + ` order by number`
		if f.Limit > 0 {
			q += fmt.Sprintf(` limit %d offset %d`, f.Limit, (max(f.Page, 1)-1)*f.Limit)
		}
		out, err = db.All(tx, scan, q, args...)
		return err
	})
	return out, err
}

// Count counts webhooks of an app, whatever the filter's Limit and Page.
func (s *Service) Count(ctx context.Context, appID string, f Filter) (int64, error) {
	var n int64
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) (err error) {
		n, err = count(tx, appID, f)
		return err
	})
	return n, err
}

const columns = `id, number, app_id, topic, address, content_type, created_at, updated_at`

func scan(row db.Scanner) (Webhook, error) {
	var w Webhook
	var created, updated sql.NullInt64
	err := row.Scan(&w.ID, &w.Number, &w.AppID, &w.Topic, &w.Address, &w.ContentType, &created, &updated)
	w.CreatedAt, w.UpdatedAt = db.Time(created), db.Time(updated)
	return w, err
}

func get(tx *db.Tx, appID string, number int64) (Webhook, error) {
	w, err := scan(tx.QueryRow(`select `+columns+` from webhooks where app_id = $1 and number = $2`, appID, number))
	return w, found(err)
}

func found(err error) error {
	if errors.Is(err, db.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

func count(tx *db.Tx, appID string, f Filter) (n int64, err error) {
	where, args := f.where(appID)
	return n, tx.QueryRow(`select count(*) from webhooks where `+where, args...).Scan(&n)
}

// where gives the filter's condition and its arguments. The texts stay few, so that they are prepared once.
func (f Filter) where(appID string) (string, []any) {
	cond, args := "app_id = $1", []any{appID}
	add := func(sql string, arg any) {
		args = append(args, arg)
		cond += fmt.Sprintf(" and "+sql, len(args))
	}
	if f.Topic != "" {
		add("topic = $%d", f.Topic)
	}
	if f.SinceID > 0 {
		add("number > $%d", f.SinceID)
	}
	for _, w := range []struct {
		sql string
		at  time.Time
	}{
		{"created_at >= $%d", f.CreatedMin}, {"created_at <= $%d", f.CreatedMax},
		{"updated_at >= $%d", f.UpdatedMin}, {"updated_at <= $%d", f.UpdatedMax},
	} {
		if !w.at.IsZero() {
			add(w.sql, w.at.UnixMilli())
		}
	}
	switch {
	case len(f.IDs) > 0:
		cond += " and number in " + db.In(len(args)+1, len(f.IDs))
		args = db.Args(f.IDs, args...)
	case f.IDs != nil:
		cond += " and 1 = 0"
	}
	return cond, args
}
