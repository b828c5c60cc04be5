package customer

import (
	"kaidian/internal/platform/clock"
	"kaidian/internal/platform/fault"
	"kaidian/internal/platform/limit"
)

// attempts guards what can be guessed: by the account that is guessed at and by the address that guesses.
type attempts struct{ accounts, callers *limit.Limiter }

func newAttempts(c clock.Clock, l Limits) attempts {
	return attempts{
		accounts: limit.New(c, l.AttemptsPerAccount, l.Window),
		callers:  limit.New(c, l.AttemptsPerAddress, l.Window),
	}
}

// try runs a guess. It counts first, so that many guesses at once gain nothing, and gives the attempt back unless the
// guess was found wrong. Fault: ErrTooManyAttempts.
func (a attempts) try(what, account, address string, guess func() error) error {
	if err := a.spend(what, account, address); err != nil {
		return err
	}
	err := guess()
	if fault.CodeOf(err) != fault.Unauthenticated {
		a.accounts.GiveBack(what + " " + account)
		if address != "" {
			a.callers.GiveBack(limit.Caller(address))
		}
	}
	return err
}

// spend counts an attempt for good; an address of "" is not known, and not counted. Fault: ErrTooManyAttempts.
func (a attempts) spend(what, account, address string) error {
	if address != "" {
		if _, wait, ok := a.callers.Take(limit.Caller(address)); !ok {
			return ErrTooManyAttempts.After(wait)
		}
	}
	if _, wait, ok := a.accounts.Take(what + " " + account); !ok {
		return ErrTooManyAttempts.After(wait)
	}
	return nil
}
