package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// TestForget drops all there is, the file too, and a restart does not bring it
// back; new bootstrap credentials do.
func TestForget(t *testing.T) {
	t.Parallel()
	s := newSTS(t, time.Hour)
	dir := t.TempDir()
	d := startIn(t, dir, kept(s.url))
	d.bootstrap()
	doc := d.works(s, "good", success)
	waitFile(t, keptIn(dir), func(text string) bool { return strings.Contains(text, doc.AccessKeyID) })
	d.act("/forget", "")
	if _, err := os.Stat(keptIn(dir)); !os.IsNotExist(err) {
		t.Errorf("the state file is still there: %v", err)
	}
	failed := d.waitRole("a failure document", func(doc document) bool { return doc.Code != "Success" })
	if failed.Code != "Internal" || !strings.Contains(failed.Message, "were dropped by its operator") {
		t.Errorf("what follows is %+v", failed)
	}
	if r := d.tell().Roles[0]; r.State != "forgotten" || r.AccessKeyID != "" {
		t.Errorf("/credentials tells %+v", r)
	}
	d.waitStatus("false")
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		if status, _ := request(t, method, d.admin+"/forget", ""); status != http.StatusMethodNotAllowed {
			t.Errorf("%s /forget: %d", method, status)
		}
	}
	d.stop()
	d = startIn(t, dir, kept(s.url))
	if doc := d.role(); doc.Code == "Success" {
		t.Errorf("a restart brings %s back", doc.AccessKeyID)
	}
	d.bootstrap()
	next := d.works(s, "good", success)
	waitFile(t, keptIn(dir), func(text string) bool { return strings.Contains(text, next.AccessKeyID) })
	// The same in one process: nothing is tried until somebody asks for it.
	d.act("/forget", "")
	d.waitRole("a failure document", func(doc document) bool { return doc.Code != "Success" })
	d.bootstrap()
	d.works(s, "new", func(doc document) bool { return doc.AccessKeyID != next.AccessKeyID })
}

// TestForgetDuringACall: what STS answers to a request that was on its way
// when all was dropped is not told any more, and what brings a role back is
// named by what it takes.
func TestForgetDuringACall(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	arrived, forgotten := make(chan struct{}, 1), make(chan struct{})
	s := newSTS(t, time.Hour, i.known, func(o *stssim.Options) {
		o.Trust = func(stssim.Caller, string) bool {
			select {
			case arrived <- struct{}{}:
			default:
			}
			<-forgotten
			return false
		}
	})
	file := filepath.Join(t.TempDir(), "token")
	writeFile(t, file, i.token("pod", time.Now().Add(time.Hour)))
	d := start(t, chained(s.url, `web_identity { token_file = "`+file+`" }`))
	<-arrived
	d.act("/forget", "")
	close(forgotten)
	d.waitLine("AssumeRole failed", "source=web_identity")
	all := d.tell()
	if r, src := all.Roles[0], all.Sources[0]; r.State != "forgotten" || r.Error.Message != "" || src.State != "ready" || src.Error.Message != "" {
		t.Errorf("/credentials tells %+v", all)
	}
	want := "The credentials of the role app were dropped by its operator: POST to /refresh of the admin listener of mockmd."
	if doc := d.waitRole("forgotten", func(doc document) bool { return strings.Contains(doc.Message, "dropped") }); doc.Message != want {
		t.Errorf("message %q, want %q", doc.Message, want)
	}
}

// TestRevivalOutlivesACrash: a role that somebody has asked to be tried again
// is tried again, though the plugin dies before STS has answered.
func TestRevivalOutlivesACrash(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := newSTS(t, time.Hour, i.known)
	file := filepath.Join(t.TempDir(), "token")
	writeFile(t, file, i.token("pod", time.Now().Add(time.Hour)))
	d := start(t, chained(s.url, `web_identity { token_file = "`+file+`" }`))
	d.works(s, "good", success)
	d.act("/forget", "")
	s.set(stssim.Hang)
	d.act("/refresh", "")
	s.wait("the call", func(c []stssim.Call) bool { return lastCode(c) == stssim.Hang.String() })
	if err := syscall.Kill(d.pids("iam")["iam"], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	d.waitLines("plugin ready", 2)
	s.set(0)
	d.works(s, "good", success)
}
