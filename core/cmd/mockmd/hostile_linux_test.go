package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/supervise/badplugin"
)

// hostileSource is a plugin that misbehaves as its environment says.
const hostileSource = `package main

import (
	"os"

	"github.com/mockmd/mockmd/core/supervise/badplugin"
)

func main() { badplugin.Serve(os.Getenv(badplugin.Mode)) }
`

// hostileEnv sets how many honest reads TestHostilePlugins does beside each
// plugin, one plugin after the other so that the figures mean something; 200
// beside all of them at once when it is not set.
const hostileEnv = "MOCKMD_TEST_HOSTILE_READS"

// hostile are plugins that misbehave: first from the start, or, where the
// configuration would be refused then, from the second process on.
var hostile = []struct {
	what   string
	mode   string // of badplugin; empty is no such plugin
	second bool   // the first process behaves
	stop   bool   // the process is sent a SIGSTOP
	ask    bool   // clients ask for its live node all the time
	want   string // in the core's log
}{
	{what: "none"},
	{what: "honest plugin", mode: "plain"},
	{what: "crash loop", mode: "crashes when ready", want: "plugin process ended, starting another"},
	{what: "stopped (SIGSTOP)", mode: "plain", stop: true},
	{what: "live node hangs", mode: "hangs in resolve", ask: true, want: "DeadlineExceeded"},
	{what: "forks, leaves its group", mode: "orphan", second: true},
	{what: "floods stdout", mode: "floods stdout", want: "plugin.bad: spam"},
	{what: "floods stderr", mode: "floods stderr", want: "plugin.bad: spam"},
	{what: "floods stdout past the SDK", mode: "floods stdout past the SDK", want: "plugin.bad: spam"},
	{what: "floods its status", mode: badplugin.Raw + "endless words", want: "word "},
	{what: "tree of 1 GiB", mode: badplugin.Raw + "tree of a GiB", want: "at most 16777216 are taken"},
	{what: "tree of 8,000,000 nodes", mode: badplugin.Raw + "tree with eight million nodes", want: "limits.tree_nodes allows 65536"},
	{what: "trees without end", mode: badplugin.Raw + "endless trees"},
	{what: "tree that never comes", mode: "hangs in tree"},
	{what: "wrong version", mode: "newer contract", second: true, want: "speaks contract version 99"},
	{what: "dies in the handshake", mode: "half a handshake", second: true, want: "before it shook hands"},
	{what: "never shakes hands", mode: "silent", second: true},
	{what: "ignores SIGTERM", mode: "ignores SIGTERM"},
}

