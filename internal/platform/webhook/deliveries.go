package webhook

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/id"
	"kaidian/internal/platform/job"
)

// Status is the state of a delivery.
type Status string

// The states.
const (
	Pending   Status = "pending"
	Delivered Status = "delivered"
	Failed    Status = "failed"
)

// Delivery is one event on its way to one receiver.
type Delivery struct {
	ID          string // "delv_…"
	Number      int64
	WebhookID   string // "" for a notice, which has no webhook
	EventID     string
	Topic       string
	Address     string // where the last attempt went, or the first will go
	ContentType string
	Body        []byte
	Status      Status
	Attempts    int
	LastStatus  int    // of the last answer; 0 when there was none
	LastError   string // of the last attempt; "" after success
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Notice is a message to an address that is nobody's webhook.
type Notice struct {
	EventID     string // the same event is noticed once
	Address     string
	Topic       string
	ContentType string // "" means the default
	Body        []byte
}

// Wanted tells to which of some topics anybody subscribes, so that a body need not be made for nobody: a statement, none for no topics.
func (s *Service) Wanted(tx *db.Tx, topics []string) (map[string]bool, error) {
	found, err := db.AllIn(tx, db.Text, `select distinct topic from webhooks where topic in {keys}`, topics)
	out := make(map[string]bool, len(found))
	for _, topic := range found {
		out[topic] = true
	}
	return out, err
}

// Fanout plans the delivery of an event to every subscriber of its topic, in the caller's transaction, with three
// statements. Doing so again for the same event plans only what is missing.
func (s *Service) Fanout(ctx context.Context, tx *db.Tx, eventID, topic string, body []byte) error {
	hooks, err := db.All(tx, scan, `select `+columns+` from webhooks where topic = $1 order by number`, topic)
	if err != nil {
		return err
	}
	var plan []Delivery
	for _, w := range hooks {
		plan = append(plan, Delivery{WebhookID: w.ID, EventID: eventID, Topic: topic, Address: w.Address, ContentType: w.ContentType, Body: body})
	}
	return s.plan(ctx, tx, plan)
}

// SendOnce plans the delivery of a notice, signed and tried like any other, in the caller's transaction.
func (s *Service) SendOnce(ctx context.Context, tx *db.Tx, n Notice) error {
	return s.plan(ctx, tx, []Delivery{{
		EventID: n.EventID, Topic: n.Topic, Address: n.Address, Body: n.Body,
		ContentType: cmp.Or(n.ContentType, s.o.ContentTypes[0]),
	}})
}

// plan inserts deliveries, and a job for each that was not there yet.
func (s *Service) plan(ctx context.Context, tx *db.Tx, ds []Delivery) error {
	if len(ds) == 0 {
		return nil
	}
	now := s.clock.Now()
	var rows []string
	var args []any
	for _, d := range ds {
		var marks []string
		for i := range 9 {
			marks = append(marks, "$"+strconv.Itoa(len(args)+i+1))
		}
		rows = append(rows, "("+strings.Join(marks, ", ")+", 'pending', 0)")
		args = append(args, id.New("delv", now), d.WebhookID, d.EventID, d.Topic, d.Address, d.ContentType, string(d.Body),
			now.UnixMilli(), now.UnixMilli())
	}
	fresh, err := db.All(tx, func(row db.Scanner) (any, error) { return db.Text(row) }, `insert into webhook_deliveries
		(id, webhook_id, event_id, topic, address, content_type, body, created_at, updated_at, status, attempts)
		values `+strings.Join(rows, ", ")+` on conflict (webhook_id, event_id) do nothing returning id`, args...)
	if err != nil {
		return err
	}
	return s.jobs.InsertAll(ctx, tx, Kind, fresh, time.Time{})
}

// deliver is the handler of the jobs: it makes one attempt and records it.
func (s *Service) deliver(ctx context.Context, j job.Job) error {
	var id string
	if err := json.Unmarshal(j.Payload, &id); err != nil {
		return err
	}
	d, hook, err := s.load(ctx, id)
	switch {
	case errors.Is(err, ErrDeliveryNotFound): // pruned
		return nil
	case err != nil:
		return err
	case d.Status != Pending: // recorded, but the process died before its job was done
		return nil
	case hook == nil && d.WebhookID != "":
		return s.record(ctx, d, Failed, 0, ErrGone, 0)
	case hook != nil: // the app may have moved since
		d.Address, d.ContentType = hook.Address, hook.ContentType
	}
	code, failure := s.send(ctx, d)
	status := Delivered
	if failure != nil {
		status = Pending
		if j.Last {
			status = Failed
		}
	}
	if err := s.record(ctx, d, status, code, failure, 1); err != nil {
		return err
	}
	if status == Pending {
		return failure
	}
	return nil
}

// load reads a delivery and its webhook as it is now, nil when it is gone.
func (s *Service) load(ctx context.Context, id string) (d Delivery, hook *Webhook, err error) {
	err = s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		d, err = scanDelivery(tx.QueryRow(`select `+deliveryColumns+` from webhook_deliveries where id = $1`, id))
		if errors.Is(err, db.ErrNoRows) {
			return ErrDeliveryNotFound
		}
		if err != nil || d.WebhookID == "" {
			return err
		}
		w, err := scan(tx.QueryRow(`select `+columns+` from webhooks where id = $1`, d.WebhookID))
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		hook = &w
		return err
	})
	return d, hook, err
}

