package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// twoInstances needs a listener for each: the labelled one is served on a
// further address alone.
const twoInstances = `
metadata { address = "127.0.0.1:1" } # not where the sockets are
metadata "db" {
  address  = "127.0.0.1:2"
  instance = "db"
}
admin { address = "127.0.0.1:3" }
instance { availability_zone = "eu-west-1b" }
instance "db" {
  match             = ["192.0.2.1"]
  availability_zone = "us-west-2a"
}
plugin "placement" {}
`

// TestHandedOver: the sockets of the service manager are served in place of the
// configured addresses, each by its name, over IPv4, IPv6 and a Unix socket;
// and they stay through a reload that moves the addresses.
func TestHandedOver(t *testing.T) {
	t.Parallel()
	m := newManager(t)
	region := map[string]string{
		m.listen("metadata", "tcp4", "127.0.0.1:0"):    "eu-west-1",
		m.listen("metadata-db", "tcp4", "127.0.0.1:0"): "us-west-2",
	}
	if six, err := net.Listen("tcp6", "[::1]:0"); err == nil {
		_ = six.Close()
		region[m.listen("metadata", "tcp6", "[::1]:0")] = "eu-west-1"
	}
	admin := "http://" + m.listen("admin", "tcp4", "127.0.0.1:0")
	path := m.listen("admin", "unix", filepath.Join(shortDir(t), "admin.sock"))
	d := m.start(t.TempDir(), twoInstances)
	d.admin = admin
	check := func() {
		t.Helper()
		for at, want := range region {
			if status, body := get(t, "http://"+at+"/latest/meta-data/placement/region"); status != http.StatusOK || body != want {
				t.Errorf("%s: %d %q, want %q", at, status, body, want)
			}
		}
		if status, body := overUnix(t, path, "/plugins"); status != http.StatusOK || !strings.Contains(body, "placement") {
			t.Errorf("over the Unix socket: %d %s", status, body)
		}
	}
	d.waitReady()
	check()
	for _, address := range []string{"127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"} {
		d.waitLines("configured="+address, 1)
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			t.Errorf("%s is listened on too", address)
		}
	}
	d.taken(strings.NewReplacer("127.0.0.1:1\"", "127.0.0.1:4\"", "127.0.0.1:2", "127.0.0.1:5", "127.0.0.1:3", "127.0.0.1:6").Replace(twoInstances))
	check()
	if told := d.reload(preamble + `plugin "placement" {}`); told.Reloaded || !strings.Contains(told.Error, "Socket without a listener") {
		t.Errorf("without the listener of a socket: %+v", told)
	}
	check()
}

// TestHandedOverWrongly: a socket that cannot be served is told by its name,
// with the mend, before anything is started.
func TestHandedOverWrongly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hand func(m *manager)
		code int
		want []string
	}{
		"unknown name": {
			func(m *manager) { m.listen("mockmd.socket", "tcp", "127.0.0.1:0") }, exitAddress,
			[]string{`socket "mockmd.socket"`, "FileDescriptorName=metadata, admin, or metadata-LABEL"},
		},
		"metadata on a Unix socket": {
			func(m *manager) { m.listen("metadata", "unix", filepath.Join(shortDir(t), "m")) }, exitAddress,
			[]string{`socket "metadata"`, "metadata is served on TCP alone"},
		},
		"no such label": {
			func(m *manager) { m.listen("metadata-db", "tcp", "127.0.0.1:0") }, exitConfig,
			[]string{"Socket without a listener", `as "metadata-db", and there is no metadata "db" block`},
		},
		"a file": {func(m *manager) {
			f, err := os.Open("/dev/null")
			if err != nil {
				t.Fatal(err)
			}
			m.names, m.files = append(m.names, "admin"), append(m.files, f)
		}, exitAddress, []string{`socket "admin"`, "it is no socket"}},
		"datagrams": {func(m *manager) {
			fds, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
			if err != nil {
				t.Fatal(err)
			}
			m.names, m.files = append(m.names, "admin"), append(m.files, os.NewFile(uintptr(fds), "udp"))
		}, exitAddress, []string{"it is no stream socket: open it with ListenStream="}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newManager(t)
			c.hand(m)
			d := m.launch(t.TempDir(), preamble+`plugin "placement" {}`)
			<-d.exited
			for _, want := range c.want {
				if !strings.Contains(d.output(), want) {
					t.Errorf("%q is not in:\n%s", want, d.output())
				}
			}
			if code := d.cmd.ProcessState.ExitCode(); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
		})
	}
}

