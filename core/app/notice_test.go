package app

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestPaced: what waits for somebody is not looked after as often as what
// starts, or is ready.
func TestPaced(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		readyAfter time.Duration
		most       int // looks in an hour
	}{
		"soon":  {time.Second, 3700},
		"never": {2 * time.Hour, 4200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				began, looks := time.Now(), 0
				var ready []time.Duration
				paced(ctx, func() bool {
					looks++
					passed := time.Since(began)
					if passed < c.readyAfter {
						return false
					}
					ready = append(ready, passed)
					return true
				})
				if looks > c.most || looks < 3500 {
					t.Errorf("%d looks, at most %d", looks, c.most)
				}
				if len(ready) > 0 && ready[0] > c.readyAfter+noticeFirst {
					t.Errorf("ready after %v, and seen after %v", c.readyAfter, ready[0])
				}
			})
		})
	}
}
