package customer_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kaidian/internal/commerce/customer"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
	"kaidian/internal/platform/fault"
)

func TestRegister(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c, session, err := k.Register(t.Context(), customer.NewAccount{
			Identity: " User@Example.com ", Password: "pa$$word", FirstName: customer.Ptr("Arno"), LastName: customer.Ptr("Willms"),
			Phone: customer.Ptr("16128234334802"), WithSession: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		if c.Email != "user@example.com" || c.Identity.Identity != c.Email || !c.HasAccount || c.Number == 0 ||
			!strings.HasPrefix(c.ID, "cus_") || c.Sex != customer.Undefined || !c.CreatedAt.Equal(customer.Opening) {
			t.Errorf("registered %+v", c)
		}
		stored, err := k.Get(t.Context(), customer.ByNumber(c.Number))
		if err != nil || columnsOf(stored) != columnsOf(c) {
			t.Errorf("stored   %s (%v)\nreturned %s", columnsOf(stored), err, columnsOf(c))
		}
		if who, err := k.BySession(t.Context(), session.Token); who != c.ID || err != nil {
			t.Errorf("the session is of %q (%v)", who, err)
		}
		if !session.Expires.Equal(customer.Opening.Add(10 * time.Hour)) {
			t.Errorf("the session ends at %s", session.Expires)
		}
		events, err := k.events.Since(t.Context(), 0, 10)
		if err != nil || len(events) != 1 || events[0].Topic != customer.TopicCreated || events[0].Subject != c.ID {
			t.Errorf("events %+v (%v)", events, err)
		}
	})
}

func TestRegisterByOtherNames(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		birthday := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
		for _, n := range []customer.NewAccount{
			{Type: customer.Mobile, Identity: "136 3226 9358", Password: "x", RealName: "张三", NotifyEmail: "A@b.cn",
				IdentityCard: "362226199001012933", Birthday: birthday, Sex: customer.Female},
			{Type: customer.UserName, Identity: "DiaoYiCheng", Password: "x", Metadata: customer.Metadata{"a": customer.RawJSON(`1`)}},
			{Type: customer.Social, Identity: "oX1", SocialType: "weibo", UnionID: "u1", Nickname: "小刁", AcceptMarketing: true},
		} {
			c, _, err := k.Register(t.Context(), n)
			if err != nil {
				t.Fatal(err)
			}
			stored, err := k.Get(t.Context(), customer.ByID(c.ID))
			if err != nil || columnsOf(stored) != columnsOf(c) {
				t.Errorf("stored   %s (%v)\nreturned %s", columnsOf(stored), err, columnsOf(c))
			}
			if c.Email != "" {
				t.Errorf("%s has the e-mail %q", n.Type, c.Email)
			}
			_, _, err = k.Register(t.Context(), n)
			customer.WantFault(t, err, customer.ErrAlreadyRegistered)
			if strings.Contains(err.Error(), "email") {
				t.Errorf("a taken %s is called an e-mail: %v", n.Type, err)
			}
		}
		c, err := k.List(t.Context(), customer.Query{Type: customer.Mobile})
		if err != nil || len(c) != 1 || c[0].RealName() != "张三" || c[0].NotifyEmail == nil || *c[0].NotifyEmail != "a@b.cn" ||
			c[0].Identity.Identity != "13632269358" || !c[0].Birthday.Equal(birthday) || c[0].Sex != customer.Female {
			t.Errorf("listed %+v (%v)", c, err)
		}
	})
}

