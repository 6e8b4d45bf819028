package supervise

import (
	"slices"
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	middle := func() float64 { return 0.5 } // no jitter
	for name, c := range map[string]struct {
		healthy []time.Duration
		want    []time.Duration
	}{
		"first after health": {[]time.Duration{time.Second}, []time.Duration{0}},
		"first without":      {[]time.Duration{0}, []time.Duration{100 * time.Millisecond}},
		"doubles to ten seconds": {
			make([]time.Duration, 9),
			[]time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, 1600 * time.Millisecond, 3200 * time.Millisecond, 6400 * time.Millisecond, 10 * time.Second, 10 * time.Second},
		},
		"short health is not forgiven": {[]time.Duration{0, 2 * time.Second, 2 * time.Second}, []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond}},
		"long health is":               {[]time.Duration{0, 0, 30 * time.Second, 0}, []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 0, 100 * time.Millisecond}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := backoff{random: middle}
			var got []time.Duration
			for _, h := range c.healthy {
				got = append(got, b.next(h).Round(time.Microsecond))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("delays %v, want %v", got, c.want)
			}
		})
	}
}

func TestBackoffJitter(t *testing.T) {
	t.Parallel()
	for _, r := range []float64{0, 0.999999} {
		b := backoff{random: func() float64 { return r }}
		got := b.next(0)
		if got < 80*time.Millisecond || got > 120*time.Millisecond {
			t.Errorf("delay %v at random %v, want 100 ms within a fifth", got, r)
		}
	}
}
