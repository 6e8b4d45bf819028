package sdktest_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// hours is a plugin that counts the hours of its life and remembers them.
type hours struct {
	mu sync.Mutex
	n  int
}

func (h *hours) Mounts() []string { return []string{"meta-data/hours"} }

func (h *hours) Configure(_ context.Context, c *sdk.Config) error {
	h.n = 100 * len(c.Instances)
	return c.Decode(&struct{}{})
}

func (h *hours) Restore(_ context.Context, checkpoint []byte) (err error) {
	h.n, err = strconv.Atoi(string(checkpoint))
	return err
}

func (h *hours) Run(ctx context.Context, host sdk.Host) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		h.mu.Lock()
		h.n++
		checkpoint := strconv.Itoa(h.n)
		h.mu.Unlock()
		if err := host.Checkpoint([]byte(checkpoint)); err != nil {
			return err
		}
		host.Changed()
	}
}

func (h *hours) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return sdk.Tree{"meta-data/hours": sdk.Text(strconv.Itoa(h.n))}, nil
}

// TestVirtualTime: a plugin under test lives in a bubble of synctest, so a day
// passes at once.
func TestVirtualTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := sdktest.Start(t, &hours{})
		sdktest.Expect(t, p.Configure(""))
		p.Run()
		began := time.Now()
		time.Sleep(24*time.Hour + time.Minute)
		synctest.Wait()
		if got := text(p.Tree()); got != "124" {
			t.Errorf("%s hours after %s", got, time.Since(began))
		}
	})
}

func TestCrashAndRestore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := sdktest.Start(t, &hours{})
		sdktest.Expect(t, p.Configure("", sdktest.Instance(), labelled("b")))
		p.Run()
		p = p.Crash(&hours{})
		if got := text(p.Tree()); got != "200" {
			t.Errorf("without a checkpoint and with the same two instances: %s", got)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		p = p.Crash(&hours{}).Crash(&hours{})
		if got := text(p.TreeOf("b")); got != "201" {
			t.Errorf("with a checkpoint: %s", got)
		}
	})
}

func labelled(label string) *sdk.Instance {
	in := sdktest.Instance()
	in.Label = label
	return in
}

func text(tree sdk.Tree) string {
	l, _ := tree["meta-data/hours"].(sdk.Leaf)
	return string(l.Body)
}
