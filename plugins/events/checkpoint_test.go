package events

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A crash and restart leaves every moment where it was.
func TestCrash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const config = `
spot_interruption { after = "1m" }
maintenance "reboot" {
  code       = "system-reboot"
  after      = "30s"
  not_before = "1h"
}`
		g := running(t, config)
		time.Sleep(45 * time.Second)
		synctest.Wait()
		scheduled := g.leaf("events/maintenance/scheduled")
		g.stop()

		next := newRig(t, config, g.in)
		next.clock.runs = true
		if err := next.p.Restore(t.Context(), g.host.checkpoint); err != nil {
			t.Fatal(err)
		}
		if got := next.leaf("events/maintenance/scheduled"); string(got.Body) != string(scheduled.Body) || !got.LastModified.Equal(scheduled.LastModified) {
			t.Errorf("after the crash: %s of %s, before: %s of %s", got.Body, got.LastModified, scheduled.Body, scheduled.LastModified)
		}
		next.run()
		time.Sleep(14 * time.Second)
		synctest.Wait()
		if body := next.leaf("spot/instance-action").Body; body != nil {
			t.Errorf("too early: %s", body)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if body := next.leaf("spot/instance-action").Body; body == nil {
			t.Error("the crash has begun the delay anew")
		}
		if string(next.host.checkpoint) != string(g.host.checkpoint) {
			t.Errorf("checkpoint %s, before the crash %s", next.host.checkpoint, g.host.checkpoint)
		}
	})
}

// What the user has changed meanwhile counts from the new start; all else goes
// on.
func TestRestoreAnotherConfiguration(t *testing.T) {
	t.Parallel()
	g := newRig(t, "spot_interruption { after = \"1m\" }\nrebalance_recommendation { after = \"1m\" }", spotInstance("terminate"))
	g.tree()
	checkpoint, err := g.p.schedule.checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	next := newRig(t, "spot_interruption { after = \"1m\" }\nrebalance_recommendation { after = \"50s\" }", g.in)
	next.clock = g.clock
	next.p.now = g.clock.now
	next.clock.jump(time.Minute)
	if err := next.p.Restore(t.Context(), checkpoint); err != nil {
		t.Fatal(err)
	}
	if spot, rebalance := next.leaf("spot/instance-action").Body, next.leaf("events/recommendations/rebalance").Body; spot == nil || rebalance != nil {
		t.Errorf("interruption %q, recommendation %q", spot, rebalance)
	}
	if data, err := next.p.schedule.checkpoint(); err != nil || strings.Count(string(data), "rebalance") != 1 {
		t.Errorf("checkpoint %s, %v: want it without what is gone", data, err)
	}
}

func TestRestoreNonsense(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, checkpoint, want string }{
		{"no JSON", "x", "read checkpoint: invalid character 'x' looking for beginning of value"},
		{"version", `{"version":2}`, "the checkpoint has version 2, want 1"},
	} {
		err := newPlugin(wallClock).Restore(t.Context(), []byte(tt.checkpoint))
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}
