package payment_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kaidian/internal/commerce/payment"
	"kaidian/internal/platform/db"
	"kaidian/internal/platform/fault"
	"kaidian/internal/provider/scripted"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		in := money("r", 0)
		in.Metadata, in.Data = json.RawMessage(`{"m":1}`), json.RawMessage(`{"d":"钱"}`)
		sessionID := "ps_1"
		in.SessionID = &sessionID
		p, isNew := k.record(in)
		if !isNew || !strings.HasPrefix(p.ID, "pay_") || p.Number < 1 || p.OrderID != nil || *p.SessionID != "ps_1" || p.Currency != "cny" ||
			string(p.Data) != `{"d":"钱"}` || string(p.Metadata) != `{"m":1}` || !p.CapturedAt.IsZero() || !p.CreatedAt.Equal(noon) {
			t.Errorf("recorded %+v", p)
		}
		if got := k.now(p.ID); !slices.Equal(text(t, got), text(t, p)) {
			t.Errorf("kept %+v", got)
		}
		here, _ := k.record(money("s", 1000))
		if here.CapturedAt.IsZero() || string(here.Data) != `{}` || here.Metadata != nil || here.SessionID != nil || here.Number == p.Number {
			t.Errorf("recorded %+v", here)
		}
		if got := k.topics(); got["payment.recorded"] != 2 || got["payment.captured"] != 1 || len(got) != 2 {
			t.Errorf("events %v", got)
		}
		if got := k.last("payment.captured"); got["amount"] != 1000.0 || got["captured"] != 1000.0 || got["order_id"] != nil || got["cart_id"] != "cart_1" {
			t.Errorf("payload %v", got)
		}
		_, err := k.Payment(t.Context(), "pay_x")
		wantErr(t, err, payment.ErrNoPayment)
		_, err = k.Payment(t.Context(), "\x00")
		wantErr(t, err, payment.ErrNoPayment)
	})
}

func TestRecordRefuses(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		for name, change := range map[string]func(*payment.Payment){
			"reference": func(p *payment.Payment) { p.Reference = "" },
			"amount":    func(p *payment.Payment) { p.Amount = 0 },
			"captured":  func(p *payment.Payment) { p.Captured = 1001 },
			"data":      func(p *payment.Payment) { p.Data = json.RawMessage(`[]`) },
			"metadata":  func(p *payment.Payment) { p.Metadata = json.RawMessage(`1`) },
		} {
			p := money("r", 0)
			change(&p)
			err := k.try(func(tx *db.Tx) error { _, _, err := k.Record(tx, p); return err })
			if f := fault.As(err); f == nil || f.Code != fault.Invalid || f.Fields[0].Name != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		p := money("r", 0)
		p.Amount = math.MaxInt64
		if err := k.try(func(tx *db.Tx) error { _, _, err := k.Record(tx, p); return err }); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("the largest integer: %v", err)
		}
	})
}

func TestTheSameMoneyToldTwice(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		first, _ := k.record(money("r", 0))
		tell := func(p payment.Payment, want int64) payment.Payment {
			t.Helper()
			got, isNew := k.record(p)
			if isNew || got.ID != first.ID || got.Captured != want || !slices.Equal(text(t, got), text(t, k.now(got.ID))) {
				t.Errorf("told %+v, want %d captured", got, want)
			}
			return got
		}
		tell(money("r", 0), 0)
		tell(money("r", 400), 400)
		tell(money("r", 1000), 1000)
		tell(money("r", 400), 1000) // old news
		tell(money("r", 0), 1000)
		less := money("r", 300)
		less.Amount = 300
		tell(less, 1000)
		if got := k.topics(); got["payment.recorded"] != 1 || got["payment.captured"] != 2 || got["payment.unusual"] != 0 {
			t.Errorf("events %v", got)
		}
		more := money("r", 1200)
		more.Amount = 1200
		for range 2 {
			if got := tell(more, 1200); got.Amount != 1200 {
				t.Errorf("the amount is %d", got.Amount)
			}
		}
		if got := k.last("payment.unusual"); k.topics()["payment.unusual"] != 1 || got["why"] != "mismatch" || got["amount"] != 1200.0 {
			t.Errorf("unusual %v", got)
		}
		other := money("r", 9)
		other.Currency = "usd"
		tell(other, 1200)
		if k.topics()["payment.unusual"] != 2 {
			t.Errorf("events %v", k.topics())
		}
		elsewhere := money("r", 0)
		elsewhere.ProviderID = "manual"
		if p, isNew := k.record(elsewhere); !isNew || p.ID == first.ID {
			t.Errorf("another provider's: %+v", p)
		}
	})
}

