package customer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/id"
)

// Level is a rank that customers reach.
type Level struct {
	ID              string // "clvl_…"
	Number          int64
	Name            string  // unique
	Discount        Percent // what its customers pay of a price; Whole is no discount
	ConditionAmount int64   // fen spent in all that lift a customer into the level
	IsDefault       bool    // the level of new accounts; one level at most
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// LevelPatch changes a level, or makes one, which needs a name.
type LevelPatch struct {
	Name            Optional[string]
	Discount        Optional[Percent] // null is Whole
	ConditionAmount Optional[int64]   // null is 0
	IsDefault       Optional[bool]    // true takes it from the level that was the default
}

// LevelQuery narrows a list of levels. The zero value is all of them.
type LevelQuery struct {
	Limit   int // 0 means no limit
	Page    int // from 1; 0 means 1
	SinceID int64
	Numbers []int64 // nil means any
}

// CreateLevel makes a level. Faults: Invalid, ErrLevelNameTaken.
func (s *Service) CreateLevel(ctx context.Context, p LevelPatch) (Level, error) {
	now := s.clock.Now()
	level := Level{ID: id.New("clvl", now), Discount: Whole, CreatedAt: now, UpdatedAt: now}
	if err := p.apply(&level); err != nil {
		return Level{}, err
	}
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		if err := onlyDefault(tx, level); err != nil {
			return err
		}
		return tx.QueryRow(`insert into customer_levels
			(id, name, discount, condition_amount, is_default, created_at, updated_at)
			values ($1, $2, $3, $4, $5, $6, $6) returning number`,
			level.ID, level.Name, level.Discount.String(), level.ConditionAmount, db.Flag(level.IsDefault), db.Millis(now)).
			Scan(&level.Number)
	})
	return level, levelFault(err)
}

// UpdateLevel changes a level. Faults: Invalid, ErrLevelNotFound, ErrLevelNameTaken.
func (s *Service) UpdateLevel(ctx context.Context, number int64, p LevelPatch) (Level, error) {
	var level Level
	err := s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		if level, err = lockLevel(tx, number); err != nil {
			return err
		}
		if err := p.apply(&level); err != nil {
			return err
		}
		if err := onlyDefault(tx, level); err != nil {
			return err
		}
		level.UpdatedAt = s.clock.Now()
		_, err = tx.Exec(`update customer_levels
			set name = $2, discount = $3, condition_amount = $4, is_default = $5, updated_at = $6 where id = $1`,
			level.ID, level.Name, level.Discount.String(), level.ConditionAmount, db.Flag(level.IsDefault), db.Millis(level.UpdatedAt))
		return err
	})
	return level, levelFault(err)
}

// DeleteLevel deletes a level; its customers have none then. Fault: ErrLevelNotFound.
func (s *Service) DeleteLevel(ctx context.Context, number int64) error {
	return s.db.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		level, err := lockLevel(tx, number)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`update customers set level_id = null where level_id = $1`, level.ID); err != nil {
			return err
		}
		_, err = tx.Exec(`delete from customer_levels where id = $1`, level.ID)
		return err
	})
}

// Level gives a level. Fault: ErrLevelNotFound.
func (s *Service) Level(ctx context.Context, number int64) (Level, error) {
	var level Level
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		level, err = findLevel(tx, `where number = $1`, number)
		return err
	})
	return level, err
}

// Levels lists levels by number.
func (s *Service) Levels(ctx context.Context, q LevelQuery) ([]Level, error) {
	where, args := q.where()
	query := selectLevel + where + ` order by number`
	if q.Limit > 0 {
		query += fmt.Sprintf(` limit $%d offset $%d`, len(args)+1, len(args)+2)
		args = append(args, q.Limit, offset(q.Page, q.Limit))
	}
	var levels []Level
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		var err error
		levels, err = db.All(tx, scanLevel, query, args...)
		return err
	})
	return levels, err
}

// CountLevels counts what Levels would list without Limit and Page.
func (s *Service) CountLevels(ctx context.Context, q LevelQuery) (int64, error) {
	where, args := q.where()
	var n int64
	err := s.db.Read(ctx, func(_ context.Context, tx *db.Tx) error {
		return tx.QueryRow(`select count(*) from customer_levels `+where, args...).Scan(&n)
	})
	return n, err
}

func (q LevelQuery) where() (string, []any) {
	var f filter
	if q.SinceID > 0 {
		f.add(`number > ?`, q.SinceID)
	}
	if q.Numbers != nil {
		f.in(`number`, db.Args(q.Numbers))
	}
	return f.where(), f.args
}

// apply puts the patch on a level and checks what comes out.
func (p LevelPatch) apply(l *Level) error {
	l.Name = p.Name.Or(l.Name)
	if p.Discount.IsNull() {
		p.Discount = Some(Whole)
	}
	l.Discount = p.Discount.Or(l.Discount)
	l.ConditionAmount = p.ConditionAmount.Or(l.ConditionAmount)
	l.IsDefault = p.IsDefault.Or(l.IsDefault)

	var pr problems
	pr.filled("name", l.Name, maxText)
	if l.Discount < 0 || l.Discount > Whole {
		pr.add("discount", fault.Range, "discount must be from 0 to 100")
	}
	if l.ConditionAmount < 0 {
		pr.add("condition_amount", fault.Range, "condition_amount must not be negative")
	}
	return pr.fault(reasonInvalidLevel)
}

// onlyDefault takes the default from all others if the level is to have it.
func onlyDefault(tx *db.Tx, l Level) error {
	if !l.IsDefault {
		return nil
	}
	_, err := tx.Exec(`update customer_levels set is_default = 0 where is_default = 1 and id <> $1`, l.ID)
	return err
}

const selectLevel = `select id, number, name, discount, condition_amount, is_default, created_at, updated_at from customer_levels `

func scanLevel(row db.Scanner) (Level, error) {
	var l Level
	var discount string
	var isDefault, created, updated int64
	err := row.Scan(&l.ID, &l.Number, &l.Name, &discount, &l.ConditionAmount, &isDefault, &created, &updated)
	if err != nil {
		return Level{}, err
	}
	l.Discount, err = ParsePercent(discount)
	l.IsDefault, l.CreatedAt, l.UpdatedAt = isDefault != 0, moment(created), moment(updated)
	return l, err
}

func findLevel(tx *db.Tx, where string, args ...any) (Level, error) {
	l, err := scanLevel(tx.QueryRow(selectLevel+where, args...))
	if errors.Is(err, db.ErrNoRows) {
		return Level{}, ErrLevelNotFound
	}
	return l, err
}

// lockLevel reads a level that the transaction then changes; nobody gets it meanwhile.
func lockLevel(tx *db.Tx, number int64) (Level, error) {
	return findLevel(tx, `where number = $1`+forUpdate(tx), number)
}

// levelFault puts constraints into words. Two levels that become the default at once are a conflict of which one wins.
func levelFault(err error) error {
	switch {
	case db.Violates(err, "customer_levels_name_key"):
		return ErrLevelNameTaken
	case db.Violates(err, "customer_levels_default_key"):
		return db.ErrBusy.Wrap(err)
	}
	return err
}
