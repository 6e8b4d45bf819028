package events

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/sdk/sdktest"
)

// running returns a rig whose clock is the one of the test's bubble.
func running(t *testing.T, config string) *rig {
	t.Helper()
	g := newRig(t, config, spotInstance("terminate"))
	g.clock.runs = true
	g.run()
	synctest.Wait()
	return g
}

func TestPublishesAtTheMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := running(t, `
spot_interruption { after = "33s" }
maintenance "reboot" {
  code          = "system-reboot"
  after         = "1h"
  history_after = "10m"
}`)
		first := len(g.host.changes())
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		var after []time.Duration
		for _, at := range g.host.changes()[first:] {
			after = append(after, at.Sub(start))
		}
		want := []time.Duration{33 * time.Second, time.Hour, 70 * time.Minute}
		if len(after) != len(want) {
			t.Fatalf("published after %v, want %v", after, want)
		}
		for i := range want {
			if after[i] != want[i] {
				t.Errorf("published after %v, want %v", after, want)
			}
		}
		g.stop()
		for _, line := range []string{
			`event has appeared: event="spot_interruption after 33s"`, `event has appeared: event="maintenance reboot system-reboot after 1h0m0s"`,
			`event has moved to the history: event="maintenance reboot system-reboot after 1h0m0s" state=completed`,
		} {
			if n := strings.Count(g.log.String(), line); n != 1 {
				t.Errorf("%q is logged %d times:\n%s", line, n, g.log)
			}
		}
	})
}

// Timers stand still while a machine sleeps, and the wall clock does not.
func TestAfterSleep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := running(t, `spot_interruption { after = "8h" }`)
		first := len(g.host.changes())
		g.clock.jump(9 * time.Hour)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if n := len(g.host.changes()) - first; n != 1 || g.leaf("spot/instance-action").Body == nil {
			t.Errorf("published %d times after waking, want once", n)
		}
		// A clock that is put back takes the event with it.
		g.clock.jump(-9 * time.Hour)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if n := len(g.host.changes()) - first; n != 2 || g.leaf("spot/instance-action").Body != nil {
			t.Errorf("published %d times after the clock was put back, want twice", n)
		}
	})
}

// Nothing is said, and no timer runs, when there is nothing to come.
func TestWithoutEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := running(t, "")
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(g.host.changes()); n != 0 || g.host.checkpoint != nil {
			t.Errorf("published %d times, checkpoint %q", n, g.host.checkpoint)
		}
	})
}

// The schedule takes events while the plugin runs. Their delay counts from
// then.
func TestAddedWhileRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := running(t, "")
		time.Sleep(time.Hour)
		g.p.schedule.add(event{kind: kindAction, word: "shutdown", begin: when{after: 10 * time.Second}})
		synctest.Wait()
		if !strings.Contains(string(g.host.checkpoint), "instance_action") {
			t.Errorf("the checkpoint does not have the event: %s", g.host.checkpoint)
		}
		time.Sleep(9 * time.Second)
		synctest.Wait()
		if got := string(g.leaf("instance-action").Body); got != "none" {
			t.Errorf("too early: %q", got)
		}
		before := len(g.host.changes())
		time.Sleep(time.Second)
		synctest.Wait()
		if got := string(g.leaf("instance-action").Body); got != "shutdown" || len(g.host.changes()) != before+1 {
			t.Errorf("instance action %q, published %d times", got, len(g.host.changes())-before)
		}
	})
}

func TestCheckpointThatIsNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, `instance_action { action = "shutdown" }`, sdktest.Instance())
		g.host.refuse = true
		g.run()
		synctest.Wait()
		g.stop()
		if !strings.Contains(g.log.String(), "checkpoint not kept: after a crash of this process the delays of the events begin anew") {
			t.Errorf("nobody is told:\n%s", g.log)
		}
	})
}
