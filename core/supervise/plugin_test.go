//go:build unix

package supervise

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

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
		Env:      Environ(os.Environ(), nil, map[string]string{modeEnv: mode}),
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

// TestOutputIsLogged: what a plugin prints, at any time after the handshake,
// and the text of its panic are lines of the log.
func TestOutputIsLogged(t *testing.T) {
	t.Parallel()
	out := &awaited{wrote: make(chan struct{}, 1000)}
	o := testOptions(t)
	o.Log = hclog.New(&hclog.LoggerOptions{Output: io.MultiWriter(out, t.Output()), Level: hclog.Info, DisableTime: true})
	p, _, _ := start(t, testSpec("plain"), o)
	if _, err := p.Act(t.Context(), "test/act", []byte("print")); err != nil {
		t.Fatal(err)
	}
	out.wait("[INFO]  plugin.test: to stdout: stream=stdout")
	out.wait("[INFO]  plugin.test: to stderr: stream=stderr")
	if _, err := p.Act(t.Context(), "test/act", []byte("panic")); !errors.Is(err, ErrUnknownOutcome) {
		t.Errorf("an action that panics: %v", err)
	}
	out.wait("[ERROR] plugin.test: panic: on purpose")
	waitFor(t, p, func(s Snapshot) bool { return s.Restarts > 0 && s.State == StateReady })
}

// awaited is a log that a test can wait for.
type awaited struct {
	wrote chan struct{}

	mu  sync.Mutex
	log strings.Builder
}

func (a *awaited) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	select {
	case a.wrote <- struct{}{}:
	default:
	}
	return a.log.Write(p)
}

// wait returns when the log holds text.
func (a *awaited) wait(text string) {
	for {
		a.mu.Lock()
		found := strings.Contains(a.log.String(), text)
		a.mu.Unlock()
		if found {
			return
		}
		<-a.wrote
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

func TestStopEndsWhatDoesNotWantTo(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"deaf", "grandchild", "stopped"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			spec := testSpec(mode)
			spec.Timeouts.Stop = 100 * time.Millisecond
			p, sink, stop := start(t, spec, testOptions(t))
			pid := p.Snapshot().PID
			if _, after, ok := strings.Cut(sink.get("test/env"), grandchildEnv+"="); ok {
				line, _, _ := strings.Cut(after, "\n")
				grandchild, err := strconv.Atoi(line)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = syscall.Kill(grandchild, syscall.SIGKILL) }()
			}
			if mode == "stopped" {
				if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
					t.Fatal(err)
				}
			}
			stop()
			if alive(pid) {
				t.Errorf("process %d is still there", pid)
			}
		})
	}
}

func TestHungProcessIsReplaced(t *testing.T) {
	t.Parallel()
	spec := testSpec("plain")
	spec.Timeouts.Stop = 100 * time.Millisecond
	p, err := Start(t.Context(), spec, testOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	p.healthEvery = 50 * time.Millisecond
	if _, err := p.Configure(t.Context(), &pluginv1.ConfigureRequest{Name: "test", Config: &pluginv1.Body{}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx, newTrees()) }()
	defer func() { cancel(); <-done }()
	first := waitFor(t, p, func(s Snapshot) bool { return s.State == StateReady })
	if err := syscall.Kill(first.PID, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	second := waitFor(t, p, func(s Snapshot) bool { return s.State == StateReady && s.Restarts == 1 })
	if second.PID == first.PID || alive(first.PID) {
		t.Errorf("the stopped process %d was not replaced: %+v", first.PID, second)
	}
}

func TestEnvironmentIsClean(t *testing.T) {
	t.Parallel()
	spec := testSpec("plain")
	spec.Env = Environ([]string{"PATH=/bin", "SECRET=s", "AWS_PROFILE=p", "OTHER=o", "PASSED=x"}, []string{"PASSED"},
		map[string]string{modeEnv: "plain", "OWN": "1"})
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

func TestStartFails(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change    func(*Spec)
		mode      string
		want      string
		permanent bool
	}{
		"exits":         {mode: "exit", want: "start plugin \"test\": the process ended: exit status 7 before it shook hands as a mockmd plugin does (by sdk.Serve)\nit wrote:\n  cannot open the rack"},
		"no handshake":  {mode: "garbage", want: "did not answer as a mockmd plugin does"},
		"silent":        {mode: "silent", want: "start plugin \"test\": ", change: func(s *Spec) { s.Timeouts.Start = 200 * time.Millisecond }},
		"wrong version": {mode: "version", want: `plugin "test" speaks contract version 99, and mockmd test speaks 1: the plugin is the newer one; run the mockmd that it was made for, or rebuild it with the SDK of this one`, permanent: true},
		"not there":     {want: "start plugin \"test\": it could not be run\nit wrote:\n  run /no/such/file: no such file or directory", change: func(s *Spec) { s.Command = []string{"/no/such/file"} }},
		"script":        {want: "the process ended: exit status 3 before", change: func(s *Spec) { s.Command = []string{script} }},
		"pin":           {mode: "plain", want: "the configuration pins 0102", permanent: true, change: func(s *Spec) { s.SHA256 = []byte{1, 2} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, spec := testOptions(t), testSpec(c.mode)
			if c.change != nil {
				c.change(&spec)
			}
			_, err := Start(t.Context(), spec, o)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want %q in it", err, c.want)
			}
			if errors.As(err, new(*PermanentError)) != c.permanent {
				t.Errorf("permanent is %v, want %v: %v", !c.permanent, c.permanent, err)
			}
			if left, err := os.ReadDir(o.SocketDir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}

func TestPinnedProgramRuns(t *testing.T) {
	t.Parallel()
	spec := testSpec("plain")
	f, err := os.Open(spec.Command[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	var wrong *PinError
	if err := checkPin(f, spec.Command[0], []byte{0}); !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	spec.SHA256 = wrong.Got
	start(t, spec, testOptions(t))
}

func TestRefusedTreeDegradesUntilTheNext(t *testing.T) {
	t.Parallel()
	p, err := Start(t.Context(), testSpec("plain"), testOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Configure(t.Context(), &pluginv1.ConfigureRequest{
		Name: "test", Config: &pluginv1.Body{}, Instances: []*pluginv1.Instance{{Facts: []byte(`{}`)}},
	}); err != nil {
		t.Fatal(err)
	}
	p.Ask(&pluginv1.Instance{Facts: []byte(`{}`)})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	sink := newTrees()
	sink.err = fs.ErrInvalid
	go func() { defer close(done); p.Run(ctx, sink) }()
	defer func() { cancel(); <-done }()
	s := waitFor(t, p, func(s Snapshot) bool { return s.State == StateDegraded })
	if !strings.HasPrefix(s.Message, "tree refused: ") || s.Published || s.Serving() {
		t.Errorf("nothing was ever published, and the plugin is %+v", s)
	}
	sink.mu.Lock()
	sink.err = nil
	sink.mu.Unlock()
	if _, err := p.Act(t.Context(), "test/act", []byte("again")); err != nil {
		t.Fatal(err)
	}
	if s := waitFor(t, p, func(s Snapshot) bool { return s.State == StateReady }); s.Message != "" || !s.Serving() {
		t.Errorf("after a good tree: %+v", s)
	}
}
