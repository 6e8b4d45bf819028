package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

const (
	// killsEnv sets how often TestKilledPluginsCostNothing kills each plugin;
	// 5 times when it is not set.
	killsEnv = "MOCKMD_TEST_KILLS"
	// killsPerCore is how many of these kills meet one core. From the ninth on
	// each is followed by ten seconds of back-off, so that more are done with
	// several cores at once.
	killsPerCore = 25
	// killedCores is how many cores run at once.
	killedCores = 14
	// spareGoroutines is by how many goroutines two cores in the same state
	// may differ: those that serve a connection that has just been closed.
	spareGoroutines = 4
)

// killed are the plugins that are killed, and killedConfig is what they serve
// besides those of withSTS.
var killed = []string{"identity", "placement", "iam", "instance", "network", "events", "static"}

const killedConfig = `
plugin "instance" {}
plugin "network" {}
plugin "events" {
  config {
    maintenance "reboot" { code = "system-reboot" }
  }
}
plugin "static" {
  config {
    values = { "meta-data/rack" = "7" }
  }
}
`

// TestKilledPluginsCostNothing kills each plugin again and again while all is
// read: not one read fails or is wrong, the iam plugin needs no second
// bootstrap, and no process, socket, file descriptor or goroutine is left over.
func TestKilledPluginsCostNothing(t *testing.T) {
	t.Parallel()
	kills := 5
	if n, err := strconv.Atoi(os.Getenv(killsEnv)); err == nil {
		kills = n
	}
	unhurt, _ := startKilled(t)
	goroutines := unhurt.goroutines()
	readers := 4
	if kills > killsPerCore {
		readers = 1 // of each core: there are many
	}
	var mu sync.Mutex
	reads, most := 0, 0
	began := time.Now()
	var wg sync.WaitGroup
	free := make(chan struct{}, killedCores)
	for left := kills; left > 0; left -= killsPerCore {
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			t.Run("core", func(t *testing.T) {
				r, g := killPlugins(t, min(left, killsPerCore), readers)
				if g > goroutines+spareGoroutines {
					t.Errorf("%d goroutines, a core whose plugins were not killed has %d", g, goroutines)
				}
				mu.Lock()
				defer mu.Unlock()
				reads, most = reads+r, max(most, g)
			})
		})
	}
	wg.Wait()
	t.Logf("%d reads over %d kills of each of %d plugins in %v; goroutines at the end at most %d, without kills %d",
		reads, kills, len(killed), time.Since(began).Round(time.Second), most, goroutines)
}

// startKilled starts a core with all plugins and their first credentials.
func startKilled(t *testing.T, env ...string) (*daemon, *testSTS) {
	t.Helper()
	s := newSTS(t, time.Hour)
	d := start(t, withSTS(s.url)+killedConfig, append(env, raced)...)
	d.bootstrap()
	d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
	d.waitReady()
	return d, s
}

// killPlugins kills each plugin of a core and returns how many reads were done
// meanwhile, and how many goroutines the core had in the end.
func killPlugins(t *testing.T, kills, readers int) (reads, goroutines int) {
	t.Helper()
	tmp := shortDir(t)
	d, s := startKilled(t, "TMPDIR="+tmp)
	want := map[string]string{}
	for _, path := range []string{
		"/latest/dynamic/instance-identity/",
		"/latest/dynamic/instance-identity/document",
		"/latest/dynamic/instance-identity/rsa2048",
		"/latest/dynamic/instance-identity/signature",
		"/latest/meta-data/instance-id",
		"/latest/meta-data/mac",
		"/latest/meta-data/network/interfaces/macs/",
		"/latest/meta-data/events/maintenance/scheduled",
		"/latest/meta-data/rack",
		"/latest/meta-data/placement/availability-zone",
		"/latest/meta-data/placement/",
		"/latest/meta-data/",
		"/latest/meta-data/iam/info",
		"/latest/meta-data/iam/security-credentials/",
		rolePath,
	} {
		poll(t, path+" is served", func() bool { // signatures come a little later than all else
			var status int
			status, want[path] = get(t, d.metadata+path)
			return status == http.StatusOK
		})
	}
	http.DefaultClient.CloseIdleConnections()
	files := d.files()
	r := d.readGood(readers, want)
	for i := range kills {
		for name, pid := range d.pids(killed...) {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatalf("kill %s: %v", name, err)
			}
		}
		d.waitLines("plugin ready", len(killed)*(i+2))
	}
	reads = r.stop()
	http.DefaultClient.CloseIdleConnections()
	d.onlyProcesses(d.pids(killed...))
	poll(t, "no more files are open than before the kills", func() bool { return d.files() <= files })
	if left, err := filepath.Glob(filepath.Join(tmp, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q %v", left, err)
	}
	if calls := s.wait("", func([]stssim.Call) bool { return true }); len(calls) != 1 {
		t.Errorf("%d calls of STS, want the first one only: %+v", len(calls), calls)
	}
	return reads, d.goroutines()
}

// goroutines has the daemon, once it is quiet, tell of its goroutines by
// ending, and counts them.
func (d *daemon) goroutines() int {
	d.t.Helper()
	if err := d.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		d.t.Fatal(err)
	}
	<-d.exited
	d.mu.Lock()
	defer d.mu.Unlock()
	n := count(d.lines, "goroutine ") // "goroutine 7 [select]:", and "created by … in goroutine 1"
	return n - count(d.lines, " in goroutine ")
}
