//go:build unix

package supervise

import (
	"context"
	"io"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/supervise/badplugin"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// TestStopEndsWhatDoesNotWantTo: however a plugin holds on, it ends, and so does
// what it has started.
func TestStopEndsWhatDoesNotWantTo(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"deaf", "ignores SIGTERM", "child", "orphan", "stopped"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			spec := testSpec(mode)
			spec.Timeouts.Stop = 100 * time.Millisecond
			p, sink, stop := start(t, spec, testOptions(t))
			pids := []int{p.Snapshot().PID}
			if mode == "child" || mode == "orphan" {
				pids = append(pids, grandchildOf(t, sink))
			}
			if mode == "stopped" {
				if err := syscall.Kill(pids[0], syscall.SIGSTOP); err != nil {
					t.Fatal(err)
				}
			}
			stop()
			for _, pid := range pids[:ended(mode, pids)] {
				if alive(pid) {
					t.Errorf("process %d is still there", pid)
				}
			}
		})
	}
}

// TestCrashTakesWhatItStartedAlong: a grandchild in a session of its own does
// not outlive the plugin's crash.
func TestCrashTakesWhatItStartedAlong(t *testing.T) {
	t.Parallel()
	if !onLinux {
		t.Skip("only Linux has subreapers")
	}
	for _, mode := range []string{"child", "orphan"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			out := &awaited{wrote: make(chan struct{}, 1000)}
			o := testOptions(t)
			o.Log = hclog.New(&hclog.LoggerOptions{Output: io.MultiWriter(out, t.Output())})
			p, sink, _ := start(t, testSpec(mode), o)
			grandchild := grandchildOf(t, sink)
			if err := syscall.Kill(p.Snapshot().PID, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			waitFor(t, p, func(s Snapshot) bool { return s.Restarts == 1 })
			if alive(grandchild) {
				t.Errorf("process %d is still there", grandchild)
			}
			out.wait("processes that had left the plugin's process group were ended with it: plugin=test processes=1")
		})
	}
}

// ended is how many of the processes must be gone: elsewhere than on Linux what
// has left the process group is out of reach.
func ended(mode string, pids []int) int {
	if !onLinux && (mode == "child" || mode == "orphan") {
		return 1
	}
	return len(pids)
}

// grandchildOf is the process that the plugin has started.
func grandchildOf(t *testing.T, sink *trees) int {
	t.Helper()
	_, after, _ := strings.Cut(sink.get("test/env"), badplugin.Grandchild+"=")
	line, _, _ := strings.Cut(after, "\n")
	pid, err := strconv.Atoi(line)
	if err != nil || !alive(pid) {
		t.Fatalf("grandchild %q: %v", line, err)
	}
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	return pid
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
