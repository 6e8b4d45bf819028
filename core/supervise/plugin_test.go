//go:build unix

package supervise

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/supervise/badplugin"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// trees is a Sink that keeps the last tree and tells of each.
type trees struct {
	mu     sync.Mutex
	last   map[string]string
	err    error
	change chan struct{}
}

func newTrees() *trees { return &trees{change: make(chan struct{}, 100)} }

func (s *trees) Publish(_, _ string, nodes []*pluginv1.Node) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.last = map[string]string{}
	for _, n := range nodes {
		s.last[n.GetPath()] = string(n.GetLeaf().GetBody())
	}
	s.change <- struct{}{}
	return nil
}

func (s *trees) get(path string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last[path]
}

func testSpec(mode string) Spec {
	self, _ := os.Executable()
	return Spec{
		Name: "test", Command: []string{self}, Launcher: []string{self, launchCommand},
		Env:      Environ(os.Environ(), nil, map[string]string{badplugin.Mode: mode}),
		Timeouts: Timeouts{Start: 20 * time.Second, Resolve: 10 * time.Second, Act: 10 * time.Second, Stop: 2 * time.Second},
	}
}

func testOptions(t *testing.T) Options {
	return Options{
		Log:         hclog.New(&hclog.LoggerOptions{Output: t.Output(), Level: hclog.Trace}),
		CoreVersion: "test", SocketDir: shortDir(t), Reaper: reaper,
	}
}

// start starts, configures and runs a plugin and returns it when it is ready.
// stop ends it.
func start(t *testing.T, spec Spec, o Options) (p *Plugin, sink *trees, stop func()) {
	t.Helper()
	p, err := Start(t.Context(), spec, o)
	if err != nil {
		t.Fatal(err)
	}
	said, err := p.Configure(t.Context(), &pluginv1.ConfigureRequest{
		Name: "test", Config: &pluginv1.Body{}, Mounts: []string{"test"},
		Instances: []*pluginv1.Instance{{Revision: 1, Facts: []byte(`{"id":"i-1"}`)}},
	})
	if err != nil || len(said.GetDiagnostics()) > 0 {
		t.Fatalf("configure: %v %v", said.GetDiagnostics(), err)
	}
	p.Ask(&pluginv1.Instance{Revision: 1, Facts: []byte(`{"id":"i-1"}`)})
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
	waitFor(t, p, func(s Snapshot) bool { return s.State == StateReady })
	return p, sink, stop
}

// waitFor returns when ok holds; ok is called with the plugin's lock held.
func waitFor(t *testing.T, p *Plugin, ok func(Snapshot) bool) Snapshot {
	t.Helper()
	for {
		p.mu.Lock()
		s, change, now := p.snapshot, p.change, ok(p.snapshot)
		p.mu.Unlock()
		if now {
			return s
		}
		select {
		case <-change:
		case <-t.Context().Done():
			t.Fatalf("the test ended in %+v", s)
		}
	}
}

// alive tells whether a process is there and no zombie.
func alive(pid int) bool {
	return syscall.Kill(pid, 0) == nil
}

func TestLife(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	p, sink, stop := start(t, testSpec("plain"), o)
	s := p.Snapshot()
	if got := sink.get("test/pid"); got != strconv.Itoa(s.PID) {
		t.Errorf("tree says pid %s, snapshot %d", got, s.PID)
	}
	left, err := os.ReadDir(o.SocketDir)
	if err != nil || len(left) > 0 {
		t.Errorf("socket directory after the first contact: %v %v", left, err)
	}
	stop()
	if alive(s.PID) {
		t.Errorf("process %d outlives Run", s.PID)
	}
}

func TestMTLS(t *testing.T) {
	t.Parallel()
	spec := testSpec("plain")
	spec.MTLS = true
	_, sink, _ := start(t, spec, testOptions(t))
	if env := sink.get("test/env"); !strings.Contains(env, "PLUGIN_CLIENT_CERT=-----BEGIN CERTIFICATE-----") {
		t.Errorf("the plugin was given no certificate of the core:\n%s", env)
	}
}

