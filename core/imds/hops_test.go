//go:build linux || darwin

package imds

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// hopsListener records the hop limit that each answer is sent with.
type hopsListener struct {
	net.Listener
	mu   sync.Mutex
	hops []int
}

type hopsConn struct {
	*net.TCPConn
	l *hopsListener
}

func (l *hopsListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return hopsConn{c.(*net.TCPConn), l}, nil
}

func (c hopsConn) Write(b []byte) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	level, option := unix.IPPROTO_IP, unix.IP_TTL
	if a := c.LocalAddr().(*net.TCPAddr); a.IP.To4() == nil {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS
	}
	var hops int
	var failed error
	if err := raw.Control(func(fd uintptr) { hops, failed = unix.GetsockoptInt(int(fd), level, option) }); err != nil {
		return 0, err
	}
	if failed != nil {
		return 0, failed
	}
	c.l.mu.Lock()
	c.l.hops = append(c.l.hops, hops)
	c.l.mu.Unlock()
	return c.TCPConn.Write(b)
}

func (l *hopsListener) last() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hops[len(l.hops)-1]
}

func TestHopLimit(t *testing.T) {
	t.Parallel()
	const (
		put = "X-aws-ec2-metadata-token-ttl-seconds: 60"
		at  = "/latest/api/token"
	)
	for _, network := range []string{"tcp4", "tcp6"} {
		for _, limit := range []int{0, 1, 2, 64} {
			for _, keep := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%d/%t", network, limit, keep), func(t *testing.T) {
					t.Parallel()
					f := newFixture(func(o *Options) { o.Settings.HopLimit, o.KeepAlive = limit, keep })
					var l *hopsListener
					address := f.listen(t, network, func(inner net.Listener) net.Listener {
						l = &hopsListener{Listener: inner}
						return l
					})
					exchange(t, address, get("/", "Connection: close"))
					usual := l.last()
					want := usual
					if limit > 0 {
						want = limit
					}
					got := exchange(t, address, compose("PUT", at, put)+get("/", "Connection: close"))
					if status(got) != 200 || l.last() != want && limit > 0 {
						t.Errorf("the answer to the PUT has hop limit %d, want %d:\n%q", l.last(), want, got)
					}
					// With a limit the connection is not used again.
					if both := strings.Contains(got, "Content-Length: 10\r\n"); both != (keep && limit == 0) {
						t.Errorf("a second request on the same connection is answered: %t:\n%q", both, got)
					}
					for _, other := range []string{compose("PUT", at), compose("PUT", "/x", put), get(at)} {
						exchange(t, address, strings.Replace(other, "\r\n", "\r\nConnection: close\r\n", 1))
						if l.last() != usual {
							t.Errorf("%.30q is answered with hop limit %d, want the usual %d", other, l.last(), usual)
						}
					}
				})
			}
		}
	}
}

// A socket of both families obeys the option of the family that the client
// came by.
func TestHopLimitOfBothFamilies(t *testing.T) {
	t.Parallel()
	const limit = 3
	inner, err := net.Listen("tcp", "[::]:0")
	if err != nil {
		t.Skipf("no socket of both families here: %v", err)
	}
	l := &hopsListener{Listener: inner}
	f := newFixture(func(o *Options) { o.Settings.HopLimit = limit })
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { done <- f.Serve(ctx, l) }()
	_, port, _ := net.SplitHostPort(inner.Addr().String())
	for _, host := range []string{"127.0.0.1", "::1"} {
		address := net.JoinHostPort(host, port)
		if c, err := net.Dial("tcp", address); err != nil {
			t.Logf("no way to %s here: %v", host, err)
			continue
		} else if err := c.Close(); err != nil {
			t.Error(err)
		}
		got := exchange(t, address, compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60"))
		if status(got) != 200 || l.last() != limit {
			t.Errorf("%s: the answer has hop limit %d, want %d:\n%q", host, l.last(), limit, got)
		}
		if exchange(t, address, get("/")); l.last() == limit {
			t.Errorf("%s: a read is answered with the limit of a PUT", host)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestTokenIsWithheldWithoutItsHopLimit(t *testing.T) {
	t.Parallel()
	f := newFixture(func(o *Options) { o.Settings.HopLimit = 1 })
	// A pipe has no hops to limit.
	c := newPipes()
	done := make(chan error, 1)
	go func() { done <- f.Serve(t.Context(), c) }()
	got := talk(t, c.dial(), compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60"))
	if got != "HTTP/1.1 503 Service Unavailable\r\n"+emptyTail {
		t.Errorf("got %q", got)
	}
	if !strings.Contains(f.log.String(), "its hop limit cannot be set: error=\"limit hops to 1: imds.pipeConn is no socket\"") {
		t.Errorf("log:\n%s", f.log)
	}
	_ = c.Close()
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve: %v", err)
	}
}
