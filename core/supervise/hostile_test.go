//go:build unix

package supervise

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/supervise/badplugin"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// TestCutOff: a plugin that sends what no SDK would is cut off and started
// again with a delay, and what it had published stays.
func TestCutOff(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]string{
		"huge tree":         "the plugin is cut off: it sent a message of 33554464 bytes, at most 16777216 are taken",
		"malformed tree":    "the plugin is cut off: it sent what is not taken: the message is malformed",
		"malformed message": "the plugin is cut off: it sent what is not taken: the message is malformed",
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p, sink, _ := startBare(t, testSpec(badplugin.Raw+mode), testOptions(t))
			s := waitFor(t, p, func(s Snapshot) bool { return s.State == StateBackoff && s.Restarts > 1 })
			if !strings.HasPrefix(s.Message, want) {
				t.Errorf("message %q, want %q", s.Message, want)
			}
			if got := sink.get("test/pid"); got == "" || !s.Published {
				t.Errorf("what was published is gone: %q, %+v", got, s)
			}
		})
	}
}

// TestTreeOverTheLimits: a tree over a limit is refused as a whole, before it
// is decoded; the last one and the process stay.
func TestTreeOverTheLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode   string
		limits Limits
		want   string
	}{
		"nodes":        {badplugin.Raw + "tree with eight million nodes", Limits{}, "it has 8000000 nodes: limits.tree_nodes allows 65536"},
		"own nodes":    {badplugin.Raw + "tree with eight million nodes", Limits{TreeNodes: 7}, "it has 8000000 nodes: limits.tree_nodes allows 7"},
		"own bytes":    {badplugin.Raw + "tree with eight million nodes", Limits{TreeBytes: 1 << 20}, "it has 16000002 bytes: limits.tree_bytes allows 1048576"},
		"successors":   {badplugin.Raw + "tree with five thousand successors", Limits{}, "its parts are nested too deeply: publish fewer successors of one leaf"},
		"list":         {badplugin.Raw + "tree with a million names", Limits{}, "it has too many parts: publish fewer nodes, successors, times and names in orders"},
		"an SDK's own": {"plain", Limits{TreeNodes: 3}, "it has 4 nodes: limits.tree_nodes allows 3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := testSpec(c.mode)
			spec.Limits = c.limits
			p, sink, _ := startBare(t, spec, testOptions(t))
			s := waitFor(t, p, func(s Snapshot) bool { return s.State == StateDegraded })
			if s.Message != "tree refused: "+c.want || s.Restarts > 0 {
				t.Errorf("%+v, want %q", s, c.want)
			}
			if got, want := sink.get("test/pid"), strconv.Itoa(s.PID); c.mode != "plain" && got != want {
				t.Errorf("test/pid is %q, want %q of before", got, want)
			}
		})
	}
}