// record writes how an attempt went. Several processes may be about it; the first to settle it has the word.
func (s *Service) record(ctx context.Context, d Delivery, status Status, code int, failure error, attempts int) error {
	var lastStatus, lastError any
	if code != 0 {
		lastStatus = code
	}
	if failure != nil {
		lastError = shorten(failure.Error())
	}
	if status == Failed {
		s.log.WarnContext(ctx, "a webhook delivery failed", "delivery", d.ID, "topic", d.Topic, "webhook", d.WebhookID, "error", failure)
	}
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		_, err := tx.Exec(`update webhook_deliveries set status = $1, attempts = attempts + $2, last_status = $3, last_error = $4,
			address = $5, content_type = $6, updated_at = $7 where id = $8 and status = 'pending'`,
			status, attempts, lastStatus, lastError, d.Address, d.ContentType, s.clock.Now().UnixMilli(), d.ID)
		return err
	})
}

// shorten keeps the beginning of an error, as valid UTF-8 without NUL, which PostgreSQL does not store.
func shorten(s string) string {
	s = strings.ReplaceAll(s[:min(len(s), 500)], "\x00", "")
	return strings.ToValidUTF8(s, "")
}

// DeliveryFilter selects deliveries. Its zero value selects the newest fifty.
type DeliveryFilter struct {
	WebhookID string
	EventID   string
	Topic     string
	Status    Status
	Before    int64 // numbers below; 0 means from the newest
	Limit     int   // 0 means 50
}

// Deliveries reads deliveries, newest first.
func (s *Service) Deliveries(ctx context.Context, f DeliveryFilter) ([]Delivery, error) {
	cond, args := []string{"1 = 1"}, []any(nil)
	add := func(sql string, arg any, wanted bool) {
		if wanted {
			args = append(args, arg)
			cond = append(cond, sql+strconv.Itoa(len(args)))
		}
	}
	add("webhook_id = $", f.WebhookID, f.WebhookID != "")
	add("event_id = $", f.EventID, f.EventID != "")
	add("topic = $", f.Topic, f.Topic != "")
	add("status = $", f.Status, f.Status != "")
	add("number < $", f.Before, f.Before != 0)
	var out []Delivery
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) (err error) {
		out, err = db.All(tx, scanDelivery, `select `+deliveryColumns+` from webhook_deliveries where `+strings.Join(cond, " and ")+
			fmt.Sprintf(` order by number desc limit %d`, cmp.Or(f.Limit, 50)), args...)
		return err
	})
	return out, err
}

const deliveryColumns = `id, number, webhook_id, event_id, topic, address, content_type, body, status, attempts,
	coalesce(last_status, 0), coalesce(last_error, ''), created_at, updated_at`

func scanDelivery(row db.Scanner) (Delivery, error) {
	var d Delivery
	var created, updated sql.NullInt64
	err := row.Scan(&d.ID, &d.Number, &d.WebhookID, &d.EventID, &d.Topic, &d.Address, &d.ContentType, &d.Body, &d.Status,
		&d.Attempts, &d.LastStatus, &d.LastError, &created, &updated)
	d.CreatedAt, d.UpdatedAt = db.Time(created), db.Time(updated)
	return d, err
}

// Replay sends a delivery that has ended once more, with all its retries; its attempts are counted on. It returns
// ErrDeliveryNotFound, ErrStillPending or ErrGone.
func (s *Service) Replay(ctx context.Context, number int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var id, status string
		var gone bool
		err := tx.QueryRow(`select d.id, d.status, d.webhook_id <> '' and w.id is null from webhook_deliveries d
			left join webhooks w on w.id = d.webhook_id where d.number = $1`, number).Scan(&id, &status, &gone)
		switch {
		case errors.Is(err, db.ErrNoRows):
			return ErrDeliveryNotFound
		case err != nil:
			return err
		case gone:
			return ErrGone
		}
		n, err := tx.Exec(`update webhook_deliveries set status = 'pending', updated_at = $1 where id = $2 and status <> 'pending'`,
			s.clock.Now().UnixMilli(), id)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrStillPending
		}
		return s.jobs.Insert(ctx, tx, Kind, id, time.Time{})
	})
}

// pruneChunk is how many deliveries one transaction forgets, so that nobody waits long behind it.
const pruneChunk = 1000

// Prune forgets the deliveries made before a time, save pending ones, and tells how many there were.
func (s *Service) Prune(ctx context.Context, before time.Time) (int64, error) {
	var total int64
	for {
		var n int64
		err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) (err error) {
			n, err = tx.Exec(`delete from webhook_deliveries where number in (select number from webhook_deliveries
				where created_at < $1 and status <> 'pending' order by created_at limit $2)`, before.UnixMilli(), pruneChunk)
			return err
		})
		total += n
		if err != nil || n < pruneChunk {
			return total, err
		}
	}
}
