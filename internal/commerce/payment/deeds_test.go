package payment_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/fault"
	"kaidian/internal/provider/manual"
	"kaidian/internal/provider/scripted"
)

func TestCaptureAndRefund(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		ctx, p := t.Context(), k.paid("cart_1", scripted.Authorize)
		_, err := k.Refund(ctx, p.ID, 1, "")
		wantErr(t, err, payment.ErrNotCaptured)
		_, err = k.RefundTo(ctx, p.ID, 1, "")
		wantErr(t, err, payment.ErrNotCaptured)
		_, err = k.Capture(ctx, p.ID, 1001)
		wantErr(t, err, payment.ErrTooMuch)
		_, err = k.CaptureTo(ctx, p.ID, 1001)
		wantErr(t, err, payment.ErrTooMuch)

		got, err := k.Capture(ctx, p.ID, 400)
		must(t, err)
		wantPayment(t, got, 400, 0, false)
		for range 2 {
			got, err = k.CaptureTo(ctx, p.ID, 1000)
			must(t, err)
			wantPayment(t, got, 1000, 0, false)
		}
		_, err = k.Capture(ctx, p.ID, 1)
		wantErr(t, err, payment.ErrTooMuch)
		_, err = k.Cancel(ctx, p.ID)
		wantErr(t, err, payment.ErrCaptured)

		for range 2 { // two refunds of the same amount, one after the other, are two
			_, err = k.Refund(ctx, p.ID, 100, "scratched")
			must(t, err)
		}
		for range 2 {
			_, err = k.RefundTo(ctx, p.ID, 500, "")
			must(t, err)
		}
		_, err = k.Refund(ctx, p.ID, 501, "")
		wantErr(t, err, payment.ErrTooMuch)
		got, err = k.Refund(ctx, p.ID, 500, "rest")
		must(t, err)
		wantPayment(t, got, 1000, 1000, false)
		if a := k.bank.Payment(p.Reference); a.Captured != 1000 || a.Refunded != 1000 || k.bank.Held() != 0 {
			t.Errorf("the bank has %+v", a)
		}
		if got := k.topics(); got["payment.captured"] != 2 || got["payment.refunded"] != 4 || k.last("payment.refunded")["reason"] != "rest" {
			t.Errorf("events %v", got)
		}
	})
}

func TestDeedsRefuse(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		ctx, p := t.Context(), k.paid("cart_1", scripted.Authorize)
		for _, amount := range []int64{0, -1} {
			for _, do := range deeds(k, amount) {
				if _, err := do(ctx, p.ID); fault.CodeOf(err) != fault.Invalid {
					t.Errorf("an amount of %d: %v", amount, err)
				}
			}
		}
		for _, do := range append(deeds(k, 1), k.Cancel, k.GiveBack) {
			_, err := do(ctx, "pay_x")
			wantErr(t, err, payment.ErrNoPayment)
		}
		for range 2 {
			got, err := k.Cancel(ctx, p.ID)
			must(t, err)
			wantPayment(t, got, 0, 0, true)
		}
		for _, do := range deeds(k, 1)[:2] {
			_, err := do(ctx, p.ID)
			wantErr(t, err, payment.ErrCanceled)
		}
		gone := money("gone", 0)
		gone.ProviderID = "stripe"
		g, _ := k.record(gone)
		for _, do := range append(deeds(k, 1)[:2], k.Cancel, k.GiveBack) {
			_, err := do(ctx, g.ID)
			wantErr(t, err, payment.ErrNoProvider)
		}
	})
}

// deeds gives captures and refunds of an amount, or to it.
func deeds(k *till, amount int64) []func(context.Context, string) (payment.Payment, error) {
	type deed = func(context.Context, string) (payment.Payment, error)
	return []deed{
		func(ctx context.Context, id string) (payment.Payment, error) { return k.Capture(ctx, id, amount) },
		func(ctx context.Context, id string) (payment.Payment, error) { return k.CaptureTo(ctx, id, amount) },
		func(ctx context.Context, id string) (payment.Payment, error) { return k.Refund(ctx, id, amount, "") },
		func(ctx context.Context, id string) (payment.Payment, error) { return k.RefundTo(ctx, id, amount, "") },
	}
}