func TestRegisterProblemsComeTogether(t *testing.T) {
	t.Parallel()
	k := open(t, dbtest.OpenSQLite(t), customer.Limits{PasswordLength: 6})
	for _, c := range []struct {
		in   customer.NewAccount
		want []string
	}{
		{customer.NewAccount{}, []string{"identity required", "password required"}},
		{customer.NewAccount{Identity: "x", Password: "12345", FirstName: customer.Ptr("a\nb"), Phone: customer.Ptr(strings.Repeat("1", 256)), Sex: "x",
			NotifyEmail: "y", IdentityCard: strings.Repeat("1", 33), Birthday: customer.Opening.Add(time.Hour), Metadata: customer.Metadata{"a": customer.RawJSON(`{`)}},
			[]string{"identity format", "password too_short", "metadata format", "first_name format", "phone too_long",
				"identity_card too_long", "notify_email format", "sex unknown", "birthday range"}},
		{customer.NewAccount{Type: "fax", Identity: "x", Password: "123456"}, []string{"type unknown"}},
		{customer.NewAccount{Type: customer.Mobile, Identity: "13632269358", Password: strings.Repeat("x", 1025)}, []string{"password too_long"}},
		{customer.NewAccount{Type: customer.Social, Identity: "x", Password: "1"}, []string{"password too_short"}},
	} {
		_, _, err := k.Register(t.Context(), c.in)
		customer.WantFields(t, err, c.want...)
	}
	if n := k.number(`select count(*) from customers`); n != 0 {
		t.Errorf("%d customers came of it", n)
	}
}

func TestRegisterWithALevel(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		gold, err := k.CreateLevel(t.Context(), customer.LevelPatch{Name: some("金牌会员")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.CreateLevel(t.Context(), customer.LevelPatch{Name: some("普通会员"), IsDefault: some(true)}); err != nil {
			t.Fatal(err)
		}
		for want, level := range map[string]customer.Optional[int64]{
			"金牌会员": some(gold.Number), "普通会员": {}, "": customer.Null[int64](),
		} {
			c, _, err := k.Register(t.Context(), customer.NewAccount{Type: customer.UserName, Identity: "buyer" + want, Password: "x", LevelNumber: level})
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Level; (got == nil) != (want == "") || got != nil && got.Name != want {
				t.Errorf("the level is %+v, want %q", got, want)
			}
			k.same(c)
		}
		before := k.number(`select count(*) from events`)
		_, _, err = k.Register(t.Context(), customer.NewAccount{Identity: "user@example.com", Password: "x", LevelNumber: some(int64(99)), WithSession: true})
		customer.WantFields(t, err, "level unknown")
		for _, table := range []string{"customers", "customer_identities"} {
			if n := k.number(`select count(*) from ` + table); n != 3 {
				t.Errorf("there are %d %s, want the 3 from before", n, table)
			}
		}
		if n := k.number(`select count(*) from customer_sessions`) + k.number(`select count(*) from events`) - before; n != 0 {
			t.Errorf("%d sessions and events came of it", n)
		}
	})
}

func TestRegisteredEmailIsTakenAndGuestIsLeftAlone(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		guest := k.guest("user@example.com")
		if known, err := k.EmailExists(t.Context(), "user@example.com"); known || err != nil {
			t.Errorf("a guest's e-mail has an account: %t, %v", known, err)
		}
		c := k.register("user@example.com")
		if known, err := k.EmailExists(t.Context(), "USER@example.com"); !known || err != nil {
			t.Errorf("the e-mail has no account: %t, %v", known, err)
		}
		if g, err := k.Get(t.Context(), customer.ByID(guest)); err != nil || g.HasAccount || g.ID == c.ID || g.Identity.Type != "" {
			t.Errorf("the guest is now %+v (%v)", g, err)
		}
		_, _, err := k.Register(t.Context(), customer.NewAccount{Identity: "User@Example.COM", Password: "x"})
		customer.WantFault(t, err, customer.ErrAlreadyRegistered)
		if got, want := fault.As(err).Message, "A customer with the given email already has an account. Log in instead"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestSixtyFourSignUpsMakeOneAccount(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		var made, refused atomic.Int64
		customer.AtOnce(64, func(int) {
			_, _, err := k.Register(t.Context(), customer.NewAccount{Identity: "user@example.com", Password: "pa$$word", WithSession: true})
			switch {
			case err == nil:
				made.Add(1)
			case errors.Is(err, customer.ErrAlreadyRegistered):
				refused.Add(1)
			default:
				t.Errorf("got %v", err)
			}
		})
		if made.Load() != 1 || refused.Load() != 63 {
			t.Errorf("%d made, %d refused, want 1 and 63", made.Load(), refused.Load())
		}
		for table, want := range map[string]int64{"customers": 1, "customer_identities": 1, "customer_sessions": 1, "events": 1} {
			if n := k.number(`select count(*) from ` + table); n != want {
				t.Errorf("%d rows in %s, want %d", n, table, want)
			}
		}
	})
}