// startBare starts, configures and runs a plugin that need not become ready.
func startBare(t *testing.T, spec Spec, o Options) (*Plugin, *trees, func()) {
	t.Helper()
	p, err := Start(t.Context(), spec, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Configure(t.Context(), &pluginv1.ConfigureRequest{
		Name: "test", Config: &pluginv1.Body{}, Instances: []*pluginv1.Instance{{Revision: 1, Facts: []byte(`{}`)}},
	}); err != nil {
		p.Close()
		t.Fatal(err)
	}
	p.Ask(&pluginv1.Instance{Revision: 1, Facts: []byte(`{}`)})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	sink := newTrees()
	go func() { defer close(done); p.Run(ctx, sink) }()
	stop := func() { cancel(); <-done }
	t.Cleanup(stop)
	return p, sink, stop
}

// TestHangs: a plugin that never answers costs the caller the time that it is
// given, and no more; it can be stopped all the same.
func TestHangs(t *testing.T) {
	t.Parallel()
	impatient := func(where string) Spec {
		spec := testSpec("hangs in " + where)
		spec.Timeouts.Resolve, spec.Timeouts.Act, spec.Timeouts.Stop = 100*time.Millisecond, 100*time.Millisecond, 100*time.Millisecond
		return spec
	}
	t.Run("configure", func(t *testing.T) {
		t.Parallel()
		spec := impatient("configure")
		spec.Timeouts.Start = time.Second
		p, err := Start(t.Context(), spec, testOptions(t))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		_, err = p.Configure(t.Context(), &pluginv1.ConfigureRequest{Config: &pluginv1.Body{}})
		if want := `configure plugin "test": it took longer than timeouts.start`; err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	})
	t.Run("resolve", func(t *testing.T) {
		t.Parallel()
		p, _, _ := start(t, impatient("resolve"), testOptions(t))
		_, err := p.Resolve(t.Context(), "", "test/live", "test/live", "latest", netip.Addr{})
		if err == nil || !strings.Contains(err.Error(), `plugin "test", live node test/live: `) || !strings.Contains(err.Error(), "DeadlineExceeded") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("act", func(t *testing.T) {
		t.Parallel()
		p, _, _ := start(t, impatient("act"), testOptions(t))
		if _, err := p.Act(t.Context(), "test/act", nil); !errors.Is(err, ErrUnknownOutcome) {
			t.Errorf("error %v, want ErrUnknownOutcome", err)
		}
	})
	t.Run("tree", func(t *testing.T) {
		t.Parallel()
		out := &awaited{wrote: make(chan struct{}, 1000)}
		o := testOptions(t)
		o.Log = hclog.New(&hclog.LoggerOptions{Output: io.MultiWriter(out, t.Output())})
		spec := impatient("tree")
		p, err := Start(t.Context(), spec, o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Configure(t.Context(), &pluginv1.ConfigureRequest{
			Config: &pluginv1.Body{}, Instances: []*pluginv1.Instance{{Facts: []byte(`{}`)}},
		}); err != nil {
			t.Fatal(err)
		}
		p.Ask(&pluginv1.Instance{Facts: []byte(`{}`)})
		p.spec.Timeouts.Start = 100 * time.Millisecond
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); p.Run(ctx, newTrees()) }()
		out.wait("plugin has not published its first trees yet; requests for them are answered 503")
		cancel()
		<-done
	})
}

// TestCrashesInACall: a live node is asked again, once; an action never.
func TestCrashesInACall(t *testing.T) {
	t.Parallel()
	p, _, _ := start(t, testSpec("plain"), testOptions(t))
	_, err := p.Resolve(t.Context(), "", "test/live", "test/live/crash", "latest", netip.Addr{})
	if err == nil || !strings.Contains(err.Error(), `plugin "test", live node test/live: `) {
		t.Errorf("error %v", err)
	}
	if s := waitFor(t, p, func(s Snapshot) bool { return s.State == StateReady && s.Restarts == 2 }); s.EndedCPU <= 0 {
		t.Errorf("two processes have ended, and none has taken any time: %+v", s)
	}
	if _, err := p.Act(t.Context(), "test/act", []byte("crash")); !errors.Is(err, ErrUnknownOutcome) {
		t.Errorf("error %v, want ErrUnknownOutcome", err)
	}
	waitFor(t, p, func(s Snapshot) bool { return s.State == StateReady && s.Restarts == 3 })
}

func TestHugeAnswerOfALiveNode(t *testing.T) {
	t.Parallel()
	spec := testSpec("plain")
	spec.Limits.TreeBytes = 1 << 20
	p, _, _ := start(t, spec, testOptions(t))
	_, err := p.Resolve(t.Context(), "", "test/live", "test/live/huge", "latest", netip.Addr{})
	if err == nil || !strings.Contains(err.Error(), "received message larger than max") {
		t.Errorf("error %v", err)
	}
	if _, err := p.Resolve(t.Context(), "", "test/live", "test/live", "latest", netip.Addr{}); err != nil {
		t.Errorf("the next answer: %v", err)
	}
	if s := p.Snapshot(); s.Restarts > 0 {
		t.Errorf("%+v", s)
	}
}

// TestFloods: whatever a plugin writes without end, it stays alive, its log is
// bounded and told of, and it stops in order.
func TestFloods(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"floods stdout", "floods stderr", "floods stdout past the SDK", badplugin.Raw + "endless words", badplugin.Raw + "endless trees"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			out := &awaited{wrote: make(chan struct{}, 1000)}
			o := testOptions(t)
			o.Log = hclog.New(&hclog.LoggerOptions{Output: out})
			spec := testSpec(mode)
			spec.Limits.LogLinesPerSecond = 1
			spec.Timeouts.Stop = 100 * time.Millisecond
			p, sink, stop := startBare(t, spec, o)
			waitFor(t, p, Snapshot.Serving)
			if mode == badplugin.Raw+"endless trees" {
				for range 100 {
					<-sink.change
				}
				go func() { // the sink never blocks
					for range sink.change {
					}
				}()
				defer close(sink.change)
			} else {
				for p.gate.suppressed() == 0 {
					time.Sleep(time.Millisecond) // nothing tells of it
				}
			}
			pid := p.Snapshot().PID
			stop()
			if alive(pid) {
				t.Error("the process is still there")
			}
			out.mu.Lock()
			defer out.mu.Unlock()
			if n := strings.Count(out.log.String(), "\n"); n > 100 {
				t.Errorf("%d lines of log", n)
			}
			if mode != badplugin.Raw+"endless trees" && !strings.Contains(out.log.String(), "plugin logs too much, lines suppressed: plugin=test") {
				t.Errorf("log does not tell of what was suppressed:\n%s", out.log.String())
			}
		})
	}
}

// TestSnapshotTellsWhatItTakes reads memory and time of a running process.
func TestSnapshotTellsWhatItTakes(t *testing.T) {
	t.Parallel()
	before := time.Now()
	p, _, _ := start(t, testSpec("plain"), testOptions(t))
	s := p.Snapshot()
	if s.Started.Before(before) || s.Started.After(time.Now()) {
		t.Errorf("started %v", s.Started)
	}
	if u := s.Usage(); onLinux && (u.RSS < 1<<20 || u.PSS < 1<<20 || u.PSS > u.RSS) {
		t.Errorf("a Go program in memory: %+v", u)
	}
	if err := syscall.Kill(s.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s = waitFor(t, p, func(s Snapshot) bool { return s.Restarts == 1 && s.State == StateReady })
	if u := s.Usage(); u.CPU < s.EndedCPU || s.EndedCPU <= 0 {
		t.Errorf("%+v with %v of an ended process", u, s.EndedCPU)
	}
}
