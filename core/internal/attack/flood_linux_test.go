package attack

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/mockmd/mockmd/core/internal/program"
)

// openFiles is what the flooded program may have open: its metadata listener
// takes half as many connections, the admin listener at most 256.
const openFiles = 1024

// TestRow10Floods floods a program of its own, for it evicts connections.
// One flood follows the other; TestRow09Reload needs such a program too.
func TestRow10Floods(t *testing.T) {
	t.Parallel()
	p := startFlooded(t)
	metadata := []target{{prog: p, name: "IPv4", address: p.v4}}
	if ipv6 {
		metadata = append(metadata, target{prog: p, name: "IPv6", address: p.v6})
	}
	admin := []target{{prog: p, name: "admin", address: p.admin, admin: true}}
	t.Run("Tokens", func(t *testing.T) { floodTokens(t, metadata[0]) })
	t.Run("Idle", func(t *testing.T) { floodIdle(t, metadata, openFiles/2) })
	t.Run("IdleAdmin", func(t *testing.T) { floodIdle(t, admin, 256) })
	t.Run("SlowReaders", func(t *testing.T) { slowReaders(t, metadata[0]) })
	t.Run("Row09Reload", func(t *testing.T) { reloaded(t, metadata[0]) })
	if code := p.end(); code != 0 {
		t.Error("see above")
	}
}

// startFlooded starts a program that may open few files.
func startFlooded(t *testing.T) *prog {
	t.Helper()
	limited := filepath.Join(t.TempDir(), "limited")
	script := fmt.Sprintf("#!/bin/sh\nulimit -n %d\nexec '%s' \"$@\"\n", openFiles, built)
	if err := os.WriteFile(limited, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	t.Cleanup(cancel)
	p := &prog{name: "flooded"}
	if err := p.start(ctx, configuration{tokens: "optional", keep: true, admin: "127.0.0.1", path: limited, quiet: true}); err != nil {
		t.Fatalf("%v\n%s", err, p.out.String())
	}
	return p
}

// floodTokens asks for 100,000 session tokens, which must cost no memory.
func floodTokens(t *testing.T, x target) {
	flood := func(n int) {
		raw := request("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21600")
		var wg sync.WaitGroup
		for range 4 {
			c := x.dial(t)
			wg.Go(func() { _, _ = io.WriteString(c, strings.Repeat(raw, n/4)) })
			wg.Go(func() {
				br := bufio.NewReader(c)
				for range n / 4 {
					r, err := http.ReadResponse(br, nil)
					if err != nil || r.StatusCode != http.StatusOK {
						t.Errorf("a PUT among many: %v %v", r, err)
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
				}
				_ = c.Close()
			})
		}
		wg.Wait()
	}
	size := func() int64 {
		tree, err := program.Tree(x.PID())
		if err != nil {
			t.Fatal(err)
		}
		n, err := program.PSS(tree...)
		if err != nil {
			t.Logf("NOT RUN: the memory is not looked at: %v", err)
		}
		return n
	}
	flood(10_000) // whatever the first ones make it keep
	for again := 2; ; again-- {
		before := size()
		flood(100_000)
		after := size()
		t.Logf("100,000 tokens: PSS of the tree before %.1f MiB, after %.1f MiB", mib(before), mib(after))
		if after-before <= 4<<20 { // 56 bytes each would be more
			return
		}
		if again == 0 { // it may have grown for another reason once, but tokens that are kept would each time
			t.Errorf("the tree has grown by %.1f MiB", mib(after-before))
			return
		}
	}
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }

// floodIdle opens 10,000 connections that say nothing, and after each hundred
// serves honest clients. Never are more open than the bound says.
func floodIdle(t *testing.T, listeners []target, bound int) {
	const connections, batch = 10_000, 100
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < connections+1000 {
		limit = unix.Rlimit{Cur: connections + 2000, Max: max(limit.Max, connections+2000)}
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			t.Skipf("NOT RUN: this process may not open %d files: %v", limit.Cur, err)
		}
	}
	idle := make([]*net.TCPConn, 0, connections)
	defer func() {
		for _, c := range idle {
			_ = c.Close()
		}
	}()
	honest, most := 0, 0
	for len(idle) < connections {
		for range batch {
			c, err := listeners[len(idle)%len(listeners)].connect()
			if err != nil {
				t.Fatalf("after %d connections: %v", len(idle), err)
			}
			idle = append(idle, c)
		}
		for _, x := range listeners {
			x.honest(t)
			honest++
		}
		if len(idle)%1000 != 0 && len(idle) != 500 { // 500: before files run out where there is no bound
			continue
		}
		open := 0 // of the last ones, for which no time has run out yet
		for _, c := range idle[max(0, len(idle)-1000):] {
			if isOpen(c) {
				open++
			}
		}
		if most = max(most, open); open > bound {
			t.Fatalf("after %d idle connections %d are open, want at most %d", len(idle), open, bound)
		}
	}
	t.Logf("%d idle connections, at most %d of them open, %d honest clients served meanwhile", connections, most, honest)
}

// isOpen says whether the other end has neither closed a connection nor sent
// anything.
func isOpen(c *net.TCPConn) (open bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	err = raw.Read(func(fd uintptr) bool {
		_, _, err := unix.Recvfrom(int(fd), make([]byte, 1), unix.MSG_PEEK|unix.MSG_DONTWAIT)
		open = errors.Is(err, unix.EAGAIN)
		return true
	})
	return open && err == nil
}

// slowReaders opens twice as many connections as there may be, each with
// requests without end whose answers it does not read, so that the server
// cannot go on writing; honest clients come through all the same.
func slowReaders(t *testing.T, x target) {
	raw := strings.Repeat(request("GET", rolePath), 400)
	small := func(_, _ string, c syscall.RawConn) (err error) {
		return errors.Join(err, c.Control(func(fd uintptr) {
			// The server's kernel then holds little for this connection too.
			err = errors.Join(unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 2048), unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, 536))
		}), err)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for n := range openFiles + 200 {
		c, err := (&net.Dialer{Control: small}).Dial("tcp", x.address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		wg.Go(func() { _, _ = io.WriteString(c, raw) }) // ends when it is closed
		if n > openFiles {
			x.honest(t) // who has been served makes room for the next slow one
		}
	}
}

// reloaded makes the instance another one by a reload: tokens of the one
// before are no good any more, however long they would have lived.
func reloaded(t *testing.T, x target) {
	token := x.token(t, "21600")
	if a := x.one(t, withToken(token)); a.status != http.StatusOK {
		t.Fatalf("before the reload: %+v", a)
	}
	c := configuration{tokens: "optional", keep: true, quiet: true, id: instanceTwo[:18] + "9"}
	if err := x.Configure(c.text(x.v4, x.v6, x.prog.admin)); err != nil {
		t.Fatal(err)
	}
	if err := x.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); x.one(t, request("GET", idPath)).body != c.id; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the reload does not come:\n%s", tail(x.out.String(), 3000))
		}
	}
	if a := x.one(t, withToken(token)); a.status != http.StatusUnauthorized {
		t.Errorf("a token is replayed after the instance was replaced: %+v", a)
	}
}