func TestTwentyRefunds(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		p := k.paid("cart_1", scripted.Capture)
		var wg sync.WaitGroup
		var done, refused atomic.Int64
		for range 20 { // each wants 70 of 1000: 14 times
			wg.Go(func() {
				for {
					_, err := k.Refund(t.Context(), p.ID, 70, "")
					switch {
					case err == nil:
						done.Add(1)
						return
					case errors.Is(err, payment.ErrTooMuch):
						refused.Add(1)
						return
					case !errors.Is(err, payment.ErrRaced):
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		if done.Load() != 14 || refused.Load() != 6 {
			t.Errorf("%d were done, %d refused", done.Load(), refused.Load())
		}
		wantPayment(t, k.now(p.ID), 1000, 980, false)
		if a := k.bank.Payment(p.Reference); a.Refunded != 980 || k.topics()["payment.refunded"] != 14 {
			t.Errorf("the bank gave back %d, with %d events", a.Refunded, k.topics()["payment.refunded"])
		}
	})
}

func TestManyJobsCaptureAndRefund(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		p := k.paid("cart_1", scripted.Authorize)
		race := func(do func() error) {
			var wg sync.WaitGroup
			for range 10 {
				wg.Go(func() {
					if err := do(); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
		race(func() error { _, err := k.CaptureTo(t.Context(), p.ID, 800); return err })
		race(func() error { _, err := k.RefundTo(t.Context(), p.ID, 300, ""); return err })
		wantPayment(t, k.now(p.ID), 800, 300, false)
		if a := k.bank.Payment(p.Reference); a.Captured != 800 || a.Refunded != 300 {
			t.Errorf("the bank has %+v", a)
		}
		if got := k.topics(); got["payment.captured"] != 1 || got["payment.refunded"] != 1 {
			t.Errorf("events %v", got)
		}
	})
}

// errDied stands for the end of the process between the bank's deed and our writing it down.
var errDied = errors.New("died")

// dying gives a bank whose answers are lost for as long as dead is set.
func dying(dead *atomic.Bool) scripted.Options {
	return scripted.Options{OnAnswer: func(context.Context, scripted.Deed, payment.Request, payment.Answer) error {
		if dead.Load() {
			return errDied
		}
		return nil
	}}
}

func TestCrashBetweenDeedAndWriting(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]func(k *till, p payment.Payment) error{
		"Refund": func(k *till, p payment.Payment) error {
			_, err := k.Refund(k.t.Context(), p.ID, 300, "")
			return err
		},
		"RefundTo": func(k *till, p payment.Payment) error {
			_, err := k.RefundTo(k.t.Context(), p.ID, 300, "")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachDying(t, func(t *testing.T, k *till, dead *atomic.Bool) {
				p := k.paid("cart_1", scripted.Capture)
				dead.Store(true)
				wantErr(t, again(k, p), payment.ErrProvider)
				if a := k.bank.Payment(p.Reference); a.Refunded != 300 || k.now(p.ID).Refunded != 0 {
					t.Fatalf("the bank gave back %d, we know of %d", a.Refunded, k.now(p.ID).Refunded)
				}
				dead.Store(false)
				must(t, again(k, p))
				wantPayment(t, k.now(p.ID), 1000, 300, false)
				if a := k.bank.Payment(p.Reference); a.Refunded != 300 || k.bank.Calls(scripted.DoRefund) != 2 {
					t.Errorf("the bank gave back %d in %d calls", a.Refunded, k.bank.Calls(scripted.DoRefund))
				}
			})
		})
	}
}

// eachDying runs fn on both engines with a bank that can die.
func eachDying(t *testing.T, fn func(t *testing.T, k *till, dead *atomic.Bool)) {
	t.Helper()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		var dead atomic.Bool
		k.deal(dying(&dead))
		fn(t, k, &dead)
	})
}

func TestCrashOfCaptureAndCancel(t *testing.T) {
	t.Parallel()
	eachDying(t, func(t *testing.T, k *till, dead *atomic.Bool) {
		ctx, taken, given := t.Context(), k.paid("cart_1", scripted.Authorize), k.paid("cart_2", scripted.Authorize)
		dead.Store(true)
		_, err := k.Capture(ctx, taken.ID, 600)
		wantErr(t, err, payment.ErrProvider)
		_, err = k.Cancel(ctx, given.ID)
		wantErr(t, err, payment.ErrProvider)
		dead.Store(false)

		got, err := k.Capture(ctx, taken.ID, 500) // and finds out what was done
		wantErr(t, err, payment.ErrRaced)
		wantPayment(t, got, 600, 0, false)
		got, err = k.CaptureTo(ctx, taken.ID, 600)
		must(t, err)
		wantPayment(t, got, 600, 0, false)
		_, err = k.Cancel(ctx, given.ID)
		must(t, err)
		wantPayment(t, k.now(taken.ID), 600, 0, false)
		wantPayment(t, k.now(given.ID), 0, 0, true)
		if k.bank.Payment(taken.Reference).Captured != 600 || k.bank.Held() != 600 {
			t.Errorf("the bank has %+v", k.bank.Payments())
		}
	})
}

func TestTheCallerLeaves(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		ctx, leave := context.WithCancel(t.Context())
		k.deal(scripted.Options{OnAnswer: func(_ context.Context, d scripted.Deed, _ payment.Request, _ payment.Answer) error {
			if d == scripted.DoCapture {
				leave()
			}
			return nil
		}})
		p := k.paid("cart_1", scripted.Authorize)
		if _, err := k.Capture(ctx, p.ID, 1000); err != nil || ctx.Err() == nil {
			t.Errorf("error %v, context %v", err, ctx.Err())
		}
		wantPayment(t, k.now(p.ID), 1000, 0, false)
	})
}

