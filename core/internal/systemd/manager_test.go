package systemd

import (
	"slices"
	"strings"
	"testing"
)

func TestEnviron(t *testing.T) {
	t.Parallel()
	got := Environ([]string{
		"PATH=/bin", "LISTEN_FDS=1", "LISTEN_PID=7", "LISTEN_FDNAMES=admin", "NOTIFY_SOCKET=/n",
		"WATCHDOG_USEC=1", "WATCHDOG_PID=7", "LISTEN=1", "STATE_DIRECTORY=/s",
	})
	if want := []string{"PATH=/bin", "LISTEN=1", "STATE_DIRECTORY=/s"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestStatus: a status is one line, or it would be another assignment.
func TestStatus(t *testing.T) {
	t.Parallel()
	if got := Status("one\nREADY=1\ttwo"); got != "STATUS=one READY=1 two" {
		t.Errorf("%q", got)
	}
	if got := Status(strings.Repeat("é", 500)); len(got) > len("STATUS=")+longestStatus+len("…") || !strings.HasSuffix(got, "é…") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}

// TestNone: without a manager nothing is told, and nothing fails.
func TestNone(t *testing.T) {
	t.Parallel()
	m := &Manager{}
	if err := m.Tell(Ready); err != nil || m.Notified() || m.Watchdog() != 0 || len(m.Sockets()) > 0 {
		t.Errorf("%v %+v", err, m)
	}
}
