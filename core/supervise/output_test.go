//go:build unix

package supervise

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"
)

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
	if _, err := p.Act(t.Context(), "test/act", []byte("print past the SDK")); err != nil {
		t.Fatal(err)
	}
	out.wait("[INFO]  plugin.test: stray: stream=stdout")
	if _, err := p.Act(t.Context(), "test/act", []byte("panic")); !errors.Is(err, ErrUnknownOutcome) {
		t.Errorf("an action that panics: %v", err)
	}
	out.wait("[ERROR] plugin.test: panic: on purpose")
	out.wait(`[INFO]  plugin.test: \x1b[2Jclear: stream=stdout`) // an unended line, when there is no more
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