func TestTwentyTellTheSame(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		var wg sync.WaitGroup
		ids, isNew := make([]string, 20), make([]bool, 20)
		for i := range 20 {
			wg.Go(func() {
				err := k.try(func(tx *db.Tx) error {
					p, n, err := k.Record(tx, money("r", int64(i%2)*1000))
					ids[i], isNew[i] = p.ID, n
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		slices.Sort(ids)
		if len(slices.Compact(ids)) != 1 || len(slices.DeleteFunc(isNew, func(b bool) bool { return !b })) != 1 {
			t.Errorf("ids %v, %d were new", ids, len(isNew))
		}
		if got := k.topics(); got["payment.recorded"] != 1 || got["payment.captured"] != 1 || len(got) != 2 {
			t.Errorf("events %v", got)
		}
		wantPayment(t, k.now(ids[0]), 1000, 0, false)
	})
}

func TestAttachOrder(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		p, _ := k.record(money("r", 0))
		attach := func(id, order string) error {
			return k.try(func(tx *db.Tx) error { return k.AttachOrder(tx, id, order) })
		}
		if got := k.orphans(); !slices.Equal(got, []string{p.ID}) {
			t.Errorf("orphans %v", got)
		}
		must(t, attach(p.ID, "order_1"))
		must(t, attach(p.ID, "order_1"))
		wantErr(t, attach(p.ID, "order_2"), payment.ErrAttached)
		wantErr(t, attach("pay_x", "order_1"), payment.ErrNoPayment)
		if got := k.orphans(); len(got) != 0 {
			t.Errorf("orphans %v", got)
		}
		_, err := k.GiveBack(t.Context(), p.ID)
		wantErr(t, err, payment.ErrAttached)

		gone, _ := k.record(money("gone", 0))
		back, _ := k.record(money("back", 1000))
		k.write(func(tx *db.Tx) error {
			if _, first, err := k.MarkCanceled(tx, gone.ID, noon); err != nil || !first {
				t.Errorf("given up: %v, %v", first, err)
			}
			_, _, err := k.MarkRefunded(tx, back.ID, 1000)
			return err
		})
		wantErr(t, attach(gone.ID, "order_2"), payment.ErrCanceled)
		wantErr(t, attach(back.ID, "order_2"), payment.ErrCanceled)
		must(t, k.try(func(tx *db.Tx) error { // what is of an order stays so
			if _, _, err := k.MarkCanceled(tx, p.ID, noon); err != nil {
				return err
			}
			return k.AttachOrder(tx, p.ID, "order_1")
		}))
	})
}

func TestReading(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		var ids []string
		for _, r := range []string{"a", "b", "c"} {
			k.clock.Advance(time.Second)
			p, _ := k.record(money(r, 0))
			ids = append(ids, p.ID)
		}
		other := money("d", 0)
		other.CartID = "cart_2"
		k.record(other)
		k.write(func(tx *db.Tx) error {
			must(t, k.AttachOrder(tx, ids[0], "order_1"))
			must(t, k.AttachOrder(tx, ids[2], "order_1"))
			must(t, k.AttachOrder(tx, ids[1], "order_2"))
			by, err := k.ByOrders(tx, []string{"order_1", "order_2", "order_3"})
			if err != nil || len(by) != 2 || len(by["order_1"]) != 2 || by["order_1"][0].ID != ids[0] || by["order_2"][0].ID != ids[1] {
				t.Errorf("by orders %v, error %v", by, err)
			}
			if by, err := k.ByOrders(tx, nil); err != nil || len(by) != 0 {
				t.Errorf("by no orders %v, error %v", by, err)
			}
			if list, err := k.ByCart(tx, "cart_1"); err != nil || len(list) != 3 || list[2].ID != ids[2] {
				t.Errorf("by cart %v, error %v", list, err)
			}
			if p, err := k.ByReference(tx, "scripted", "b"); err != nil || p.ID != ids[1] || *p.OrderID != "order_2" {
				t.Errorf("by reference %+v, error %v", p, err)
			}
			_, err = k.ByReference(tx, "manual", "b")
			wantErr(t, err, payment.ErrNoPayment)
			_, err = k.LockPayment(tx, "pay_x")
			wantErr(t, err, payment.ErrNoPayment)
			return nil
		})
	})
}

