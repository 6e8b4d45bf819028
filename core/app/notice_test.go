package app

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/internal/systemd"
)

// TestPaced: what waits for somebody is not looked after as often as what
// starts, or is ready.
func TestPaced(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		readyAfter time.Duration
		most       int // looks in an hour
	}{
		"soon":  {time.Second, 3700},
		"never": {2 * time.Hour, 4200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				began, looks := time.Now(), 0
				var ready []time.Duration
				paced(ctx, func() bool {
					looks++
					passed := time.Since(began)
					if passed < c.readyAfter {
						return false
					}
					ready = append(ready, passed)
					return true
				})
				if looks > c.most || looks < 3500 {
					t.Errorf("%d looks, at most %d", looks, c.most)
				}
				if len(ready) > 0 && ready[0] > c.readyAfter+noticeFirst {
					t.Errorf("ready after %v, and seen after %v", c.readyAfter, ready[0])
				}
			})
		})
	}
}

// healthy is a backend that all is well with.
type healthy struct{ admin.Backend }

func (healthy) Problems() []string { return nil }

// TestToldAgain: what the manager could not be told, it is told when it can be,
// and the log says once why not.
func TestToldAgain(t *testing.T) {
	dir, err := os.MkdirTemp("", "sock") //nolint:usetesting // t.TempDir may be too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "notify")
	t.Setenv("NOTIFY_SOCKET", path)
	manager, err := systemd.Take()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	n := &notice{
		service: &service{host: &host{log: hclog.New(&hclog.LoggerOptions{Output: &log})}, reloads: &reloads{why: "m.hcl:1,2: Wrong"}},
		backend: healthy{}, manager: manager,
	}
	for range 3 {
		if n.look() {
			t.Error("ready, and nobody has been told")
		}
	}
	if got := strings.Count(log.String(), "the service manager is not told"); got != 1 {
		t.Errorf("logged %d times:\n%s", got, &log)
	}
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	told := func() []string {
		t.Helper()
		text := make([]byte, 1000)
		size, err := l.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(string(text[:size]), "\n")
	}
	if !n.look() {
		t.Error("not ready")
	}
	if got := told(); len(got) != 2 || got[0] != systemd.Ready || !strings.HasPrefix(got[1], "STATUS=ready; the last reload failed") {
		t.Errorf("told %q", got)
	}
	n.again = true // as after a reload whose end could not be told
	if !n.look() || n.again {
		t.Error("the end of a reload is not told")
	}
	if got := told(); !slices.Equal(got, []string{systemd.Ready}) {
		t.Errorf("told %q", got)
	}
}
