//go:build unix

package supervise

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// configured starts and configures a plugin, and has it closed with the test.
func configured(t *testing.T, spec Spec, o Options) *Plugin {
	t.Helper()
	p, err := Start(t.Context(), spec, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	said, err := p.Configure(t.Context(), &pluginv1.ConfigureRequest{
		Name: "test", Config: &pluginv1.Body{}, Mounts: []string{"test"},
		Instances: []*pluginv1.Instance{{Revision: 1, Facts: []byte(`{"id":"i-1"}`)}},
	})
	if err != nil || len(said.GetDiagnostics()) > 0 {
		t.Fatalf("configure: %v %v", said.GetDiagnostics(), err)
	}
	p.Ask(&pluginv1.Instance{Revision: 1, Facts: []byte(`{"id":"i-1"}`)})
	return p
}

// running has a configured plugin run, and ended with the test.
func running(t *testing.T, p *Plugin) (sink *trees, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	sink = newTrees()
	go func() {
		defer close(done)
		p.Run(ctx, sink)
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return sink, stop
}

// TestHandOver: the next process gets the last words of the one before it, and
// a call that comes in between waits for the next.
func TestHandOver(t *testing.T) {
	t.Parallel()
	spec, o := testSpec("last words"), testOptions(t)
	old, _, stop := start(t, spec, o)
	next := configured(t, spec, o)
	if err := old.HandOver(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	live := make(chan string, 1)
	go func() {
		leaf, err := old.Resolve(context.WithoutCancel(t.Context()), "", "test/live", "test/live", "latest", netip.Addr{})
		if err != nil {
			live <- err.Error()
			return
		}
		pid, _, _ := strings.Cut(string(leaf.GetBody()), " ")
		live <- pid
	}()
	stop()
	if !next.Inherit(old) {
		t.Error("nothing was inherited")
	}
	sink, _ := running(t, next)
	if err := next.AwaitServing(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := sink.get("test/restored"); got != "last words" {
		t.Errorf("restored from %q", got)
	}
	if got, want := <-live, strconv.Itoa(next.Snapshot().PID); got != want {
		t.Errorf("the call in between: %s, want the next process %s", got, want)
	}
}

// TestHandOverTakenBack: when the next one comes to nothing, the plugin runs
// again from its checkpoint, and answers who waited.
func TestHandOverTakenBack(t *testing.T) {
	t.Parallel()
	spec, o := testSpec("last words"), testOptions(t)
	old, _, stop := start(t, spec, o)
	next := configured(t, testSpec("gives up"), o)
	if err := old.HandOver(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	stop()
	_, stopNext := running(t, next)
	waitFor(t, next, func(s Snapshot) bool { return s.State == StateBackoff })
	live := make(chan error, 1)
	go func() {
		_, err := old.Resolve(context.WithoutCancel(t.Context()), "", "test/live", "test/live", "latest", netip.Addr{})
		live <- err
	}()
	stopNext()
	sink, _ := running(t, old)
	if err := old.AwaitServing(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := old.HandOver(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := <-live; err != nil {
		t.Errorf("the call in between: %v", err)
	}
	if got := sink.get("test/restored"); got != "last words" {
		t.Errorf("restored from %q", got)
	}
}

// TestInheritNothing: no checkpoint goes to another command or pin.
func TestInheritNothing(t *testing.T) {
	t.Parallel()
	from := &Plugin{spec: testSpec(""), checkpoint: checkpoint{data: []byte("secret"), sequence: 7}}
	other, pinned := testSpec(""), testSpec("")
	other.Command = append(slices.Clone(other.Command), "-v")
	pinned.SHA256 = make([]byte, 32)
	for name, c := range map[string]struct {
		spec Spec
		want string
	}{
		"the same":        {testSpec(""), "secret"},
		"another env":     {testSpec("other"), "secret"},
		"another command": {other, ""},
		"another pin":     {pinned, ""},
	} {
		p := &Plugin{spec: c.spec}
		if got := p.Inherit(from); got != (c.want != "") || string(p.checkpoint.data) != c.want {
			t.Errorf("%s: %v, %q, want %q", name, got, p.checkpoint.data, c.want)
		}
		if newer, ok := p.checkpoint.newer(&pluginv1.Checkpoint{Data: []byte("own"), Sequence: 1}, 0); !ok || string(newer.data) != "own" {
			t.Errorf("%s: the first checkpoint of its own does not take its place", name)
		}
	}
}

func TestAwait(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := &Plugin{spec: Spec{Name: "test"}, change: make(chan struct{})}
	ended, cancel := context.WithDeadline(t.Context(), now) // long ago
	defer cancel()
	for name, c := range map[string]struct {
		snapshot Snapshot
		want     string
	}{
		"serving":  {Snapshot{State: StateReady, Published: true}, ""},
		"degraded": {Snapshot{State: StateDegraded, Published: true, Message: "slow"}, ""},
		"refused":  {Snapshot{State: StateDegraded, Message: "tree refused: too deep"}, `nothing of plugin "test" can be served: tree refused: too deep`},
		"ended":    {Snapshot{State: StateBackoff, Message: "exit status 1"}, `plugin "test" did not become ready: exit status 1`},
		"failed":   {Snapshot{State: StateFailed, Message: "another version"}, `plugin "test" did not become ready: another version`},
		"late":     {Snapshot{State: StateConfiguring}, `plugin "test" is configuring and has published nothing in time`},
	} {
		p.set(func(s *Snapshot) { *s = c.snapshot })
		err := p.AwaitServing(ended)
		if got := text(err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	p.set(func(s *Snapshot) { s.ValidUntil = now })
	if err := p.AwaitValid(ended, func() time.Time { return now.Add(-1) }); err != nil {
		t.Errorf("valid: %v", err)
	}
	if err := p.AwaitValid(ended, func() time.Time { return now }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("not valid: %v", err)
	}
	p.calls = 1
	if err := p.Idle(ended); err == nil {
		t.Error("idle with a call under way")
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
