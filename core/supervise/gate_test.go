package supervise

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
)

func (g *gate) suppressed() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.out
}

// TestGate: a burst is let through, then so many lines per second; what is
// left out is told once per interval, and at the end.
func TestGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		g := newGate(hclog.New(&hclog.LoggerOptions{Output: &b, DisableTime: true}), 5)
		passed := func(lines int) (n int) {
			for range lines {
				if g.pass() {
					n++
				}
			}
			return n
		}
		if n := passed(1000); n != 50 {
			t.Errorf("%d lines at once, want ten seconds' worth", n)
		}
		time.Sleep(2 * time.Second)
		if n := passed(1000); n != 10 {
			t.Errorf("%d lines after two seconds, want 10", n)
		}
		time.Sleep(9 * time.Second)
		synctest.Wait()
		const told = "[WARN]  plugin logs too much, lines suppressed: lines=1940 log_lines_per_second=5\n"
		if got := b.String(); got != told {
			t.Errorf("log %q, want %q", got, told)
		}
		passed(46) // one too many
		g.close()
		if got, want := b.String(), told+"[WARN]  plugin logs too much, lines suppressed: lines=1 log_lines_per_second=5\n"; got != want {
			t.Errorf("log %q, want %q", got, want)
		}
	})
}

// TestGateSlowsReading: a flood is read no faster than the longest lines of
// the limit would come, until the process is to end.
func TestGateSlowsReading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(hclog.NewNullLogger(), 64) // 64 * 16 KiB = 1 MiB per second
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		g.read(ctx, 1<<20) // at once
		g.read(ctx, 5<<20)
		if took := time.Since(began).Round(time.Millisecond); took != 5*time.Second {
			t.Errorf("5 MiB beyond the burst took %v, want 5 s", took)
		}
		cancel()
		g.read(ctx, 1<<30)
		if took := time.Since(began).Round(time.Millisecond); took != 5*time.Second {
			t.Errorf("the rest took %v more, want it at once", took-5*time.Second)
		}
	})
}
