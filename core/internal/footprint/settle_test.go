package footprint

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// TestEnds: it does not outlive its context.
func TestEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		began := time.Now()
		if err := Keep(ctx, Core); err != nil || time.Since(began) != 0 {
			t.Errorf("returned after %v: %v", time.Since(began), err)
		}
	})
}

// TestBursts: a burst is over when there is little to do for the first time.
func TestBursts(t *testing.T) {
	t.Parallel()
	b := bursts{last: 5}
	at := uint64(5)
	for i, step := range []struct {
		allocated uint64
		over      bool
	}{
		{0, false}, {much - 1, false}, {much, false}, {50 * much, false}, {much - 1, true}, {0, false}, {much, false}, {0, true},
	} {
		at += step.allocated
		if over := b.over(at); over != step.over {
			t.Errorf("step %d: over %t", i, over)
		}
	}
}

// TestShrinksAgain: a process is shrunk when it has started, if it has used
// much, and a core after a burst too. It is not parallel: what other tests
// allocate would be a burst.
func TestShrinksAgain(t *testing.T) {
	rest := make([]byte, worthwhile)
	for kind, want := range map[Kind]uint32{Core: 2, Plugin: 1} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			before := collections()
			go func() { done <- Keep(ctx, kind) }()
			time.Sleep(settled + lookEvery/2) // in the bubble: until that has come
			rest = make([]byte, 2*much)
			time.Sleep(3 * lookEvery)
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if n := collections() - before; n != want {
				t.Errorf("kind %d was shrunk %d times, want %d", kind, n, want)
			}
			runtime.KeepAlive(rest)
		})
	}
}

// collections is how many collections were asked for, as Keep does.
func collections() uint32 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.NumForcedGC
}
