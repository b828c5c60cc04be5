package staff_test

import (
	"fmt"
	"testing"
	"time"

	"kaidian/internal/commerce/staff"
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/db/dbtest"
)

func openSQLite(t *testing.T) *db.DB { return dbtest.OpenSQLite(t) }

func TestAttemptsWindow(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Unix(1_700_000_000, 0))
	a := staff.NewAttempts(c, 2, time.Minute)
	take := func(key string, wantOK bool, wantWait time.Duration) {
		t.Helper()
		if wait, ok := a.Take(key); ok != wantOK || wait != wantWait {
			t.Errorf("got %v after %v, want %v after %v", ok, wait, wantOK, wantWait)
		}
	}
	take("a", true, 0)
	c.Advance(20 * time.Second)
	take("a", true, 0)
	take("a", false, 40*time.Second)
	take("b", true, 0)
	a.GiveBack("a")
	take("a", true, 0)
	take("a", false, 40*time.Second)
	c.Advance(40 * time.Second)
	take("a", true, 0)
	a.Forget("a")
	a.GiveBack("a")
	a.GiveBack("never seen")
	take("a", true, 0)
	take("a", true, 0)
	take("a", false, time.Minute)
}

func TestAttemptsForgetOnlyWhenFull(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Unix(1_700_000_000, 0))
	a := staff.NewAttempts(c, 1, time.Minute)
	a.Take("first")
	for i := range 9_999 {
		a.Take(fmt.Sprint(i))
	}
	if _, ok := a.Take("first"); ok {
		t.Error("forgot although there was room")
	}
	for i := range 100_000 { // must not grow without bound, nor fail
		if _, ok := a.Take(fmt.Sprint("more", i)); !ok {
			t.Fatal("refused a first attempt")
		}
	}
}

func TestAddressKey(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7":            "192.0.2.7",
		"::ffff:192.0.2.7":     "::ffff:192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"fe80::1%eth0":         "fe80::/64",
		"":                     "",
		"somewhere":            "somewhere",
	} {
		if got := staff.AddressKey(address); got != want {
			t.Errorf("%q is counted as %q, want %q", address, got, want)
		}
	}
}