// TestHostilePlugins: what plugins do that misbehave costs the honest ones
// nothing. It prints a table of what it costs in time and memory.
func TestHostilePlugins(t *testing.T) {
	t.Parallel()
	reads, err := strconv.Atoi(os.Getenv(hostileEnv))
	alone := err == nil
	if !alone {
		reads = 200
	}
	rows := make([]string, len(hostile))
	misbehaving := build(t, hostileSource)
	t.Run("beside", func(t *testing.T) {
		for i, h := range hostile {
			t.Run(h.what, func(t *testing.T) {
				if !alone {
					t.Parallel()
				}
				d, bad := startHostile(t, misbehaving, h.mode, h.second)
				if h.stop {
					if err := syscall.Kill(bad, syscall.SIGSTOP); err != nil {
						t.Fatal(err)
					}
				}
				asked := d.askLive(h.ask)
				before := d.cpu()
				began := time.Now()
				times := d.readHonest(reads)
				took := time.Since(began)
				cpu := d.cpu() - before
				asked()
				if h.want != "" {
					d.waitLines(h.want, 1)
				}
				rows[i] = fmt.Sprintf("%-28s %7d %7d %8.2f %8.2f %9.0f %8.0f", h.what, len(times), reads-len(times),
					ms(times[len(times)/2]), ms(times[len(times)*99/100]), 100*cpu.Seconds()/took.Seconds(), d.peak())
				pids := d.pids()
				grandchild := d.grandchild(h.mode)
				d.stop()
				if code := d.cmd.ProcessState.ExitCode(); code != exitOK {
					t.Errorf("exit code %d", code)
				}
				for name, pid := range pids {
					if alive(pid) {
						t.Errorf("process %d of %s outlives the core", pid, name)
					}
				}
				if grandchild != 0 && alive(grandchild) {
					t.Errorf("what the plugin had started, process %d, outlives the core", grandchild)
				}
			})
		}
	})
	t.Logf("\n%-28s %7s %7s %8s %8s %9s %8s\n%s", "beside", "reads", "failed", "p50 ms", "p99 ms", "core CPU%", "peak MiB", strings.Join(rows, "\n"))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// startHostile starts a core with honest plugins and one that misbehaves, and
// returns the process of that.
func startHostile(t *testing.T, misbehaving, mode string, second bool) (d *daemon, bad int) {
	t.Helper()
	if mode == "" {
		d = start(t, simulated)
		d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
		return d, 0
	}
	program := filepath.Join(t.TempDir(), "bad")
	first := mode
	if second {
		first = "plain"
	}
	script := fmt.Sprintf("#!/bin/sh\nif [ -e '%[1]s.ran' ]; then %[2]s=%[3]q; else %[2]s=%[4]q; fi\n: >'%[1]s.ran'\nexport %[2]s\nexec '%[5]s'\n",
		program, badplugin.Mode, mode, first, misbehaving)
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	d = start(t, simulated+fmt.Sprintf("plugin \"bad\" {\n  command = [%q]\n  mount = [\"test\"]\n  timeouts {\n    stop = \"500ms\"\n  }\n}\n", program))
	d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
	if mode == "hangs in tree" {
		return d, 0
	}
	bad = d.pids("bad")["bad"]
	if second {
		if err := syscall.Kill(bad, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		d.waitLines("plugin process ended, starting another", 1)
	}
	return d, bad
}

// askLive has clients ask for the plugin's live node until the returned function
// is called.
func (d *daemon) askLive(really bool) (stop func()) {
	ctx, cancel := context.WithCancel(d.t.Context())
	var wg sync.WaitGroup
	for range 4 {
		if really {
			wg.Go(func() {
				for ctx.Err() == nil {
					_, _ = fetch(ctx, http.DefaultClient, d.metadata+"/latest/test/live") // it fails
				}
			})
		}
	}
	return func() { cancel(); wg.Wait() }
}

// readHonest reads what honest plugins serve, with two clients, and returns
// how long each read took, in order. A read that fails or is wrong fails the
// test.
func (d *daemon) readHonest(reads int) []time.Duration {
	d.t.Helper()
	paths := map[string]string{
		"/latest/meta-data/placement/availability-zone": "eu-west-1b",
		"/latest/meta-data/iam/security-credentials/":   "app",
		"/latest/meta-data/placement/":                  "availability-zone\navailability-zone-id\nregion",
	}
	ctx := context.WithoutCancel(d.t.Context())
	var mu sync.Mutex
	var times []time.Duration
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			for n := 0; n < reads/2; {
				for path, want := range paths {
					began := time.Now()
					body, err := fetch(ctx, client, d.metadata+path)
					took := time.Since(began)
					mu.Lock()
					if err != nil || body != want {
						d.t.Errorf("%s: %q %v, want %q", path, body, err, want)
					} else {
						times = append(times, took)
					}
					mu.Unlock()
					if n++; n == reads/2 {
						break
					}
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(times)
	if len(times) == 0 {
		d.t.Fatal("no read succeeded")
	}
	return times
}

// cpu is the processor time that the core itself has taken.
func (d *daemon) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", d.cmd.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(after)
	user, _ := strconv.Atoi(f[11]) // digits
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * time.Second / 100
}

// peak is the most memory that the core has had, in MiB.
func (d *daemon) peak() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			kb, _ := strconv.Atoi(f[1]) // digits
			return float64(kb) / 1024
		}
	}
	return 0
}

// grandchild is the process that the plugin has started; 0 when there is none.
func (d *daemon) grandchild(mode string) int {
	if mode != "orphan" {
		return 0
	}
	var pid int
	poll(d.t, "the plugin tells of the process that it has started", func() bool {
		_, env := get(d.t, d.metadata+"/latest/test/env")
		_, after, _ := strings.Cut(env, badplugin.Grandchild+"=")
		line, _, _ := strings.Cut(after, "\n")
		pid, _ = strconv.Atoi(line)
		return pid != 0
	})
	return pid
}
