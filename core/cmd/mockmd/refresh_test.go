package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

func TestUnbootstrapped(t *testing.T) {
	t.Parallel()
	s := newSTS(t, time.Hour)
	d := start(t, withSTS(s.url))
	if _, got := get(t, d.metadata+"/latest/meta-data/iam/security-credentials/"); got != "app" {
		t.Errorf("listing %q, want the role", got)
	}
	if doc := d.role(); doc.Code == "Success" || doc.Code == "" || !strings.Contains(doc.Message, "/bootstrap/creds") {
		t.Errorf("document before the bootstrap: %+v", doc)
	}
	if _, got := get(t, d.admin+"/status"); strings.TrimSpace(got) != "false" {
		t.Errorf("/status %q before the bootstrap", got)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) > 0 {
		t.Errorf("STS was called before the bootstrap: %+v", s.calls)
	}
}

// TestRefreshChain follows the signatures: the first call is signed by the
// bootstrap key, each later one by the session before it.
func TestRefreshChain(t *testing.T) {
	t.Parallel()
	s := newSTS(t, 3*time.Second)
	d := start(t, withSTS(s.url))
	d.bootstrap()
	r := d.read(2, nil)
	calls := s.wait("five sessions", func(c []stssim.Call) bool { return len(granted(c)) >= 5 })
	t.Logf("%d reads meanwhile", r.stop())
	signer := bootstrapKey
	for i, c := range granted(calls) {
		t.Logf("AssumeRole %d at %s: signed by %s, issued %s", i+1, c.Time.Format("15:04:05.000"), c.AccessKeyID, c.IssuedKeyID)
		if c.AccessKeyID != signer {
			t.Errorf("call %d is signed by %s, want %s", i+1, c.AccessKeyID, signer)
		}
		if i > 0 && c.Duration > time.Hour {
			t.Errorf("call %d asks for %s, role chaining has an hour", i+1, c.Duration)
		}
		if c.RoleARN != "arn:aws:iam::123456789012:role/app" || c.SessionName != "mockmd" {
			t.Errorf("call %d: %+v", i+1, c)
		}
		signer = c.IssuedKeyID
	}
	d.waitStatus("true")
}

// TestFaults switches each fault on while a good set is served: it stays
// served, and what follows the fault is one session, not a storm.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct {
		kind     stssim.FaultKind
		lifetime time.Duration // the fault begins at half of it and must be over before the end
	}{
		"500":              {stssim.InternalFailure, 8 * time.Second},
		"throttling":       {stssim.Throttling, 8 * time.Second},
		"connection reset": {stssim.Reset, 8 * time.Second},
		"malformed XML":    {stssim.Malformed, 8 * time.Second},
		"AccessDenied":     {stssim.Denied, 16 * time.Second},
		"hang":             {stssim.Hang, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSTS(t, fault.lifetime)
			d := start(t, withSTS(s.url))
			d.bootstrap()
			good := d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
			r := d.readGood(1, nil)
			s.set(fault.kind)
			s.wait("the fault", func(c []stssim.Call) bool { return lastCode(c) == fault.kind.String() })
			if doc := d.role(); doc != good {
				t.Errorf("during the fault %s is served, want the good set %s", doc.AccessKeyID, good.AccessKeyID)
			}
			s.set(0)
			before := len(s.soFar())
			calls := s.wait("recovery", func(c []stssim.Call) bool { return len(granted(c)) >= 2 })
			d.waitRole("new", func(doc document) bool { return doc.Code == "Success" && doc.AccessKeyID != good.AccessKeyID })
			if n := len(calls) - before; n > 2 { // one may have been under way
				t.Errorf("recovery took %d calls", n)
			}
			t.Logf("%d calls in all, %d reads meanwhile", len(calls), r.stop())
		})
	}
}

// TestExpiryDuringAnOutage stops the iam process as well: the core alone must
// end the credentials in time.
func TestExpiryDuringAnOutage(t *testing.T) {
	t.Parallel()
	s := newSTS(t, 6*time.Second)
	d := start(t, withSTS(s.url))
	d.bootstrap()
	good := d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
	r := d.read(2, nil)
	s.set(stssim.InternalFailure)
	pid := d.pids("iam")["iam"]
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	doc := d.waitRole("a failure document", func(doc document) bool { return doc.Code != "Success" })
	if now := time.Now(); now.Before(good.Expiration) {
		t.Errorf("the good set ended %s too early", good.Expiration.Sub(now))
	}
	if doc.Message == "" || doc.LastUpdated == "" {
		t.Errorf("failure document %+v", doc)
	}
	if _, got := get(t, d.admin+"/status"); strings.TrimSpace(got) != "false" {
		t.Errorf("/status %q after the expiry", got)
	}
	s.set(0)
	_ = syscall.Kill(pid, syscall.SIGCONT) // the core may have replaced it by now
	d.waitRole("good again", func(doc document) bool { return doc.Code == "Success" })
	d.waitStatus("true")
	t.Logf("%d reads, none of expired credentials", r.stop())
}
