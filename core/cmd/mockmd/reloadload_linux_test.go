package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// reloadsEnv sets how many reloads TestReloadUnderReads does; 40 when it is
// not set.
const reloadsEnv = "MOCKMD_TEST_RELOADS"

// loadConfig is the good configuration number i of a test: what static serves
// differs each time, one of the others comes and goes, and settings change.
func loadConfig(sts string, i int) string {
	config := strings.ReplaceAll(withSTS(sts), `log { level = "trace" }`, "")
	config = strings.Replace(config, `metadata { address = "127.0.0.1:0" }`,
		fmt.Sprintf("metadata {\n  address = \"127.0.0.1:0\"\n  allowed_hosts = [\"host-%d\"]\n}", i), 1)
	config += fmt.Sprintf("plugin \"static\" {\n  config {\n    values = { \"meta-data/rack\" = \"7\", \"meta-data/number\" = \"n%d\" }\n  }\n}\n", i)
	config += "plugin \"instance\" {}\n"
	config += "timeouts { resolve = \"20s\" }\n" // however busy the machine is
	if i%2 == 1 {
		config += "plugin \"events\" {}\n"
	}
	return config
}

// broken are configurations that are refused, each in another way, and what is
// said of them. Good is what they are made from.
func brokenConfigs(good, busy string) map[string][2]string {
	return map[string][2]string{
		"syntax":       {good + "plugin \"x\" {", "Unclosed configuration block"},
		"core":         {good + "log { level = \"loud\" }\n", "Invalid log level"},
		"plugin":       {strings.Replace(good, `external_id = "e2e"`, `duration = "1m"`, 1), "metadata.hcl"},
		"no program":   {good + "plugin \"rack\" { command = [\"./none\"] }\n", "Program not found"},
		"no plugin":    {good + "plugin \"hang\" { command = [\"/bin/false\"] }\n", "Plugin does not start"},
		"conflict":     {good + "plugin \"network\" { mount = [\"meta-data/rack\"] }\n", "claim the same mount"},
		"address busy": {strings.Replace(good, `address = "127.0.0.1:0"`, "address = \""+busy+"\"", 1), "Address cannot be listened on"},
		"no file":      {strings.Replace(good, `"n`, `"${file("none")}`, 1), "none"},
	}
}

