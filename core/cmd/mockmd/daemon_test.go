package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/internal/program"
	"github.com/mockmd/mockmd/core/supervise/badplugin"
)

// beEnv makes the test binary the program itself, so that the daemons of these
// tests run the very code of main.
const beEnv = "MOCKMD_TEST_BE_MOCKMD"

// plainEnv is the program without the race detector, when the tests have it: a
// daemon of eight processes takes many times as long with it, so that only the
// tests that press many things at once into a daemon ask for it, by [raced].
const plainEnv = "MOCKMD_TEST_PLAIN"

// raced in the environment of a daemon has it run with the race detector, when
// the tests do.
const raced = beEnv + "=raced"

// programPath is the program that a daemon with an environment runs.
func programPath(t testing.TB, env []string) string {
	t.Helper()
	if plain := os.Getenv(plainEnv); plain != "" && !slices.Contains(env, raced) {
		return plain
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self
}

// withPlain runs the tests with the program at hand that is built without the
// race detector.
func withPlain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "mockmd-plain")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		var path string
		if path, err = program.Build(context.Background(), dir, "-trimpath=false"); err == nil { // it knows where the SDK is
			err = os.Setenv(plainEnv, path)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func TestMain(m *testing.M) {
	if mode := os.Getenv(badplugin.Mode); mode != "" && (len(os.Args) < 2 || os.Args[1] != startPlugin) {
		badplugin.Serve(mode)
		return
	}
	if os.Getenv(beEnv) != "" || (len(os.Args) > 1 && slices.Contains([]string{servePlugin, startPlugin, conformanceHost}, os.Args[1])) {
		os.Exit(signalled(os.Args[1:]))
	}
	if raceDetector && os.Getenv(plainEnv) == "" {
		os.Exit(withPlain(m))
	}
	os.Exit(m.Run())
}

// daemon is a running mockmd.
type daemon struct {
	t               testing.TB
	cmd             *exec.Cmd
	dir             string
	metadata, admin string // base URLs
	exited          chan struct{}

	mu     sync.Mutex
	change chan struct{} // closed and replaced at each line
	lines  []string      // of stdout and stderr
	err    error         // how it ended
}

// preamble is what every configuration of these tests begins with: free ports
// and one instance.
const preamble = `
metadata { address = "127.0.0.1:0" }
admin    { address = "127.0.0.1:0" }

`

// command prepares the program in a folder of its own that holds
// metadata.hcl; env is added to the environment.
func command(t testing.TB, dir string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), programPath(t, env), args...)
	cmd.Dir = dir
	// What the machine has set up for AWS is not the test's, and nothing is kept
	// outside the test's own folder.
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "AWS_") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(cmd.Env, append([]string{
		beEnv + "=1", "STATE_DIRECTORY=" + filepath.Join(dir, "state"),
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
	}, env...)...)
	return cmd
}

// start runs mockmd with a configuration and returns when it listens. It is
// stopped with the test.
func start(t testing.TB, config string, env ...string) *daemon {
	t.Helper()
	return startIn(t, t.TempDir(), config, env...)
}

// startIn runs it in a folder, which may hold what an earlier one has kept.
func startIn(t testing.TB, dir, config string, env ...string) *daemon {
	t.Helper()
	writeFile(t, filepath.Join(dir, "metadata.hcl"), config)
	d := &daemon{t: t, dir: dir, cmd: command(t, dir, env, "-config", "metadata.hcl"), exited: make(chan struct{}), change: make(chan struct{})}
	d.run()
	d.metadata = d.waitMatch(regexp.MustCompile(`^  metadata  (http://\S+)`))
	d.admin = d.waitMatch(regexp.MustCompile(`^  admin     (http://\S+)`))
	return d
}

// writeFile puts a file that only its owner may use in the place of another,
// at once, as careful programs do.
func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// run starts the process and collects what it prints.
func (d *daemon) run() {
	d.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	d.cmd.Stdout, d.cmd.Stderr = w, w
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	_ = w.Close()
	read := make(chan struct{})
	go func() {
		defer close(read)
		s := bufio.NewScanner(r)
		s.Buffer(nil, 1<<20)
		for s.Scan() {
			d.add(s.Text(), nil)
		}
	}()
	go func() {
		err := d.cmd.Wait()
		<-read
		_ = r.Close()
		if err == nil {
			err = errors.New("exit status 0")
		}
		d.add("", err)
		close(d.exited)
	}()
	d.t.Cleanup(func() {
		d.stop()
		if d.t.Failed() {
			d.t.Logf("output of mockmd:\n%s", d.output())
		}
	})
}

