package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func itoa(n int) string { return strconv.Itoa(n) }

// waiting is a configuration that is not ready before it is handed credentials.
const waiting = preamble + `
plugin "placement" {}
plugin "iam" {
  config {
    role "app" { arn = "arn:aws:iam::123456789012:role/app" }
    sts {
      simulated      = true
      auto_bootstrap = false
    }
  }
}
`

// TestNotify: the service manager is told what GET /readyz says, of each
// reload, and of the end; and it is not told sooner.
func TestNotify(t *testing.T) {
	t.Parallel()
	m := newManager(t)
	d := m.start(t.TempDir(), waiting)
	d.admin = d.waitMatch(regexp.MustCompile(`^  admin     (http://\S+)`))
	m.waitTold(d, `STATUS=not ready: plugin "iam" has nothing valid to serve`, 1)
	if status, _ := get(t, d.admin+"/readyz"); status != http.StatusServiceUnavailable || slices.Contains(m.all(), "READY=1") {
		t.Fatalf("GET /readyz: %d; told %q", status, m.all())
	}
	d.hangUp() // its end is not taken for being ready
	d.waitLines("configuration reloaded", 1)
	if told := m.all(); slices.Contains(told, "READY=1") || slices.Contains(told, "RELOADING=1") {
		t.Fatalf("not ready yet, and told %q", told)
	}
	d.bootstrap()
	m.waitTold(d, "READY=1", 1)
	if status, body := get(t, d.admin+"/readyz"); status != http.StatusOK {
		t.Errorf("ready, and GET /readyz: %d %s", status, body)
	}
	m.waitTold(d, "STATUS=ready: instance i-", 1)

	before := monotonicNow(t)
	d.hangUp()
	m.waitTold(d, "READY=1", 2)
	d.configure("nonsense {}")
	d.hangUp()
	m.waitTold(d, "READY=1", 3)
	m.waitTold(d, "STATUS=ready; the last reload failed, all goes on as before: metadata.hcl:1,1: No plugin", 1)
	d.stop()
	m.waitTold(d, "STOPPING=1", 1)

	var order []string
	at := before
	for _, assignment := range m.all() {
		name, value, _ := strings.Cut(assignment, "=")
		switch name {
		case "READY", "RELOADING", "STOPPING":
			order = append(order, name)
		case "MONOTONIC_USEC":
			usec, err := strconv.ParseInt(value, 10, 64)
			if err != nil || usec < at {
				t.Errorf("%s after %d: %v", assignment, at, err)
			}
			at = usec
		}
	}
	if want := []string{"READY", "RELOADING", "READY", "RELOADING", "READY", "STOPPING"}; !slices.Equal(order, want) {
		t.Errorf("told %v, want %v", order, want)
	}
}

// monotonicNow is the clock of MONOTONIC_USEC=.
func monotonicNow(t testing.TB) int64 {
	t.Helper()
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		t.Fatal(err)
	}
	return ts.Nano() / 1000
}

// TestWatchdog: the watchdog is told while all is well, and no instance is
// built for its questions.
func TestWatchdog(t *testing.T) {
	t.Parallel()
	m := newManager(t)
	m.listen("admin", "unix", filepath.Join(shortDir(t), "a"))
	d := m.start(t.TempDir(), preamble+"instance \"one\" { match = [\"127.0.0.1\"] }\nlog { level = \"debug\" }\nplugin \"placement\" {}\n", "WATCHDOG_USEC=800000")
	m.waitTold(d, "WATCHDOG=1", 4)
	d.stop()
	// The one warning is that the socket is not where the configuration says.
	if out := d.output(); strings.Contains(out, "watchdog") || count(strings.Split(out, "\n"), "[WARN]") != 1 || count(strings.Split(out, "\n"), "malformed request") < 4 {
		t.Error("the watchdog's questions are not as quiet as they should be")
	}
}

// TestManagerIsNotPassedOn: no plugin gets what is between the service manager
// and mockmd: neither its variables, whatever pass_env says, nor its sockets.
func TestManagerIsNotPassedOn(t *testing.T) {
	t.Parallel()
	program := build(t, `package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/mockmd/mockmd/sdk"
)

func main() {
	files, _ := os.ReadDir("/proc/self/fd")
	var open []string
	for _, f := range files {
		to, _ := os.Readlink("/proc/self/fd/" + f.Name())
		open = append(open, to)
	}
	sdk.Serve(sdk.Static{"meta-data/seen": fmt.Sprint(strings.Join(os.Environ(), " "), " ", open)})
}
`)
	m := newManager(t)
	at := m.listen("metadata", "tcp", "127.0.0.1:0")
	inode := socketOf(t, m.files[0])
	d := m.start(t.TempDir(), preamble+`plugin "seen" {
  command  = ["`+program+`"]
  mount    = ["meta-data/seen"]
  pass_env = ["CANARY", "NOTIFY_*", "LISTEN_*", "WATCHDOG_*"]
}
`, "WATCHDOG_USEC=60000000", "CANARY=1")
	m.waitTold(d, "READY=1", 1)
	_, seen := get(t, "http://"+at+"/latest/meta-data/seen")
	if !strings.Contains(seen, "CANARY=1") {
		t.Errorf("pass_env passes nothing: %s", seen)
	}
	for _, secret := range []string{"NOTIFY_SOCKET", "LISTEN_", "WATCHDOG_", inode} {
		if strings.Contains(seen, secret) {
			t.Errorf("the plugin sees %s: %s", secret, seen)
		}
	}
}

// socketOf is how /proc shows a socket.
func socketOf(t testing.TB, f *os.File) string {
	t.Helper()
	var s unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &s); err != nil {
		t.Fatal(err)
	}
	return "socket:[" + strconv.FormatUint(s.Ino, 10) + "]"
}