// TestReloadUnderReads reloads again and again, with good and broken
// configurations, while clients read with session tokens: no read fails or is
// wrong, plugins that do not change keep their processes, iam asks for no
// second bootstrap and STS for no second session, and nothing is left behind.
func TestReloadUnderReads(t *testing.T) {
	t.Parallel()
	reloads := 24 // each kind of broken configuration once
	if n, err := strconv.Atoi(os.Getenv(reloadsEnv)); err == nil {
		reloads = n
	}
	tmp := shortDir(t)
	s := newSTS(t, time.Hour)
	d := start(t, loadConfig(s.url, 0), "TMPDIR="+tmp, raced)
	d.bootstrap()
	d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
	d.waitReady()
	want := map[string]string{}
	for _, path := range []string{
		"/latest/meta-data/rack",
		"/latest/meta-data/instance-id",
		"/latest/meta-data/placement/",
		"/latest/meta-data/iam/info",
		"/latest/dynamic/instance-identity/document",
		"/latest/dynamic/instance-identity/rsa2048",
		rolePath,
	} {
		poll(t, path+" is served", func() bool {
			var status int
			status, want[path] = get(t, d.metadata+path)
			return status == http.StatusOK
		})
	}
	before, files := d.running(), d.files()
	r := d.readWithToken(4, want, "/latest/meta-data/number")
	refused, busy := 0, strings.TrimPrefix(s.url, "http://")
	kept := []string{"identity", "placement", "iam", "instance"}
	for i := 1; i <= reloads; i++ {
		good := loadConfig(s.url, i)
		r.allow(fmt.Sprintf("n%d", i))
		told := d.taken(good)
		if !slices.Equal(told.Replaced, []string{"static"}) || !slices.Equal(slices.Sorted(slices.Values(told.Kept)), slices.Sorted(slices.Values(kept))) {
			t.Fatalf("reload %d: %+v", i, told)
		}
		if _, number := get(t, d.metadata+"/latest/meta-data/number"); number != fmt.Sprintf("n%d", i) {
			t.Fatalf("after reload %d number %s is served", i, number)
		}
		if i%3 == 0 {
			all := brokenConfigs(good, busy)
			name := slices.Sorted(maps.Keys(all))[refused%len(all)]
			if told := d.reload(all[name][0]); told.Reloaded {
				t.Fatalf("a configuration that is broken (%s) is taken in", name)
			}
			refused++
		}
	}
	d.taken(loadConfig(s.url, 0)) // as at first
	reads := r.stop()
	after := d.running()
	t.Logf("%d good reads over %d reloads, %d of them of broken configurations; processes before %v, after %v",
		reads, reloads+refused+1, refused, before, after)
	for _, name := range kept {
		if before[name] != after[name] {
			t.Errorf("%s had process %d and has %d", name, before[name], after[name])
		}
	}
	d.onlyProcesses(after)
	poll(t, "no more files are open than before", func() bool { return d.files() <= files }) // what readers left behind ends
	if left, err := filepath.Glob(filepath.Join(tmp, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q %v", left, err)
	}
	if calls := s.wait("", func([]stssim.Call) bool { return true }); len(calls) != 1 {
		t.Errorf("%d calls of STS, want the first one only: %+v", len(calls), calls)
	}
}

// files counts the open files of the daemon.
func (d *daemon) files() int {
	d.t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", d.cmd.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	return len(list)
}

// onlyProcesses waits until the children of the daemon are the given ones.
func (d *daemon) onlyProcesses(want map[string]int) {
	d.t.Helper()
	deadline := time.Now().Add(time.Minute) // far beyond anything that is waited for
	for {
		children := map[int]bool{}
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", d.cmd.Process.Pid))
		for _, task := range tasks {
			text, _ := os.ReadFile(task) // the thread may have ended
			for pid := range strings.FieldsSeq(string(text)) {
				n, _ := strconv.Atoi(pid)
				children[n] = true
			}
		}
		got := slices.Sorted(maps.Keys(children))
		if slices.Equal(got, slices.Sorted(maps.Values(want))) {
			return
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("the daemon has the processes %v, want %v", got, want)
		}
		time.Sleep(time.Millisecond) // nothing tells of the end of a stranger's child
	}
}

// tokenReaders read with one session token all the time, and check every
// answer.
type tokenReaders struct {
	t      testing.TB
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	numbers map[string]bool // that may be served
	reads   int
	first   error
}

// readWithToken has n clients read paths, each with what its body must be, and
// one whose body is a number that is allowed.
func (d *daemon) readWithToken(n int, want map[string]string, number string) *tokenReaders {
	ctx, cancel := context.WithCancel(context.WithoutCancel(d.t.Context()))
	r := &tokenReaders{t: d.t, cancel: cancel, numbers: map[string]bool{"n0": true}}
	token := d.token()
	for range n {
		r.wg.Go(func() {
			client := &http.Client{Transport: withToken{token, &http.Transport{DisableKeepAlives: true}}}
			for ctx.Err() == nil {
				for path, body := range want {
					got, err := fetch(ctx, client, d.metadata+path)
					if err == nil && got != body {
						err = fmt.Errorf("%s is %q, want %q", path, got, body)
					}
					r.note(ctx, err)
				}
				got, err := fetch(ctx, client, d.metadata+number)
				if err == nil && !r.allowed(got) {
					err = fmt.Errorf("%s is %q", number, got)
				}
				r.note(ctx, err)
			}
		})
	}
	d.t.Cleanup(func() { r.stop() })
	return r
}

func (r *tokenReaders) allow(number string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.numbers[number] = true
}

func (r *tokenReaders) allowed(number string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.numbers[number]
}

func (r *tokenReaders) note(ctx context.Context, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.reads++
	} else if r.first == nil && ctx.Err() == nil {
		r.first = err
	}
}

// stop ends the reading and returns how many good answers there were.
func (r *tokenReaders) stop() int {
	r.t.Helper()
	r.cancel()
	r.wg.Wait()
	if r.first != nil {
		r.t.Errorf("after %d good reads: %v", r.reads, r.first)
		r.first = nil
	}
	return r.reads
}

// withToken adds a session token to requests.
type withToken struct {
	token string
	next  http.RoundTripper
}

func (w withToken) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-aws-ec2-metadata-token", w.token)
	return w.next.RoundTrip(r)
}