func (d *daemon) add(line string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		d.lines = append(d.lines, line)
	}
	d.err = err
	close(d.change)
	d.change = make(chan struct{})
}

// output is everything that the daemon has printed.
func (d *daemon) output() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.lines, "\n")
}

// stop ends the daemon as an operator does and waits for it.
func (d *daemon) stop() {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	<-d.exited
}

// wait returns when ok holds for the lines printed so far.
func (d *daemon) wait(what string, ok func(lines []string) bool) {
	d.t.Helper()
	for {
		d.mu.Lock()
		change, now, err := d.change, ok(d.lines), d.err
		d.mu.Unlock()
		switch {
		case now:
			return
		case err != nil:
			d.t.Fatalf("waiting for %s: mockmd ended: %v", what, err)
		}
		select {
		case <-change:
		case <-time.After(time.Minute): // far beyond anything that is waited for
			d.t.Fatalf("waiting for %s: nothing for a minute", what)
		}
	}
}

// waitMatch returns the first group of a line that matches.
func (d *daemon) waitMatch(re *regexp.Regexp) string {
	d.t.Helper()
	var got string
	d.wait(re.String(), func(lines []string) bool {
		for _, l := range lines {
			if m := re.FindStringSubmatch(l); m != nil {
				got = m[len(m)-1]
				return true
			}
		}
		return false
	})
	return got
}

// waitLines waits until n lines contain text.
func (d *daemon) waitLines(text string, n int) {
	d.t.Helper()
	d.wait(fmt.Sprintf("%d lines with %q", n, text), func(lines []string) bool { return count(lines, text) >= n })
}

func count(lines []string, text string) int {
	n := 0
	for _, l := range lines {
		if strings.Contains(l, text) {
			n++
		}
	}
	return n
}

// pids returns the process of each plugin that is ready now, by its name.
func (d *daemon) pids(names ...string) map[string]int {
	d.t.Helper()
	pids := map[string]int{}
	re := regexp.MustCompile(`plugin ready: .*\bplugin=(\S+).*\bpid=(\d+)|plugin ready: .*\bpid=(\d+).*\bplugin=(\S+)`)
	d.wait("ready plugins", func(lines []string) bool {
		for _, l := range lines {
			if m := re.FindStringSubmatch(l); m != nil {
				name, pid := m[1]+m[4], m[2]+m[3]
				pids[name], _ = strconv.Atoi(pid)
			}
		}
		for _, n := range names {
			if pids[n] == 0 {
				return false
			}
		}
		return true
	})
	return pids
}

// get reads a URL and returns status and body.
func get(t testing.TB, url string, header ...string) (status int, body string) {
	t.Helper()
	return request(t, http.MethodGet, url, "", header...)
}

// request sends one request; header is name, value, name, value, ….
func request(t testing.TB, method, url, body string, header ...string) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer func() { _ = a.Body.Close() }()
	var b bytes.Buffer
	if _, err := io.Copy(&b, a.Body); err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return a.StatusCode, b.String()
}

// alive tells whether a process is there and runs; one that nobody has reaped
// yet does not.
func alive(pid int) bool {
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
		_, after, _ := strings.Cut(string(stat), ") ")
		return !strings.HasPrefix(after, "Z")
	}
	return syscall.Kill(pid, 0) == nil
}

// gone waits until no process of pids runs any more.
func gone(t testing.TB, pids map[string]int) {
	t.Helper()
	deadline := time.Now().Add(time.Minute) // far beyond anything that is waited for
	for name, pid := range pids {
		for alive(pid) {
			if time.Now().After(deadline) {
				t.Fatalf("process %d of %s is still there after a minute", pid, name)
			}
			time.Sleep(time.Millisecond) // nothing tells of the end of a stranger's child
		}
	}
}
