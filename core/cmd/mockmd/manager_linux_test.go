package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// manager is a service manager as far as the protocols go: it holds sockets,
// starts mockmd with them, and hears what it is told.
type manager struct {
	t      testing.TB
	names  []string
	files  []*os.File
	notify *net.UnixConn

	mu     sync.Mutex
	change chan struct{}
	told   []string // assignments
}

// newManager makes one that is told something until the test ends.
func newManager(t testing.TB) *manager {
	t.Helper()
	dir, err := os.MkdirTemp("", "notify") //nolint:usetesting // t.TempDir may be too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	m := &manager{t: t, change: make(chan struct{})}
	if m.notify, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "n"), Net: "unixgram"}); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // also for a user that root becomes
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "n"), 0o777); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		buf := make([]byte, 4096)
		for {
			n, err := m.notify.Read(buf)
			if err != nil {
				return
			}
			m.mu.Lock()
			m.told = append(m.told, strings.Split(string(buf[:n]), "\n")...)
			close(m.change)
			m.change = make(chan struct{})
			m.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		_ = m.notify.Close()
		<-ended
		_ = os.RemoveAll(dir)
		for _, f := range m.files {
			_ = f.Close()
		}
	})
	return m
}

// listen opens a socket and keeps it; it returns where.
func (m *manager) listen(name, network, address string) string {
	m.t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		m.t.Fatal(err)
	}
	f, err := l.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		m.t.Fatal(err)
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	at := l.Addr().String()
	_ = l.Close() // the file is another descriptor of it
	m.names, m.files = append(m.names, name), append(m.files, f)
	return at
}

// start runs mockmd as a service, in a folder, and returns when it has printed
// its summary.
func (m *manager) start(dir, config string, env ...string) *daemon {
	m.t.Helper()
	d := m.launch(dir, config, env...)
	d.wait("a summary", func(lines []string) bool { return count(lines, "  admin     ") > 0 })
	return d
}

// launch runs mockmd as a service. A shell tells it its own number, which
// nobody else can know before.
func (m *manager) launch(dir, config string, env ...string) *daemon {
	m.t.Helper()
	writeFile(m.t, filepath.Join(dir, "metadata.hcl"), config)
	d := &daemon{t: m.t, dir: dir, cmd: command(m.t, dir, env, "-config", "metadata.hcl"), exited: make(chan struct{}), change: make(chan struct{})}
	shell, err := exec.LookPath("sh")
	if err != nil {
		m.t.Fatal(err)
	}
	d.cmd.Args = append([]string{shell, "-c", `export LISTEN_PID=$$ WATCHDOG_PID=$$; exec "$0" "$@"`, d.cmd.Path}, d.cmd.Args[1:]...)
	d.cmd.Path = shell
	d.cmd.Env = append(d.cmd.Env, "NOTIFY_SOCKET="+m.notify.LocalAddr().String())
	if len(m.files) > 0 {
		d.cmd.ExtraFiles = m.files
		d.cmd.Env = append(d.cmd.Env, "LISTEN_FDS="+itoa(len(m.files)), "LISTEN_FDNAMES="+strings.Join(m.names, ":"))
	}
	d.run()
	return d
}

// wait returns when what has been told holds.
func (m *manager) wait(d *daemon, what string, ok func(told []string) bool) {
	m.t.Helper()
	for {
		m.mu.Lock()
		change, now := m.change, ok(m.told)
		m.mu.Unlock()
		if now {
			return
		}
		select {
		case <-change:
		case <-time.After(time.Minute): // far beyond anything that is waited for
			m.t.Fatalf("waiting for a minute to be told %s; told: %q", what, m.all())
		case <-d.exited:
			m.mu.Lock()
			now = ok(m.told)
			m.mu.Unlock()
			if !now {
				m.t.Fatalf("waiting to be told %s: mockmd ended; told: %q", what, m.all())
			}
		}
	}
}

// waitTold waits until an assignment has been made so often.
func (m *manager) waitTold(d *daemon, assignment string, n int) {
	m.t.Helper()
	m.wait(d, assignment, func(told []string) bool { return count(told, assignment) >= n })
}

// all is all that has been told.
func (m *manager) all() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.told)
}
