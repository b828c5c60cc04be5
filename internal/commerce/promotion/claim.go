package promotion

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/event"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

const (
	maxReference = 255 // bytes
	maxClaims    = 100 // discounts, and cards, under one reference
)

// CardClaim is an amount to take from a gift card.
type CardClaim struct {
	CardID string
	Amount int64 // minor units, 1 at least
}

// Claim takes one use of each discount and an amount from each card for a reference, such as an attempt to pay: all of them, or
// none when the caller gives the error back to its transaction. A reference claims once. Six statements at most, none for
// nothing to claim. Faults: Invalid, ErrNoDiscount, ErrNoGiftCard, ErrUsedUp, ErrCardDisabled, ErrCardSpent; the last three have
// a Field with the id of each that was short, and name its code in the message.
func (s *Service) Claim(tx *db.Tx, reference string, discounts []string, cards []CardClaim) error {
	discounts = sorted(discounts)
	amounts, err := gather(reference, discounts, cards)
	if err != nil || len(discounts)+len(amounts) == 0 {
		return err
	}
	if err := checkFresh(tx, reference); err != nil {
		return err
	}
	now := s.clock.Now()
	if err := takeUses(tx, discounts); err != nil {
		return err
	}
	if err := takeAmounts(tx, amounts, now); err != nil {
		return err
	}
	var rows [][]any
	for _, d := range discounts {
		rows = append(rows, []any{reference, d, nil, 1, now.UnixMilli()})
	}
	for _, c := range amounts {
		rows = append(rows, []any{reference, nil, c.CardID, c.Amount, now.UnixMilli()})
	}
	return tx.Insert(`insert into promotion_claims (reference, discount_id, gift_card_id, amount, created_at)`, rows, ``)
}

// gather adds up the amounts of each card and sorts them: the order in which cards are taken.
func gather(reference string, discounts []string, cards []CardClaim) ([]CardClaim, error) {
	var p problems
	if reference == "" || len(reference) > maxReference || !db.Storable(reference) {
		p.add("reference", fault.Format, fmt.Sprintf("reference must have 1 to %d bytes", maxReference))
	}
	if len(discounts) > maxClaims || len(cards) > maxClaims {
		p.add("codes", fault.TooLong, fmt.Sprintf("there must be at most %d discounts and gift cards", maxClaims))
		return nil, fault.Fields(reasonInvalidClaim, p.list...)
	}
	for _, d := range discounts {
		p.id("discounts", d)
	}
	sums := map[string]int64{}
	for _, c := range cards {
		p.id("gift_cards", c.CardID)
		p.between("amount", c.Amount, 1, maxAmount)
		sums[c.CardID] += c.Amount // of a hundred at most: no overflow
	}
	out := make([]CardClaim, 0, len(sums))
	for _, card := range slices.Sorted(maps.Keys(sums)) {
		out = append(out, CardClaim{card, sums[card]})
	}
	return out, fault.Fields(reasonInvalidClaim, p.list...)
}

// takeUses takes a use of each discount.
func takeUses(tx *db.Tx, discounts []string) error {
	all, err := lockUses(tx, discounts)
	if err != nil {
		return err
	}
	if len(all) < len(discounts) || slices.ContainsFunc(all, func(u uses) bool { return !u.living }) {
		return ErrNoDiscount
	}
	var spent shortage
	for _, d := range all {
		if d.limit != nil && d.count >= *d.limit {
			spent.add(d.id, "Discount "+d.code+" has been used maximum allowed times")
		}
	}
	if err := spent.fault(ErrUsedUp); err != nil {
		return err
	}
	return whole(len(discounts))(tx.ExecIn(`update discounts set usage_count = usage_count + 1
		where id in {keys} and (usage_limit is null or usage_count < usage_limit)`, discounts))
}

