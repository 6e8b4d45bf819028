//go:build unix

package supervise

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// byInstance is a Sink that keeps the process of the last tree of each
// instance.
type byInstance struct {
	mu     sync.Mutex
	pids   map[string]string
	change chan struct{} // closed and replaced at each tree
}

func (s *byInstance) Publish(_, instance string, nodes []*pluginv1.Node) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range nodes {
		if n.GetPath() == "test/pid" {
			s.pids[instance] = string(n.GetLeaf().GetBody())
		}
	}
	close(s.change)
	s.change = make(chan struct{})
	return nil
}

// wait returns when ok holds for the labels and processes of the trees.
func (s *byInstance) wait(t *testing.T, ok func(pids map[string]string) bool) {
	t.Helper()
	for {
		s.mu.Lock()
		change, now := s.change, ok(s.pids)
		s.mu.Unlock()
		if now {
			return
		}
		select {
		case <-change:
		case <-t.Context().Done():
			t.Fatal("the test ended")
		}
	}
}

func instanceOf(label string, revision uint64) *pluginv1.Instance {
	return &pluginv1.Instance{Label: label, Revision: revision, Facts: []byte(`{"id":"i-1"}`)}
}

// TestInstancesComeAndGo: trees of those that are asked for are published, and
// after a crash those of all that are still asked for.
func TestInstancesComeAndGo(t *testing.T) {
	t.Parallel()
	p, err := Start(t.Context(), testSpec("plain"), testOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Configure(t.Context(), &pluginv1.ConfigureRequest{Name: "test", Config: &pluginv1.Body{}}); err != nil {
		t.Fatal(err)
	}
	sink := &byInstance{pids: map[string]string{}, change: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx, sink) }()
	defer func() { cancel(); <-done }()

	// Nothing was asked for, so nothing is missing.
	s := waitFor(t, p, func(s Snapshot) bool { return s.State == StateReady })
	if !s.Published || !s.Serving() {
		t.Errorf("without instances: %+v", s)
	}
	labels := []string{"a", "b", "c"}
	for _, label := range labels {
		p.Ask(instanceOf(label, 1))
	}
	sink.wait(t, func(pids map[string]string) bool {
		return slices.Equal(slices.Sorted(maps.Keys(pids)), labels)
	})
	p.Forget("b")
	p.Ask(instanceOf("d", 1))
	sink.wait(t, func(pids map[string]string) bool { return pids["d"] != "" })
	if _, err := p.Resolve(t.Context(), "b", "test/live", "test/live", "latest", netip.Addr{}); err == nil {
		t.Error("a live node of a forgotten instance was answered")
	}

	if _, err := p.Act(t.Context(), "test/act", []byte("panic")); err == nil {
		t.Error("the plugin panicked and answered")
	}
	first := fmt.Sprint(s.PID)
	sink.wait(t, func(pids map[string]string) bool {
		return pids["a"] != first && pids["c"] != first && pids["d"] != first
	})
	waitFor(t, p, func(s Snapshot) bool { return s.State == StateReady && s.Restarts == 1 })
	sink.mu.Lock()
	defer sink.mu.Unlock()
	if sink.pids["b"] != first {
		t.Error("the new process was told of an instance that had been forgotten")
	}
}

// TestNewestStateIsSent tables what a process is told of what has happened
// since it was told last.
func TestNewestStateIsSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		started []string // instances of Start
		steps   string   // +a asks for a, -a forgets it
		want    string
	}{
		"new ones in order":       {nil, "+b +a", "+b +a"},
		"came and went":           {nil, "+a -a +b", "+b"},
		"gone":                    {[]string{"a"}, "-a", "-a"},
		"gone and back":           {[]string{"a"}, "-a +a", "+a"},
		"asked for twice":         {nil, "+a +a", "+a"},
		"never there":             {nil, "-a", ""},
		"gone, and others after":  {[]string{"a", "b"}, "-b +c -a", "-b +c -a"},
		"twice back and then not": {[]string{"a"}, "-a +a -a", "-a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &Plugin{instances: newInstances()}
			for _, label := range c.started {
				p.Ask(instanceOf(label, 1))
			}
			if got := len(p.instances.begin()); got != len(c.started) {
				t.Fatalf("%d instances in Start", got)
			}
			for step := range strings.FieldsSeq(c.steps) {
				if label := step[1:]; step[0] == '+' {
					p.Ask(instanceOf(label, 2))
				} else {
					p.Forget(label)
				}
			}
			var got []string
			for m := p.instances.next(); m != nil; m = p.instances.next() {
				if in := m.GetInstance(); in != nil {
					got = append(got, "+"+in.GetLabel())
				} else {
					got = append(got, "-"+m.GetInstanceRemoved().GetLabel())
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

// TestStartHasRoom: what would make Start too large follows it.
func TestStartHasRoom(t *testing.T) {
	t.Parallel()
	p := &Plugin{instances: newInstances()}
	const n = 20
	for i := range n {
		in := instanceOf(fmt.Sprintf("%02d", i), 1)
		in.Facts = make([]byte, wire.MaxTree/n)
		p.Ask(in)
	}
	started, followed := len(p.instances.begin()), 0
	for p.instances.next() != nil {
		followed++
	}
	if started == 0 || followed == 0 || started+followed != n {
		t.Errorf("%d in Start and %d after it", started, followed)
	}
}

// evicting forgets an instance in the moment in which a tree of another one is
// published, as a cache that is full does.
type evicting struct {
	*trees
	p *Plugin
}

func (s evicting) Publish(plugin, instance string, nodes []*pluginv1.Node) error {
	if instance == "a" {
		s.p.Forget("b")
	}
	return s.trees.Publish(plugin, instance, nodes)
}

// TestForgottenIsNotAwaited: an instance that is let go before its first tree
// has come keeps nobody waiting.
func TestForgottenIsNotAwaited(t *testing.T) {
	t.Parallel()
	p := configured(t, testSpec("plain"), testOptions(t))
	p.Ask(instanceOf("a", 1))
	p.Ask(instanceOf("b", 1))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx, evicting{newTrees(), p}) }()
	defer func() { cancel(); <-done }()
	if err := p.AwaitServing(t.Context()); err != nil {
		t.Error(err)
	}
}
