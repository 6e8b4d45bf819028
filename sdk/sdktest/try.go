package sdktest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// Example runs f with a [testing.TB] that belongs to no test, for an Example
// function, which has none. What fails is printed, so it differs from the
// example's output.
func Example(f func(t testing.TB)) { fmt.Print(Try(f)) }

// Try runs f with a [testing.TB] that belongs to no test, and returns the
// failures that f reports, one a line; empty is none. It is for tests of
// helpers of your own: they must be able to fail.
func Try(f func(t testing.TB)) string {
	ctx, cancel := context.WithCancel(context.Background())
	t := &trial{ctx: ctx}
	t.run(func() { f(t) })
	cancel()
	for {
		t.mu.Lock()
		n := len(t.cleanups)
		if n == 0 {
			t.mu.Unlock()
			break
		}
		last := t.cleanups[n-1]
		t.cleanups = t.cleanups[:n-1]
		t.mu.Unlock()
		t.run(last)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failures.String()
}

// trial is a TB without a test. What it does not implement panics.
type trial struct {
	testing.TB

	ctx context.Context

	mu       sync.Mutex
	failures bytes.Buffer
	failed   bool
	cleanups []func()
}

// run calls f and returns when it does, or when it ends by FailNow.
func (t *trial) run(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

func (t *trial) fail(message string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failed = true
	if message != "" {
		fmt.Fprintln(&t.failures, strings.TrimRight(message, "\n"))
	}
}

func (t *trial) Helper()                  {}
func (t *trial) Name() string             { return "Example" }
func (t *trial) Context() context.Context { return t.ctx }
func (t *trial) Output() io.Writer        { return io.Discard }
func (t *trial) Log(...any)               {}
func (t *trial) Logf(string, ...any)      {}
func (t *trial) Error(args ...any)        { t.fail(fmt.Sprintln(args...)) }
func (t *trial) Errorf(f string, a ...any) {
	t.fail(fmt.Sprintf(f, a...))
}
func (t *trial) Fail() { t.fail("") }
func (t *trial) FailNow() {
	t.fail("")
	runtime.Goexit()
}

func (t *trial) Fatal(args ...any) {
	t.Error(args...)
	runtime.Goexit()
}

func (t *trial) Fatalf(f string, a ...any) {
	t.Errorf(f, a...)
	runtime.Goexit()
}

func (t *trial) Failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

func (t *trial) Cleanup(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleanups = append(t.cleanups, f)
}

func (t *trial) TempDir() string {
	dir, err := os.MkdirTemp("", "sdktest")
	if err != nil {
		t.Fatalf("make a temporary folder: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
