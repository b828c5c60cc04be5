package customer_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func TestLevels(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		type patch = customer.LevelPatch
		gold, err := k.CreateLevel(t.Context(), patch{Name: some("金牌会员"), Discount: some(customer.Percent(9550)), ConditionAmount: some(int64(100000))})
		if err != nil {
			t.Fatal(err)
		}
		basic, err := k.CreateLevel(t.Context(), patch{Name: some("普通会员"), IsDefault: some(true)})
		if err != nil || basic.Discount != customer.Whole {
			t.Fatalf("got %+v (%v)", basic, err)
		}
		if got, err := k.Level(t.Context(), gold.Number); got != gold || err != nil {
			t.Errorf("stored %+v (%v)\nwant   %+v", got, err, gold)
		}
		if c := k.register("user@example.com"); c.Level == nil || c.Level.Number != basic.Number {
			t.Errorf("a new account has the level %+v", c.Level)
		} else {
			k.same(c)
		}
		k.clock.Advance(time.Hour)
		gold, err = k.UpdateLevel(t.Context(), gold.Number, patch{Discount: some(customer.Percent(8888)), IsDefault: some(true)})
		if err != nil || gold.Discount.String() != "88.88" || gold.Name != "金牌会员" || !gold.UpdatedAt.Equal(k.clock.Now()) {
			t.Errorf("got %+v (%v)", gold, err)
		}
		list, err := k.Levels(t.Context(), customer.LevelQuery{})
		if err != nil || len(list) != 2 || list[0] != gold || list[1].IsDefault {
			t.Errorf("got %+v (%v)", list, err)
		}
		for _, q := range []customer.LevelQuery{{SinceID: gold.Number}, {Numbers: []int64{basic.Number, 99}}, {Limit: 1, Page: 2}} {
			if list, err := k.Levels(t.Context(), q); err != nil || len(list) != 1 || list[0].ID != basic.ID {
				t.Errorf("%+v gives %+v (%v)", q, list, err)
			}
		}
		if n, err := k.CountLevels(t.Context(), customer.LevelQuery{SinceID: gold.Number}); n != 1 || err != nil {
			t.Errorf("counted %d (%v)", n, err)
		}

		_, err = k.CreateLevel(t.Context(), patch{Name: some("金牌会员")})
		customer.WantFault(t, err, customer.ErrLevelNameTaken)
		_, err = k.UpdateLevel(t.Context(), basic.Number, patch{Name: some("金牌会员")})
		customer.WantFault(t, err, customer.ErrLevelNameTaken)
		_, err = k.CreateLevel(t.Context(), patch{Discount: some(customer.Whole + 1), ConditionAmount: some(int64(-1))})
		customer.WantFields(t, err, "name required", "discount range", "condition_amount range")
		_, err = k.UpdateLevel(t.Context(), 99, patch{Name: some("x")})
		customer.WantFault(t, err, customer.ErrLevelNotFound)
		_, err = k.Level(t.Context(), 99)
		customer.WantFault(t, err, customer.ErrLevelNotFound)
		customer.WantFault(t, k.DeleteLevel(t.Context(), 99), customer.ErrLevelNotFound)
	})
}

func TestDeletedLevelLeavesItsCustomers(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		for round := range 5 {
			level, err := k.CreateLevel(t.Context(), customer.LevelPatch{Name: some(fmt.Sprint(round))})
			if err != nil {
				t.Fatal(err)
			}
			ids := make([]string, 8)
			for i := range ids {
				ids[i] = k.register(fmt.Sprintf("user%d-%d@example.com", round, i)).ID
			}
			k.update(customer.ByID(ids[0]), customer.Patch{LevelNumber: some(level.Number)})
			customer.AtOnce(len(ids), func(i int) {
				if i == 0 {
					if err := k.DeleteLevel(t.Context(), level.Number); err != nil {
						t.Errorf("deleting a level under its customers: %v", err)
					}
					return
				}
				_, err := k.Update(t.Context(), customer.ByID(ids[i]), customer.Patch{LevelNumber: some(level.Number)})
				if err != nil && !errors.Is(err, customer.ErrLevelNotFound) {
					customer.WantFields(t, err, "level unknown")
				}
			})
			if n := k.number(`select count(*) from customers where level_id is not null`); n != 0 {
				t.Errorf("%d customers have a level that is gone", n)
			}
		}
	})
}

func TestOneDefaultLevel(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		var made atomic.Int64
		customer.AtOnce(16, func(i int) {
			_, err := k.CreateLevel(t.Context(), customer.LevelPatch{Name: some(fmt.Sprint(i)), IsDefault: some(true)})
			if err == nil {
				made.Add(1)
			} else if !errors.Is(err, db.ErrBusy) {
				t.Errorf("got %v", err)
			}
		})
		if n := k.number(`select count(*) from customer_levels where is_default = 1`); n != 1 || made.Load() == 0 {
			t.Errorf("%d defaults of %d levels", n, made.Load())
		}
	})
}
