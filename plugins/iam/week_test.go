package iam

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// A week with faults of every class, short and long, clock jumps and crashes:
// nothing expired or torn is ever served, and calls stay one at a time and
// few.
func TestWeekOfFaults(t *testing.T) {
	t.Parallel()
	faults := []func(context.Context, keys) error{
		nil, nil, nil,
		func(context.Context, keys) error { return errors.New("reset") },
		func(context.Context, keys) error { return apiError("Throttling") },
		func(context.Context, keys) error { return apiError("AccessDenied") },
		func(ctx context.Context, _ keys) error { <-ctx.Done(); return ctx.Err() },
		func(_ context.Context, k keys) error {
			if k.temporary() {
				return apiError("ExpiredToken")
			}
			return nil
		},
	}
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(7, 8))
		g := newRig(t, oneRole).fake()
		g.run()
		g.post(goodBody)
		available, looks, crashes := 0, 0, 0
		for day := time.Now(); time.Since(day) < 7*24*time.Hour; {
			time.Sleep(time.Duration(random.Int64N(int64(20 * time.Minute))))
			synctest.Wait()
			looks++
			if d := g.served(); d.Code == "Success" { // served checks that it is whole and not expired
				available++
			} else if !g.p.ValidUntil().IsZero() {
				t.Fatal("valid without credentials")
			}
			switch random.IntN(20) {
			case 0:
				g.clock.jump(time.Duration(random.Int64N(int64(2*time.Hour))) - time.Hour)
			case 1:
				refuse := g.sts.refuse
				g = g.crash(oneRole).fake()
				g.sts.set(refuse)
				g.run()
				crashes++
			default:
				g.sts.set(faults[random.IntN(len(faults))])
			}
		}
		calls := len(g.sts.seen())
		if g.sts.most > 1 || calls > 7*24*60*3 {
			t.Errorf("%d calls, %d at a time", calls, g.sts.most)
		}
		if available*2 < looks {
			t.Errorf("credentials at %d of %d looks only", available, looks)
		}
		t.Logf("%d calls, credentials at %d of %d looks, %d crashes", calls, available, looks, crashes)
	})
}