func TestOrphansBefore(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		promised, _ := k.record(money("promised", 0))
		here, _ := k.record(money("here", 1000))
		part, _ := k.record(money("part", 1000))
		back, _ := k.record(money("back", 1000))
		gone, _ := k.record(money("gone", 0))
		k.write(func(tx *db.Tx) error {
			_, _, err := k.MarkRefunded(tx, part.ID, 999)
			must(t, err)
			_, _, err = k.MarkRefunded(tx, back.ID, 1000)
			must(t, err)
			_, _, err = k.MarkCanceled(tx, gone.ID, noon)
			return err
		})
		if got := k.orphans(); !slices.Equal(got, []string{promised.ID, here.ID, part.ID}) {
			t.Errorf("orphans %v", got)
		}
		if list, err := k.Orphans(t.Context(), noon); err != nil || len(list) != 0 {
			t.Errorf("orphans before there were any: %v, error %v", list, err)
		}
	})
}

func TestMarks(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		p, _ := k.record(money("r", 0))
		mark := func(do func(tx *db.Tx) (payment.Payment, bool, error), first bool, want error) payment.Payment {
			t.Helper()
			var got payment.Payment
			var isFirst bool
			err := k.try(func(tx *db.Tx) (err error) {
				got, isFirst, err = do(tx)
				return err
			})
			if !errors.Is(err, want) || isFirst != first {
				t.Errorf("first %v, error %v; want %v, %v", isFirst, err, first, want)
			}
			return got
		}
		capture := func(total int64) func(tx *db.Tx) (payment.Payment, bool, error) {
			return func(tx *db.Tx) (payment.Payment, bool, error) { return k.MarkCaptured(tx, p.ID, total, noon) }
		}
		refund := func(total int64) func(tx *db.Tx) (payment.Payment, bool, error) {
			return func(tx *db.Tx) (payment.Payment, bool, error) { return k.MarkRefunded(tx, p.ID, total) }
		}
		cancel := func(tx *db.Tx) (payment.Payment, bool, error) { return k.MarkCanceled(tx, p.ID, noon) }

		mark(refund(1), false, payment.ErrNotCaptured)
		wantPayment(t, mark(cancel, true, nil), 0, 0, true)
		wantPayment(t, mark(cancel, false, nil), 0, 0, true)
		wantPayment(t, mark(capture(600), true, nil), 600, 0, false) // the money came all the same
		if got := k.last("payment.unusual"); got["why"] != "late" || got["amount"] != 600.0 {
			t.Errorf("unusual %v", got)
		}
		mark(cancel, false, payment.ErrCaptured)
		mark(capture(600), false, nil)
		mark(capture(-5), false, nil)
		mark(capture(1001), false, payment.ErrTooMuch)
		mark(capture(1000), true, nil)
		wantPayment(t, mark(refund(250), true, nil), 1000, 250, false)
		mark(refund(250), false, nil)
		mark(refund(100), false, nil)
		mark(refund(1001), false, payment.ErrTooMuch)
		got := mark(refund(1000), true, nil)
		wantPayment(t, got, 1000, 1000, false)
		if got.Refundable() != 0 || got.Uncaptured() != 0 {
			t.Errorf("%d refundable, %d uncaptured", got.Refundable(), got.Uncaptured())
		}
		if got := k.last("payment.refunded"); got["amount"] != 750.0 || got["refunded"] != 1000.0 {
			t.Errorf("refunded %v", got)
		}
		if got := k.topics(); got["payment.canceled"] != 1 || got["payment.captured"] != 2 || got["payment.refunded"] != 2 {
			t.Errorf("events %v", got)
		}
		p.ID = "pay_x"
		mark(capture(1), false, payment.ErrNoPayment)
		mark(refund(1), false, payment.ErrNoPayment)
		mark(cancel, false, payment.ErrNoPayment)
	})
}

func TestUnknownMoney(t *testing.T) {
	t.Parallel()
	each(t, scripted.Options{}, func(t *testing.T, k *till) {
		k.write(func(tx *db.Tx) error {
			return k.RecordUnusual(tx, payment.Unusual{Why: payment.Unknown, ProviderID: "scripted", Reference: "who", Amount: 7, NoticeID: "n"})
		})
		events, err := k.events.Since(t.Context(), 0, 10)
		if err != nil || len(events) != 1 || events[0].Subject != "scripted:who" || k.last("payment.unusual")["notice"] != "n" {
			t.Errorf("events %v, error %v", events, err)
		}
	})
}

func text(t *testing.T, p payment.Payment) []byte {
	t.Helper()
	b, err := json.Marshal(p)
	must(t, err)
	return b
}