// TestRestartRefusesNobody: while the service manager holds the sockets, mockmd
// is stopped and started again under clients that always connect. Nobody is
// refused or reset, and what is under way is answered.
func TestRestartRefusesNobody(t *testing.T) {
	t.Parallel()
	program, file := build(t, slow), filepath.Join(t.TempDir(), "go")
	config := fmt.Sprintf(preamble+`
plugin "placement" {}
plugin "slow" {
  command = [%q]
  timeouts { resolve = "1m" }
  config {
    file = %q
    word = "answered"
  }
}
`, program, file)
	m := newManager(t)
	metadata := "http://" + m.listen("metadata", "tcp", "127.0.0.1:0")
	admin := "http://" + m.listen("admin", "tcp", "127.0.0.1:0")
	dir := t.TempDir()
	d := m.start(dir, config)
	d.metadata, d.admin = metadata, admin
	d.waitReady()

	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wg sync.WaitGroup
	var mu sync.Mutex
	var wrong []error
	reads := 0
	for i := range 8 {
		url := metadata + "/latest/meta-data/placement/region"
		if i == 0 {
			url = admin + "/healthz"
		}
		wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			for ctx.Err() == nil {
				_, err := fetch(ctx, client, url)
				mu.Lock()
				if reads++; err != nil && ctx.Err() == nil {
					wrong = append(wrong, err)
				}
				mu.Unlock()
			}
		})
	}
	more := func(n int) {
		mu.Lock()
		want := reads + n
		mu.Unlock()
		poll(t, "clients have read", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return reads >= want || len(wrong) > 0
		})
	}
	const restarts = 4
	for i := range restarts {
		answer := make(chan string, 1)
		if i == 0 { // one request is under way
			go func() {
				body, err := fetch(context.WithoutCancel(t.Context()), http.DefaultClient, metadata+"/latest/meta-data/slow/wait")
				answer <- fmt.Sprint(body, err)
			}()
			exists(t, file+".asked")
		}
		// Who has connected, and asks when mockmd is told to stop already.
		late, err := net.Dial("tcp", strings.TrimPrefix(metadata, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = late.Write([]byte("GET /latest/meta-data/placement/region HTTP/1.0\r\n"))
		more(20) // so it has been accepted
		_ = d.cmd.Process.Signal(syscall.SIGTERM)
		m.waitTold(d, "STOPPING=1", i+1)
		if _, e := late.Write([]byte("\r\n")); errors.Join(err, e) != nil {
			t.Fatal(errors.Join(err, e))
		}
		if got := readAll(t, late); !strings.HasSuffix(got, "us-east-1") {
			t.Errorf("who had connected before the stop reads %q", got)
		}
		_ = late.Close()
		if i == 0 {
			if err := os.WriteFile(file, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if got := <-answer; got != "answered<nil>" {
				t.Errorf("the request under way: %s", got)
			}
		}
		<-d.exited
		d = m.start(dir, config)
		d.metadata, d.admin = metadata, admin
		more(20)
	}
	cancel()
	wg.Wait()
	if len(wrong) > 0 {
		t.Errorf("%d of %d requests failed: %v", len(wrong), reads, wrong[0])
	}
	t.Logf("%d requests over %d restarts, none refused", reads, restarts)
}
