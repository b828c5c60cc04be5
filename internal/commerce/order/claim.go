package order

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/secret"
)

// ClaimLife is how long a token of ClaimToken is good.
const ClaimLife = 15 * time.Minute

// maxClaimed bounds the orders of one claim.
const maxClaimed = 100

// The claims of a token, besides iat and exp. The e-mail binds it to the orders as they are: once they have another, because a
// token was used, no older one moves them again.
const (
	claimCustomer = "claimingCustomerId"
	claimOrders   = "orders"
	claimEmail    = "email"
)

// Claim asks for orders to be a customer's who made them with other e-mails, as a guest. Each e-mail gets an event
// TopicClaimRequested, of which whoever mails makes a token; only who reads the e-mail has the orders moved. Orders that there
// are not, or that are the customer's already, are left out, and nothing tells which. Two statements. Fault: Invalid for no
// orders, or more than 100.
func (s *Service) Claim(ctx context.Context, customerID string, orders []string) error {
	wanted := slices.Compact(slices.Sorted(slices.Values(orders)))
	wanted = slices.DeleteFunc(wanted, func(id string) bool { return !db.Storable(id) })
	if len(orders) == 0 || len(orders) > maxClaimed {
		return fault.Fields(reasonInvalidClaim, fault.Field{Name: "order_ids", Rule: fault.Range,
			Message: fmt.Sprintf("order_ids must contain 1 to %d orders", maxClaimed)})
	}
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		type found struct{ id, email string }
		scan := func(row db.Scanner) (f found, err error) {
			err = row.Scan(&f.id, &f.email)
			return f, err
		}
		all, err := db.AllIn(tx, scan, `select id, email from orders
			where (customer_id is null or customer_id <> $1) and id in {keys} order by number`, wanted, customerID)
		if err != nil || len(all) == 0 {
			return err
		}
		byEmail := map[string][]string{}
		for _, f := range all {
			byEmail[f.email] = append(byEmail[f.email], f.id)
		}
		facts := make([]event.Fact, 0, len(byEmail))
		for _, email := range slices.Sorted(maps.Keys(byEmail)) {
			facts = append(facts, event.Fact{Topic: TopicClaimRequested, Subject: customerID,
				Payload: map[string]any{claimEmail: email, claimOrders: byEmail[email]}})
		}
		return s.events.RecordAll(tx, facts)
	})
}

// ClaimToken makes the token that belongs to an event TopicClaimRequested, and tells the e-mail that it is to be sent to: no
// statement. It is good for ClaimLife from now; the database never holds it.
func (s *Service) ClaimToken(e event.Event) (email, token string, err error) {
	var p struct {
		Email  string
		Orders []string
	}
	if err := json.Unmarshal(e.Payload, &p); err != nil {
		return "", "", fmt.Errorf("read event %s: %w", e.ID, err)
	}
	claims := map[string]any{claimCustomer: e.Subject, claimOrders: p.Orders, claimEmail: p.Email}
	token, err = secret.SignJWT(s.claimKey, claims, s.clock.Now(), ClaimLife)
	return p.Email, token, err
}

// Confirm moves the orders of a token to the customer who claimed them: they get the customer and the customer's e-mail. To do
// so again changes nothing. Three statements. Faults: Invalid for what does not look like a token, ErrClaimToken.
func (s *Service) Confirm(ctx context.Context, token string) error {
	if strings.Count(token, ".") != 2 {
		return fault.Fields(reasonInvalidClaim, fault.Field{Name: "token", Rule: fault.Format, Message: "token must be a jwt string"})
	}
	claims, err := secret.ParseJWT(s.claimKey, token, s.clock.Now())
	if err != nil {
		return ErrClaimToken.Wrap(err)
	}
	customerID, _ := claims[claimCustomer].(string)
	was, _ := claims[claimEmail].(string)
	ids, _ := claims[claimOrders].([]any)
	orders := make([]string, len(ids))
	for i, id := range ids {
		orders[i], _ = id.(string)
	}
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var email string
		err := tx.QueryRow(`select email from customers where id = $1 and deleted_at is null`, customerID).Scan(&email)
		if errors.Is(err, db.ErrNoRows) {
			return ErrClaimToken
		}
		if err != nil {
			return err
		}
		return s.move(tx, orders, was, owner{customerID, email})
	})
}

// owner is whom an order belongs to.
type owner struct{ customerID, email string }

// move gives those orders that still have an e-mail to an owner. An owner without an e-mail leaves them theirs.
func (s *Service) move(tx *db.Tx, orders []string, was string, to owner) error {
	scan := func(row db.Scanner) (o Order, err error) {
		err = row.Scan(&o.ID, &o.Number)
		return o, err
	}
	moved, err := db.AllIn(tx, scan, `update orders set customer_id = $1, email = case when $2 = '' then email else $2 end, updated_at = $3
		where email = $4 and customer_id is distinct from $1 and id in {keys} returning id, number`,
		orders, to.customerID, to.email, db.Millis(s.clock.Now()), was)
	if err != nil || len(moved) == 0 {
		return err
	}
	facts := make([]event.Fact, len(moved))
	for i, o := range moved {
		facts[i] = event.Fact{Topic: TopicUpdated, Subject: o.ID, Payload: o.named()}
	}
	return s.events.RecordAll(tx, facts)
}
