package events_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/plugins/events"
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

func TestOverTheContract(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, events.New())
	d := p.Describe()
	if want := []string{"meta-data/autoscaling", "meta-data/events", "meta-data/instance-action", "meta-data/spot"}; !slices.Equal(d.Mounts, want) {
		t.Errorf("mounts %q, want %q", d.Mounts, want)
	}
	if !slices.Equal(d.Actions, []string{"events"}) {
		t.Errorf("actions %q", d.Actions)
	}
	sdktest.Expect(t, p.Configure("")) // needs no configuration
	p.Run()
	direct, err := events.New().Tree(t.Context(), sdktest.Instance())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(direct, p.Tree()); diff != "" {
		t.Errorf("the tree changes on its way (-direct +received):\n%s", diff)
	}
	if out, err := p.Act("events", nil); err != nil || string(out) != `{"events":[]}` {
		t.Errorf("action: %s, %v", out, err)
	}
}

// An event appears by itself, and survives the process.
func TestAppears(t *testing.T) {
	t.Parallel()
	const config = `
autoscaling {
  target_lifecycle_state = "InService"
  after                  = "1ms"
}`
	const path = "meta-data/autoscaling/target-lifecycle-state"
	p := sdktest.Start(t, events.New())
	sdktest.Expect(t, p.Configure(config))
	p.Run()
	there := func(tree sdk.Tree) bool { return tree[path] != nil }
	first := p.WaitTree("the state", there)
	checkpoint := p.WaitCheckpoint()
	p.Stop()

	p = sdktest.Start(t, events.New())
	sdktest.Expect(t, p.Configure(config))
	p.Restore(checkpoint)
	if diff := cmp.Diff(first[path], p.WaitTree("the state", there)[path]); diff != "" {
		t.Errorf("the restart has moved the event (-before +after):\n%s", diff)
	}
}

func TestAction(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, events.New())
	in := sdktest.Instance()
	in.InstanceLifecycle, in.InstanceInterruptionBehavior = "spot", "stop"
	sdktest.Expect(t, p.Configure(`
spot_interruption {
  action = "stop"
  at     = "2999-01-01T00:00:00Z"
}
rebalance_recommendation { at = "2998-01-01T00:00:00Z" }
maintenance "stop" {
  code = "instance-stop"
  at   = "2020-01-01T00:00:00Z"
}
maintenance "reboot" {
  code       = "system-reboot"
  state      = "canceled"
  at         = "2020-01-02T00:00:00Z"
  history_at = "2020-01-03T00:00:00Z"
}
autoscaling {
  target_lifecycle_state = "InService"
  at                     = "2020-01-04T00:00:00Z"
}
autoscaling {
  target_lifecycle_state = "Terminated"
  at                     = "2020-01-05T00:00:00Z"
}
instance_action {
  action = "shutdown"
  at     = "2020-01-06T00:00:00Z"
}`, in))
	p.Run()
	out, err := p.Act("events", nil)
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Events []map[string]string }
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	want := []map[string]string{
		{"kind": "maintenance", "name": "stop", "code": "instance-stop", "at": "2020-01-01T00:00:00Z", "state": "active"},
		{"kind": "maintenance", "name": "reboot", "code": "system-reboot", "at": "2020-01-02T00:00:00Z", "until": "2020-01-03T00:00:00Z", "state": "past", "outcome": "canceled"},
		{"kind": "autoscaling", "target_lifecycle_state": "InService", "at": "2020-01-04T00:00:00Z", "until": "2020-01-05T00:00:00Z", "state": "past"},
		{"kind": "autoscaling", "target_lifecycle_state": "Terminated", "at": "2020-01-05T00:00:00Z", "state": "active"},
		{"kind": "instance_action", "action": "shutdown", "at": "2020-01-06T00:00:00Z", "state": "active"},
		{"kind": "rebalance_recommendation", "at": "2998-01-01T00:00:00Z", "state": "pending"},
		{"kind": "spot_interruption", "action": "stop", "at": "2999-01-01T00:00:00Z", "state": "pending"},
	}
	if diff := cmp.Diff(want, got.Events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// The configuration holds for all instances, and each is interrupted in its
// own way.
func TestSeveralInstances(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, events.New())
	var all []*sdk.Instance
	for _, behavior := range []string{"terminate", "stop", "hibernate"} {
		in := sdktest.Instance()
		in.Label, in.InstanceLifecycle, in.InstanceInterruptionBehavior = behavior, "spot", behavior
		all = append(all, in)
	}
	sdktest.Expect(t, p.Configure(`spot_interruption { at = "2020-01-01T00:00:00Z" }`, all...))
	p.Run()
	for behavior, want := range map[string]string{
		"terminate": `{"action": "terminate", "time": "2020-01-01T00:02:00Z"}`,
		"stop":      `{"action": "stop", "time": "2020-01-01T00:02:00Z"}`,
		"hibernate": `{"action": "hibernate", "time": "2020-01-01T00:00:00Z"}`,
	} {
		leaf, _ := p.TreeOf(behavior)["meta-data/spot/instance-action"].(sdk.Leaf)
		if string(leaf.Body) != want || !leaf.LastModified.Equal(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: %s of %s, want %s", behavior, leaf.Body, leaf.LastModified, want)
		}
	}
}

// Who names some of the mounts gets these, and can leave the others to another
// plugin.
func TestNamedMounts(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, events.New())
	p.Mount = []string{"meta-data/instance-action", "meta-data/events/maintenance/history"}
	sdktest.Expect(t, p.Configure(`autoscaling { target_lifecycle_state = "InService" }`))
	p.Run()
	want := slices.Sorted(slices.Values(p.Mount))
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(p.Tree()))); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestMountWithNothing(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, events.New())
	p.Mount = []string{"meta-data/event", "meta-data", "meta-data/events"}
	sdktest.Expect(t, p.Configure(""),
		`1: Nothing to serve at a mount; The plugin has nothing at or below "meta-data/event". Its own mounts are meta-data/autoscaling, meta-data/events, meta-data/instance-action, meta-data/spot: name some of these or paths below them, or leave the mount argument out for all.`)
}