// TestConstraintDecidesWhateverTheLookSaid runs the write of a sign-up whose look came too early.
func TestConstraintDecidesWhateverTheLookSaid(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		k.register("user@example.com")
		err := k.RegisterBlind(t.Context(), customer.NewAccount{Identity: "user@example.com", Password: "x"})
		if !db.Violates(err, "customer_identities_type_identity_key") {
			t.Errorf("got %v", err)
		}
	})
}

func TestRegisterInSixStatements(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		k.counted(6, func(ctx context.Context) error {
			_, _, err := k.Register(ctx, customer.NewAccount{Identity: "user@example.com", Password: "x", WithSession: true})
			return err
		})
	})
}

func TestDelete(t *testing.T) {
	t.Parallel()
	dbtest.Engines(t, func(t *testing.T, d *db.DB) {
		k := open(t, d, customer.Limits{})
		c, session, err := k.Register(t.Context(), customer.NewAccount{Identity: "user@example.com", Password: "x", WithSession: true})
		if err != nil {
			t.Fatal(err)
		}
		token, err := k.IssueToken(c)
		if err != nil {
			t.Fatal(err)
		}
		address := k.add(customer.ByID(c.ID), xicheng())
		if _, err := k.BySession(t.Context(), session.Token); err != nil { // now both are cached
			t.Fatal(err)
		}
		if _, err := k.ByToken(t.Context(), token); err != nil {
			t.Fatal(err)
		}

		if err := k.Delete(t.Context(), customer.ByNumber(c.Number)); err != nil {
			t.Fatal(err)
		}
		_, err = k.BySession(t.Context(), session.Token)
		customer.WantFault(t, err, customer.ErrNotSignedIn)
		_, err = k.ByToken(t.Context(), token)
		customer.WantFault(t, err, customer.ErrNotSignedIn)
		_, err = k.Profile(t.Context(), customer.ByID(c.ID))
		customer.WantFault(t, err, customer.ErrNotFound)
		_, err = k.Addresses(t.Context(), customer.ByID(c.ID))
		customer.WantFault(t, err, customer.ErrNotFound)
		_, err = k.Address(t.Context(), customer.ByID(c.ID), customer.ByID(address.ID))
		customer.WantFault(t, err, customer.ErrAddressNotFound)
		_, err = k.AddAddress(t.Context(), customer.ByID(c.ID), xicheng())
		customer.WantFault(t, err, customer.ErrNotFound)
		_, err = k.Update(t.Context(), customer.ByID(c.ID), customer.Patch{Phone: customer.Some("1")})
		customer.WantFault(t, err, customer.ErrNotFound)
		_, err = k.Authenticate(t.Context(), "user@example.com", "x", "")
		customer.WantFault(t, err, customer.ErrWrongCredentials)
		customer.WantFault(t, k.Delete(t.Context(), customer.ByID(c.ID)), customer.ErrNotFound)
		if n := k.number(`select count(*) from addresses where deleted_at is null`); n != 0 {
			t.Errorf("%d addresses live on", n)
		}
		events, err := k.events.Since(t.Context(), 0, 10)
		if err != nil || string(events[len(events)-1].Payload) != `{"number":`+itoa(c.Number)+`}` {
			t.Errorf("events %+v (%v)", events, err)
		}
		if got, want := k.topics(), []string{customer.TopicCreated, customer.TopicUpdated, customer.TopicDeleted}; !slices.Equal(got, want) {
			t.Errorf("events %v, want %v", got, want)
		}

		again := k.register("user@example.com")
		if again.ID == c.ID || again.Number <= c.Number {
			t.Errorf("the name came back to %s %d after %s %d", again.ID, again.Number, c.ID, c.Number)
		}
	})
}