// takeAmounts takes an amount from each card.
func takeAmounts(tx *db.Tx, amounts []CardClaim, now time.Time) error {
	all, err := lockCards(tx, amounts)
	if err != nil {
		return err
	}
	var disabled, spent shortage
	moves := make([]CardClaim, len(amounts))
	for i, c := range amounts {
		g, there := all[c.CardID]
		switch {
		case !there || !g.living:
			return ErrNoGiftCard
		case g.Disabled:
			disabled.add(g.ID, "The gift card "+g.Code+" is disabled")
		case g.Balance < c.Amount:
			spent.add(g.ID, "There is not enough left on the gift card "+g.Code)
		}
		moves[i] = CardClaim{c.CardID, -c.Amount}
	}
	if err := disabled.fault(ErrCardDisabled); err != nil {
		return err
	}
	if err := spent.fault(ErrCardSpent); err != nil {
		return err
	}
	return moveBalances(tx, moves, now)
}

// shortage collects what cannot be claimed.
type shortage struct{ list []fault.Field }

func (s *shortage) add(id, message string) {
	s.list = append(s.list, fault.Field{Name: id, Rule: fault.Range, Message: message})
}

// fault gives a copy of a fault that names what is short, or nil when nothing is.
func (s *shortage) fault(of *fault.Error) error {
	if len(s.list) == 0 {
		return nil
	}
	words := make([]string, len(s.list))
	for i, f := range s.list {
		words[i] = f.Message
	}
	named := of.WithMessage(strings.Join(words, ", "))
	named.Fields = s.list
	return named
}

// Unclaim gives back what is claimed for a reference: nothing, when it is given back or kept already. A card gets no more than
// its value, which the merchant may have lowered. Five statements at most.
func (s *Service) Unclaim(tx *db.Tx, reference string) error {
	discounts, amounts, err := settle(tx, reference)
	if err != nil {
		return err
	}
	if _, err := lockUses(tx, discounts); err != nil {
		return err
	}
	_, err = tx.ExecIn(`update discounts set usage_count = usage_count - 1 where id in {keys} and usage_count > 0`, discounts)
	if err != nil {
		return err
	}
	if _, err := lockCards(tx, amounts); err != nil {
		return err
	}
	return moveBalances(tx, amounts, s.clock.Now())
}

// Keep makes what is claimed for a reference an order's for good: nothing, when it is given back or kept already. Each card gets
// a transaction of the order and an event, and is disabled when nothing is left on it. Five statements at most.
func (s *Service) Keep(tx *db.Tx, reference, orderID string) error {
	_, amounts, err := settle(tx, reference)
	if err != nil || len(amounts) == 0 {
		return err
	}
	all, err := lockCards(tx, amounts)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	keys := make([]string, len(amounts))
	rows, facts := make([][]any, len(amounts)), make([]event.Fact, len(amounts))
	for i, c := range amounts {
		g := all[c.CardID] // there: a claim refers to it
		keys[i] = g.ID
		rows[i] = []any{id.New("gct", now), g.ID, orderID, c.Amount, db.Flag(g.TaxRate != nil), g.TaxRate, now.UnixMilli()}
		facts[i] = event.Fact{Topic: TopicGiftCardUpdated, Subject: g.ID}
	}
	err = tx.Insert(`insert into gift_card_transactions (id, gift_card_id, order_id, amount, is_taxable, tax_rate, created_at)`, rows,
		`on conflict (gift_card_id, order_id) do update set amount = gift_card_transactions.amount + excluded.amount`)
	if err != nil {
		return err
	}
	// What another reference has claimed may come back yet, and must not be on a disabled card then.
	_, err = tx.ExecIn(`update gift_cards set is_disabled = 1, updated_at = $1 where id in {keys} and balance = 0
		and not exists (select 1 from promotion_claims c where c.gift_card_id = gift_cards.id)`, keys, now.UnixMilli())
	if err != nil {
		return err
	}
	return s.events.RecordAll(tx, facts)
}
