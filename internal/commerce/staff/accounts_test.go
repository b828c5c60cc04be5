package staff_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/db"
)

func TestCreateMakesTheFirstAccountTheOwner(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		first, err := h.Create(t.Context(), staff.NewAccount{
			Name: " 王店长 ", Email: " Boss@Shop.Example ", Mobile: "13800000000", Password: "12345678", Type: staff.Staff,
		})
		must(t, err)
		if first.Type != staff.Owner || first.Email != "boss@shop.example" || first.Name != "王店长" {
			t.Errorf("got %+v", first)
		}
		second, err := h.Create(t.Context(), staff.NewAccount{Name: "b", Email: "b@shop.example", Password: "12345678"})
		must(t, err)
		if second.Type != staff.Staff {
			t.Errorf("the second account is %s", second.Type)
		}
		got, err := h.Get(t.Context(), first.Number)
		must(t, err)
		if got != first {
			t.Errorf("read %+v, made %+v", got, first)
		}
		if topics := h.topics(t); !slices.Equal(topics, []string{staff.AccountCreated, staff.AccountCreated}) {
			t.Errorf("events %q", topics)
		}
		_, err = h.Get(t.Context(), 999)
		wantErr(t, err, staff.ErrAccountNotFound)
	})
}

func TestCreateRefusesEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		_, err := h.Create(t.Context(), staff.NewAccount{
			Email: "nobody", Mobile: strings.Repeat("1", 33), Password: "七个字不够长啊", Type: "guest",
		})
		wantFields(t, err, "staff.invalid_account", "name", "email", "mobile", "password", "type")
		_, err = h.Create(t.Context(), staff.NewAccount{Name: "n", Email: "a@b", Password: strings.Repeat("x", 257)})
		wantFields(t, err, "staff.invalid_account", "password")
		_, err = h.Create(t.Context(), staff.NewAccount{Name: "n", Email: "a@b", Password: strings.Repeat("x", 256)})
		must(t, err)
	})
}

func TestCreateRaceOnOneEmailMakesOneAccount(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		var wg sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			wg.Go(func() {
				email := [...]string{"one@shop.example", "ONE@shop.example"}[i%2]
				_, errs[i] = h.Create(t.Context(), staff.NewAccount{Name: "n", Email: email, Password: "12345678"})
			})
		}
		wg.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
			} else if !errors.Is(err, staff.ErrEmailTaken) {
				t.Errorf("unexpected %v", err)
			}
		}
		if n, err := h.Count(t.Context(), staff.Page{}); err != nil || n != 1 || made != 1 {
			t.Errorf("%d accounts, %d successes, error %v", n, made, err)
		}
	})
}

func TestListPicksAndPages(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		start := h.clock.Now()
		for i := range 12 {
			h.clock.Set(start.Add(time.Duration(i) * time.Hour))
			_, err := h.Create(t.Context(), staff.NewAccount{
				Name: "n", Email: fmt.Sprintf("a%d@shop.example", i+1), Password: "12345678",
			})
			must(t, err)
		}
		for name, c := range map[string]struct {
			page  staff.Page
			want  []int64
			count int64
		}{
			"default":  {staff.Page{}, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 12},
			"second":   {staff.Page{Page: 2}, []int64{11, 12}, 12},
			"beyond":   {staff.Page{Page: 1 << 60, Limit: 1 << 60}, nil, 12},
			"negative": {staff.Page{Page: -1, Limit: -1, SinceID: -1}, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 12},
			"limit":    {staff.Page{Limit: 2, Page: 3}, []int64{5, 6}, 12},
			"since":    {staff.Page{SinceID: 10}, []int64{11, 12}, 2},
			"ids":      {staff.Page{IDs: []int64{12, 3, 77}}, []int64{3, 12}, 2},
			"created":  {staff.Page{CreatedMin: start.Add(time.Hour), CreatedMax: start.Add(2 * time.Hour)}, []int64{2, 3}, 2},
			"updated": {staff.Page{UpdatedMin: start.Add(11 * time.Hour), UpdatedMax: start.Add(20 * time.Hour), SinceID: 1, IDs: []int64{1, 12}},
				[]int64{12}, 1},
		} {
			got, err := h.List(t.Context(), c.page)
			must(t, err)
			var numbers []int64
			for _, a := range got {
				numbers = append(numbers, a.Number)
			}
			n, err := h.Count(t.Context(), c.page)
			must(t, err)
			if !slices.Equal(numbers, c.want) || n != c.count {
				t.Errorf("%s: got %v of %d, want %v of %d", name, numbers, n, c.want, c.count)
			}
		}
	})
}

func TestPasswordsAndTokensAreNotInTheDatabase(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.account(t)
		session, _, err := h.SignIn(t.Context(), staff.Credentials{Email: "boss@shop.example", Password: "correct horse"})
		must(t, err)
		app, err := h.CreateApp(t.Context(), staff.NewApp{Kind: staff.Public, Name: "n", CallbackURL: callback, Code: "thechosencode"})
		must(t, err)
		var text strings.Builder
		must(t, h.db.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			for _, column := range []string{
				"password_hash from staff_accounts", "token_hash from staff_sessions", "secret_sealed from apps",
				"token_sealed from app_grants", "token_hash from app_grants", "code_hash from app_codes", "payload from events",
			} {
				var value string
				if err := tx.QueryRow("select " + column + " limit 1").Scan(&value); err != nil {
					return err
				}
				text.WriteString(value + "\n")
			}
			return nil
		}))
		for _, plain := range []string{"correct horse", session, app.Secret, app.Token, app.Code} {
			if strings.Contains(text.String(), plain) {
				t.Errorf("%q is in the database", plain)
			}
		}
	})
}