func TestCancelOfWhatIsPaidMeanwhile(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		p := k.paid("cart_1", scripted.Authorize)
		k.bank.Pay(p.Reference, 1000)
		got, err := k.Cancel(t.Context(), p.ID)
		wantErr(t, err, payment.ErrCaptured)
		wantPayment(t, got, 1000, 0, false)
		wantPayment(t, k.now(p.ID), 1000, 0, false)
	})
}

func TestCaptureOfWhatTheBankGaveUp(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		p := k.paid("cart_1", scripted.Authorize)
		if _, err := k.bank.Cancel(t.Context(), payment.Request{Key: "bank", Reference: p.Reference, Amount: 1}); err != nil {
			t.Fatal(err)
		}
		_, err := k.Capture(t.Context(), p.ID, 1000)
		wantErr(t, err, payment.ErrCanceled)
		wantPayment(t, k.now(p.ID), 0, 0, true)
	})
}

// saying is a provider whose answers to deeds on payments are given.
type saying struct {
	manual.Provider
	capture, refund, cancel payment.Answer
}

func (s *saying) Capture(context.Context, payment.Request) (payment.Answer, error) {
	return s.capture, nil
}

func (s *saying) Refund(context.Context, payment.Request) (payment.Answer, error) {
	return s.refund, nil
}

func (s *saying) Cancel(context.Context, payment.Request) (payment.Answer, error) {
	return s.cancel, nil
}

func TestWhatElseAProviderSays(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		bank, ctx := &saying{}, t.Context()
		k.Service = payment.New(payment.Options{DB: k.db, Clock: k.clock, Events: k.events, Providers: []payment.Provider{bank}})
		in := money("r", 0)
		in.ProviderID = "manual"
		p, _ := k.record(in)
		for state, want := range map[payment.State]error{payment.Pending: payment.ErrProvider, payment.Declined: payment.ErrRefused} {
			bank.capture = payment.Answer{State: state, Reason: "no"}
			_, err := k.Capture(ctx, p.ID, 1000)
			wantErr(t, err, want)
		}
		bank.cancel = payment.Answer{State: payment.Authorized}
		_, err := k.Cancel(ctx, p.ID)
		wantErr(t, err, payment.ErrProvider)

		bank.capture = payment.Answer{State: payment.Captured, Amount: 600} // it takes less
		got, err := k.CaptureTo(ctx, p.ID, 1000)
		wantErr(t, err, payment.ErrRaced)
		wantPayment(t, got, 600, 0, false)

		bank.refund = payment.Answer{State: payment.Pending} // under way, as with WeChat Pay
		_, err = k.RefundTo(ctx, p.ID, 600, "")
		wantErr(t, err, payment.ErrProvider)
		wantPayment(t, k.now(p.ID), 600, 0, false)
		bank.refund = payment.Answer{State: payment.Refunded, Data: json.RawMessage(`{"to":"card"}`)}
		got, err = k.RefundTo(ctx, p.ID, 600, "")
		must(t, err)
		wantPayment(t, got, 600, 600, false)
		if string(k.now(p.ID).Data) != `{"to":"card"}` {
			t.Errorf("data %s", k.now(p.ID).Data)
		}

		in.Reference = "came and went"
		p, _ = k.record(in)
		bank.cancel = payment.Answer{State: payment.Refunded, Amount: 1000}
		got, err = k.GiveBack(ctx, p.ID)
		must(t, err)
		wantPayment(t, got, 1000, 1000, false)
	})
}
