package supervise

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestPace: trees that take long have the next ones wait until they have taken
// a quarter of the time only; and each that is refused has the next one wait
// longer.
func TestPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPacer()
		waited := func() time.Duration {
			began := time.Now()
			if err := p.tree(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			return time.Since(began)
		}
		const ms = time.Millisecond
		for i, c := range []struct {
			took    time.Duration
			refused bool
			want    time.Duration
		}{
			{0, false, 0},
			{5 * time.Second, false, 0}, // at once
			{50 * ms, false, 200 * ms},
			{0, true, 100 * ms},
			{0, true, 200 * ms},
			{100 * ms, true, 400 * ms}, // 300 ms have made good for 75 already
			{300 * ms, true, 900 * ms},
			{0, false, 0},
			{0, true, 100 * ms},
		} {
			if p.done(c.took, c.refused); waited() != c.want {
				t.Errorf("%d: not %v after a tree that took %v, refused: %v", i, c.want, c.took, c.refused)
			}
		}
		for range 20 {
			p.done(0, true)
		}
		if w := waited(); w != 10*time.Second {
			t.Errorf("after many refused trees %v, want 10 s", w)
		}
		p.done(time.Minute, false)
		stop := make(chan struct{})
		close(stop)
		if err := p.tree(t.Context(), stop); err != nil {
			t.Error(err)
		}
	})
}

func TestPaceOfMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPacer()
		began := time.Now()
		for range 5 * messagesPerSecond {
			if err := p.message(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began).Round(10 * time.Millisecond); took != 4*time.Second {
			t.Errorf("five seconds' worth took %v, want 4 s beyond the burst", took)
		}
	})
}
