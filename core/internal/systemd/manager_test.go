package systemd

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
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

// TestTellDoesNotWait: a manager that has ceased to read holds nobody up.
func TestTellDoesNotWait(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "sock") //nolint:usetesting // t.TempDir may be too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "notify")
	stuck, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stuck.Close() })
	m := &Manager{notify: path, patience: time.Millisecond}
	for err == nil { // until there is no room any more
		err = m.Tell(Ready)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if n, err := stuck.Read(make([]byte, 100)); n != len(Ready) || err != nil {
		t.Errorf("told %d bytes: %v", n, err)
	}
	if err := m.Tell(Ready); err != nil {
		t.Errorf("there is room again: %v", err)
	}
}
