package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// The bootstrap pair of these tests. The secret is looked for in everything
// that the daemon prints.
const (
	bootstrapKey    = "AKIAIOSFODNN7EXAMPLE"
	bootstrapSecret = "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"
	bootstrapBody   = `{"AccessKeyId": "` + bootstrapKey + `", "SecretAccessKey": "` + bootstrapSecret + `"}`
)

// testSTS is an STS outside the daemon: every call is recorded, and faults are
// switched on by the test.
type testSTS struct {
	t      testing.TB
	url    string
	server *stssim.Server

	mu     sync.Mutex
	calls  []stssim.Call
	fault  *stssim.Fault
	change chan struct{} // closed and replaced at each call
}

// newSTS starts one whose sessions live for lifetime. Faults do not hit
// GetCallerIdentity, by which the tests learn whose credentials are served.
func newSTS(t testing.TB, lifetime time.Duration, change ...func(*stssim.Options)) *testSTS {
	t.Helper()
	s := &testSTS{t: t, change: make(chan struct{})}
	key := make([]byte, stssim.KeySize)
	_, _ = rand.Read(key)
	o := stssim.Options{
		Key: key, AccountID: "123456789012", Lifetime: lifetime,
		Observe: s.observe,
		Fault: func(r *http.Request) *stssim.Fault {
			if r.FormValue("Action") == "GetCallerIdentity" {
				return nil
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.fault
		},
	}
	for _, c := range change {
		c(&o)
	}
	var err error
	if s.server, err = stssim.New(o); err != nil {
		t.Fatal(err)
	}
	s.server.AddKey(bootstrapKey, bootstrapSecret, "", "bootstrap")
	l, err := s.server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url = l.URL()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- l.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve STS: %v", err)
		}
	})
	return s
}

func (s *testSTS) observe(c stssim.Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
	close(s.change)
	s.change = make(chan struct{})
}

// set switches a fault on; 0 switches it off.
func (s *testSTS) set(kind stssim.FaultKind) {
	if kind == 0 {
		s.setFault(nil)
		return
	}
	s.setFault(&stssim.Fault{Kind: kind})
}

func (s *testSTS) setFault(f *stssim.Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// wait returns the calls so far once ok holds for them.
func (s *testSTS) wait(what string, ok func([]stssim.Call) bool) []stssim.Call {
	s.t.Helper()
	for {
		s.mu.Lock()
		calls, change := slices.Clip(s.calls), s.change
		s.mu.Unlock()
		if ok(calls) {
			return calls
		}
		select {
		case <-change:
		case <-time.After(2 * time.Minute): // far beyond anything that is waited for
			s.t.Fatalf("waiting for %s: nothing for two minutes after %d calls", what, len(calls))
		}
	}
}

// soFar returns the calls so far.
func (s *testSTS) soFar() []stssim.Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clip(s.calls)
}

// lastCode is how the last call ended.
func lastCode(calls []stssim.Call) string {
	if len(calls) == 0 {
		return ""
	}
	return calls[len(calls)-1].Code
}

// granted are the calls that got a session.
func granted(calls []stssim.Call) []stssim.Call {
	var out []stssim.Call
	for _, c := range calls {
		if c.Code == "Success" && strings.HasPrefix(c.Action, "AssumeRole") {
			out = append(out, c)
		}
	}
	return out
}

// withSTS is a configuration whose iam plugin waits for its bootstrap and asks
// the given STS.
func withSTS(url string) string {
	return preamble + fmt.Sprintf(`
log { level = "trace" }
instance {
  account_id           = "123456789012"
  iam_instance_profile = "app"
}
plugin "identity" {}
plugin "placement" {}
plugin "iam" {
  config {
    role "app" {
      arn         = "arn:aws:iam::${instance.account_id}:role/app"
      external_id = "e2e"
    }
    sts { endpoint = %q }
  }
}
`, url)
}

// bootstrap posts the bootstrap pair.
func (d *daemon) bootstrap() {
	d.t.Helper()
	if status, body := request(d.t, http.MethodPost, d.admin+"/bootstrap/creds", bootstrapBody); status != http.StatusAccepted || body != "" {
		d.t.Fatalf("POST /bootstrap/creds: %d %q, want 202 and nothing", status, body)
	}
}
