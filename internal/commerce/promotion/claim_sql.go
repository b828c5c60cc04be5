package promotion

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaidian/internal/platform/db"
)

// uses is how often a discount was used, and may be.
type uses struct {
	id, code string
	count    int64
	limit    *int64
	living   bool
}

// lockUses reads discounts, sorted, of which the transaction is about to change the count; nobody gets them meanwhile.
// SQLite needs nothing: a writing transaction there has the database to itself. Rows that only refer to one may be written.
func lockUses(tx *db.Tx, discounts []string) ([]uses, error) {
	scan := func(row db.Scanner) (u uses, err error) {
		var deleted sql.NullInt64
		err = row.Scan(&u.id, &u.code, &u.count, &u.limit, &deleted)
		u.living = !deleted.Valid
		return u, err
	}
	return db.AllIn(tx, scan, locking(tx, `select id, code, usage_count, usage_limit, deleted_at from discounts
		where id in {keys} order by id`), discounts)
}

// keptCard is a gift card as it is in the database.
type keptCard struct {
	GiftCard
	living bool
}

// lockCards reads the cards of amounts, as lockUses does discounts. The map is by id.
func lockCards(tx *db.Tx, amounts []CardClaim) (map[string]keptCard, error) {
	ids := make([]string, len(amounts))
	for i, c := range amounts {
		ids[i] = c.CardID
	}
	scan := func(row db.Scanner) (k keptCard, err error) {
		k.GiftCard, k.living, err = scanCard(row)
		return k, err
	}
	all, err := db.AllIn(tx, scan, locking(tx, selectCard+`id in {keys} order by id`), ids)
	out := make(map[string]keptCard, len(all))
	for _, k := range all {
		out[k.ID] = k
	}
	return out, err
}

func locking(tx *db.Tx, query string) string {
	if tx.Dialect() == db.Postgres {
		return query + ` for no key update`
	}
	return query
}

// moveBalances adds an amount to the balance of each card, in one statement. None falls below zero, or rises above its value.
func moveBalances(tx *db.Tx, moves []CardClaim, now time.Time) error {
	if len(moves) == 0 {
		return nil
	}
	args := []any{now.UnixMilli()}
	var rows strings.Builder
	for i, m := range moves {
		if i > 0 {
			rows.WriteByte(',')
		}
		rows.WriteString(`(cast($` + strconv.Itoa(len(args)+1) + ` as text), cast($` + strconv.Itoa(len(args)+2) + ` as bigint))`)
		args = append(args, m.CardID, m.Amount)
	}
	return whole(len(moves))(tx.Exec(`with moves (card, amount) as (values `+rows.String()+`) update gift_cards set
		balance = case when balance + moves.amount > value then value else balance + moves.amount end, updated_at = $1
		from moves where gift_cards.id = moves.card and balance + moves.amount >= 0`, args...))
}

// whole checks that a statement touched as many rows as it had to: they were looked at under a lock, so anything else is a bug.
func whole(want int) func(touched int64, err error) error {
	return func(touched int64, err error) error {
		if err == nil && touched != int64(want) {
			return fmt.Errorf("%d rows of %d were there to claim", touched, want)
		}
		return err
	}
}

// checkFresh checks that a reference has claimed nothing yet: what is claimed twice could not be told apart when it is given back.
func checkFresh(tx *db.Tx, reference string) error {
	var n int64
	err := tx.QueryRow(`select count(*) from promotion_claims where reference = $1`, reference).Scan(&n)
	if err == nil && n > 0 {
		return fmt.Errorf("%s claims discounts and gift cards again", reference)
	}
	return err
}

// settle ends the claims of a reference: whoever deletes them first has them. It gives the discounts and the amounts of cards,
// in order.
func settle(tx *db.Tx, reference string) (discounts []string, amounts []CardClaim, err error) {
	if !db.Storable(reference) {
		return nil, nil, nil
	}
	type claim struct {
		discount, card *string
		amount         int64
	}
	all, err := db.All(tx, func(row db.Scanner) (c claim, err error) {
		err = row.Scan(&c.discount, &c.card, &c.amount)
		return c, err
	}, `delete from promotion_claims where reference = $1 returning discount_id, gift_card_id, amount`, reference)
	for _, c := range all {
		if c.discount != nil {
			discounts = append(discounts, *c.discount)
		} else {
			amounts = append(amounts, CardClaim{*c.card, c.amount})
		}
	}
	slices.Sort(discounts)
	slices.SortFunc(amounts, func(a, b CardClaim) int { return cmp.Compare(a.CardID, b.CardID) })
	return discounts, amounts, err
}
