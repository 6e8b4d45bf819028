package iam

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestClock(t *testing.T) {
	t.Parallel()
	type step struct {
		do   func(c *clock, m *testClock)
		now  time.Duration // from the start, at STS
		skew time.Duration
	}
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // of virtual time
	hear := func(at time.Duration) func(*clock, *testClock) {
		return func(c *clock, _ *testClock) { c.hear(start.Add(at)) }
	}
	set := func(d time.Duration) func(*clock, *testClock) {
		return func(_ *clock, m *testClock) { m.jump(d) }
	}
	sleep := func(d time.Duration) func(*clock, *testClock) {
		return func(_ *clock, m *testClock) { m.sleep(d) }
	}
	for _, tt := range []struct {
		name    string
		counter bool
		steps   []step
	}{
		{"nothing heard", true, []step{{set(time.Hour), time.Hour, 0}, {set(-2 * time.Hour), -time.Hour, 0}}},
		{"right", true, []step{{hear(2 * time.Second), 0, 0}, {set(-time.Hour), 0, time.Hour}, {set(3 * time.Hour), 2 * time.Hour, 0}}},
		{"behind", true, []step{{hear(10 * time.Minute), 10*time.Minute + 500*time.Millisecond, 10*time.Minute + time.Second}}},
		{"ahead", true, []step{{hear(-2 * time.Hour), -2*time.Hour + 500*time.Millisecond, -2 * time.Hour}}},
		{"put back, sleep", true, []step{{hear(0), 0, 0}, {set(-time.Hour), 0, time.Hour}, {sleep(4 * time.Hour), 4 * time.Hour, time.Hour}}},
		{"put forward, then the truth", true, []step{{hear(0), 0, 0}, {set(time.Hour), time.Hour, 0}, {hear(0), 500 * time.Millisecond, -time.Hour}}},
		{"no counter", false, []step{{hear(0), 0, 0}, {set(-time.Hour), -time.Hour, 0}, {sleep(4 * time.Hour), 3 * time.Hour, 0}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			m := newTestClock()
			c := &clock{wall: m.now}
			if tt.counter {
				c.elapsed = m.elapsed
			}
			for i, s := range tt.steps {
				s.do(c, m)
				if got := c.now().Sub(start); got != s.now {
					t.Errorf("%s, step %d: now is %s, want %s", tt.name, i, got, s.now)
				}
				if got := c.skew(); got != s.skew {
					t.Errorf("%s, step %d: skew is %s, want %s", tt.name, i, got, s.skew)
				}
				if at := start.Add(48 * time.Hour); !c.local(at).Equal(m.now().Add(at.Sub(c.now()))) {
					t.Errorf("%s, step %d: local time of %s is %s", tt.name, i, at, c.local(at))
				}
			}
		})
	}
}

// A new process goes on with what the one before has heard, in the same start
// of the system, and later does not believe a time before that.
func TestClockOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newTestClock()
		c := &clock{wall: m.now, elapsed: m.elapsed, boot: "a"}
		if c.save() != (savedClock{}) {
			t.Error("something is saved though nothing was heard")
		}
		c.hear(m.now())
		truth := c.now()
		saved := c.save()
		m.jump(-3 * time.Hour)
		for _, tt := range []struct {
			name, boot string
			counter    bool
			want       time.Time
		}{
			{"same start", "a", true, truth},
			{"another start", "b", true, truth},
			{"unknown start", "", true, truth},
			{"no counter", "a", false, truth},
		} {
			next := &clock{wall: m.now, boot: tt.boot}
			if tt.counter {
				next.elapsed = m.elapsed
			}
			next.restore(saved)
			if got := next.now(); !got.Equal(tt.want) {
				t.Errorf("%s: now is %s, want %s", tt.name, got, tt.want)
			}
		}
		m.jump(5 * time.Hour) // two hours ahead by now
		next := &clock{wall: m.now, boot: "b"}
		next.restore(saved)
		if got := next.now(); !got.Equal(m.now()) {
			t.Errorf("after another start it is %s, want the wall clock's %s", got, m.now())
		}
	})
}

// The clock of this machine is not set here; what can be seen is that the watch
// starts, and ends when it shall.
func TestWatchClockEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- watchClock(ctx, make(chan struct{})) }()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A clock that is put back changes nothing that is served but the local time
// of its end, and it does so at once.
func TestClockPutBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYear(t, 1, "")
		before := y.core.get(documentOf("app"))
		y.clock.jump(-30 * time.Minute)
		y.clockSet()
		if after := y.core.get(documentOf("app")); after != before {
			t.Errorf("served %+v, want what was before", after)
		}
		for _, c := range []struct {
			pass time.Duration
			want string
		}{{20 * time.Minute, before.AccessKeyId}, {15 * time.Minute, ""}} {
			time.Sleep(c.pass)
			synctest.Wait()
			if got := y.core.get(documentOf("app")); c.want != "" && got.AccessKeyId != c.want || got.Code != codeSuccess {
				t.Errorf("after %s: %+v, want %q", c.pass, got, c.want)
			}
		}
		y.quit()
	})
}

// A clock that is put forward by mistake, past the end of the session, costs a
// renewal and no more: the session is what signs where the bootstrap set has
// ended long ago, and STS knows better.
func TestClockPutForwardByMistake(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		over bool // the session is over for STS too
		code string
	}{{"STS knows better", false, codeSuccess}, {"the session is over", true, codeInternal}} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, oneRole).fake()
			g.sts.now = wallClock
			g.run()
			g.post(goodBody)
			synctest.Wait()
			g.sts.set(func(_ context.Context, k keys) error {
				g.sts.hear(wallClock())
				if k.accessKeyID == "AKIABOOTSTRAP" || tt.over {
					return apiError("ExpiredToken")
				}
				return nil
			})
			g.clock.jump(2 * time.Hour)
			time.Sleep(tick)
			synctest.Wait()
			leaf, _ := g.leaf(documentOf("app"))
			if d := decodeDocument(t, leaf); d.Code != tt.code {
				t.Errorf("%s: served %+v", tt.name, d)
			}
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			bySession := 0
			for _, c := range g.sts.seen() {
				if c.signedBy == "ASIA1" {
					bySession++
				}
			}
			if bySession != 1 {
				t.Errorf("%s: %d calls by the session that seemed to be over", tt.name, bySession)
			}
		})
	}
}