// TestWhyAPluginGaveUp: the plugin's own word reaches the state.
func TestWhyAPluginGaveUp(t *testing.T) {
	t.Parallel()
	p, err := Start(t.Context(), testSpec("gives up"), testOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Configure(t.Context(), &pluginv1.ConfigureRequest{Name: "test", Config: &pluginv1.Body{}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx, newTrees()) }()
	defer func() { cancel(); <-done }()
	if s := waitFor(t, p, func(s Snapshot) bool { return s.State == StateBackoff }); !strings.Contains(s.Message, "no more") {
		t.Errorf("message %q, want the plugin's", s.Message)
	}
}

func TestRestartKeepsCheckpoint(t *testing.T) {
	t.Parallel()
	p, sink, _ := start(t, testSpec("checkpoint"), testOptions(t))
	waitFor(t, p, func(Snapshot) bool { return string(p.checkpoint.data) == "kept" })
	first := p.Snapshot()
	<-sink.change
	if err := syscall.Kill(first.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-sink.change
	second := waitFor(t, p, func(s Snapshot) bool { return s.State == StateReady && s.Restarts == 1 })
	if second.PID == first.PID || second.Restarts != 1 {
		t.Errorf("after the kill: %+v, before: %+v", second, first)
	}
	if got := sink.get("test/restored"); got != "kept" {
		t.Errorf("restored %q, want the checkpoint", got)
	}
}

func TestLastWordsAreHeard(t *testing.T) {
	t.Parallel()
	p, _, stop := start(t, testSpec("last words"), testOptions(t))
	stop()
	if got := string(p.checkpoint.data); got != "last words" {
		t.Errorf("checkpoint %q after an orderly stop", got)
	}
}

func TestEnvironmentIsClean(t *testing.T) {
	t.Parallel()
	spec := testSpec("plain")
	spec.Env = Environ([]string{"PATH=/bin", "SECRET=s", "AWS_PROFILE=p", "OTHER=o", "PASSED=x"}, []string{"PASSED"},
		map[string]string{badplugin.Mode: "plain", "OWN": "1"})
	_, sink, _ := start(t, spec, testOptions(t))
	env := sink.get("test/env")
	for _, want := range []string{"PATH=/bin", "PASSED=x", "OWN=1", "AWS_EC2_METADATA_DISABLED=true"} {
		if !strings.Contains(env, want) {
			t.Errorf("environment lacks %s:\n%s", want, env)
		}
	}
	for _, no := range []string{"SECRET", "AWS_PROFILE", "OTHER"} {
		if strings.Contains(env, no+"=") {
			t.Errorf("environment holds %s:\n%s", no, env)
		}
	}
}

func TestCalls(t *testing.T) {
	t.Parallel()
	p, _, _ := start(t, testSpec("plain"), testOptions(t))
	leaf, err := p.Resolve(t.Context(), "", "test/live", "test/live", "latest", netip.MustParseAddr("127.0.0.1"))
	if want := strconv.Itoa(p.Snapshot().PID) + " latest 127.0.0.1"; err != nil || string(leaf.GetBody()) != want {
		t.Errorf("live node: %q %v, want %q", leaf.GetBody(), err, want)
	}
	if _, err := p.Resolve(t.Context(), "", "test/live", "test/live/no", "latest", netip.Addr{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("missing path: %v, want ErrNotFound", err)
	}
	body, err := p.Act(t.Context(), "test/act", []byte("keep me"))
	if err != nil || string(body) != "done" {
		t.Errorf("action: %q %v", body, err)
	}
	if got := string(p.checkpoint.data); got != "keep me" {
		t.Errorf("checkpoint %q when the action had returned", got)
	}
	var refused *ActError
	if _, err := p.Act(t.Context(), "test/act", []byte("bad")); !errors.As(err, &refused) || refused.Message != "not this one" {
		t.Errorf("refused action: %v", err)
	}
	// A call that meets a dead process waits for the next one.
	if err := syscall.Kill(p.Snapshot().PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Resolve(t.Context(), "", "test/live", "test/live", "latest", netip.Addr{}); err != nil {
		t.Errorf("live node over a crash: %v", err)
	}
}
