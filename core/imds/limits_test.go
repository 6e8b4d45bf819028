package imds

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/core/router"
)

func TestHeaderTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, stop := newFixture().serve(t)
		silent := p.dial()
		if took := until(silent); took != 5*time.Second {
			t.Errorf("a silent connection is closed after %v, want 5s", took)
		}
		slow := p.dial()
		var writing sync.WaitGroup
		writing.Go(func() {
			for _, err := io.WriteString(slow, "GET / HTTP/1.1\r\n"); err == nil; _, err = io.WriteString(slow, "X: y\r\n") {
				time.Sleep(time.Second)
			}
		})
		if took := until(slow); took != 5*time.Second {
			t.Errorf("a slow header is closed after %v, want 5s", took)
		}
		writing.Wait()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestLinger(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, request string
		want          time.Duration
	}{
		{"nothing more can come", get("/"), 0},
		{"body announced", compose("POST", "/", "Content-Length: 3"), time.Second},
		{"chunks announced", compose("POST", "/", "Transfer-Encoding: chunked"), time.Second},
		{"chunks announced over HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", time.Second},
		{"Expect", get("/", "Expect: 100-continue"), time.Second},
		{"malformed", "GET /\r\n", time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFixture()
				l := halves{newPipes()}
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- f.Serve(ctx, l) }()
				c := l.dial()
				if _, err := io.WriteString(c, tt.request); err != nil {
					t.Fatal(err)
				}
				if took := until(c); took != tt.want {
					t.Errorf("the connection is closed %v after the request, want %v", took, tt.want)
				}
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestOldestWaitingConnectionIsEvicted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		f := newFixture(func(o *Options) {
			tree := testTree()
			tree["/latest/slow"] = live
			o.View = tree
			o.Resolve = func(context.Context, router.Result, netip.Addr) (Value, error) {
				<-release
				return Value{Body: []byte("slow")}, nil
			}
			o.Limits.Connections = 3
		})
		p, stop := f.serve(t)
		busy := p.dial() // the oldest, but its request has arrived
		if _, err := io.WriteString(busy, get("/latest/slow")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		first := p.dial()
		if _, err := io.WriteString(first, "GET / HTTP/1.1\r\n"); err != nil { // half a request
			t.Fatal(err)
		}
		second := p.dial()
		synctest.Wait()

		third := p.dial()
		if took := until(first); took != 0 {
			t.Errorf("the oldest waiting connection is closed after %v, want at once", took)
		}
		if got := talk(t, third, get("/latest/meta-data/mac")); status(got) != 200 {
			t.Errorf("the newcomer is answered %q", got)
		}
		if got := talk(t, second, get("/latest/meta-data/mac")); status(got) != 200 {
			t.Errorf("the younger waiting connection is answered %q", got)
		}
		close(release)
		answer, err := io.ReadAll(busy)
		if err != nil || !strings.HasSuffix(string(answer), "\r\n\r\nslow") {
			t.Errorf("the busy connection is answered %q, %v", answer, err)
		}
		if n := strings.Count(f.log.String(), "too many open connections; closing those without a request: limit=3"); n != 1 {
			t.Errorf("the limit is in the log %d times, want 1:\n%s", n, f.log)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestIdleConnectionsDoNotStarveClients(t *testing.T) {
	t.Parallel()
	f := newFixture(func(o *Options) { o.Limits.Connections = 8 })
	address := f.listen(t, "tcp4", nil)
	for range 50 {
		c := dial(t, address)
		if _, err := io.WriteString(c, "GET /"); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 {
		if got := exchange(t, address, get("/latest/meta-data/mac")); status(got) != 200 {
			t.Errorf("request %d beside idle connections: %q", i, got)
		}
	}
}

func TestBusyServerTurnsNewConnectionsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		f := newFixture(func(o *Options) {
			o.View = fakeTree{"/latest/slow": live}
			o.Resolve = func(context.Context, router.Result, netip.Addr) (Value, error) {
				<-release
				return Value{}, nil
			}
			o.Limits.Connections = 1
		})
		p, stop := f.serve(t)
		busy := p.dial()
		if _, err := io.WriteString(busy, get("/latest/slow")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if took := until(p.dial()); took != 0 {
			t.Errorf("a connection too many is closed after %v, want at once", took)
		}
		close(release)
		if answer, err := io.ReadAll(busy); err != nil || status(string(answer)) != 200 {
			t.Errorf("the busy connection is answered %q, %v", answer, err)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// failing is a listener that fails so often before it works.
type failing struct {
	*pipes
	err   error
	times int
}

func (l *failing) Accept() (net.Conn, error) {
	if l.times > 0 {
		l.times--
		return nil, &net.OpError{Op: "accept", Err: l.err}
	}
	return l.pipes.Accept()
}

func TestAcceptFailuresPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture()
		l := &failing{newPipes(), syscall.EMFILE, 4}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		began := time.Now()
		go func() { done <- f.Serve(ctx, l) }()
		c := l.dial()
		if took := time.Since(began); took != (5+10+20+40)*time.Millisecond {
			t.Errorf("four failures took %v, want 75ms", took)
		}
		if got := talk(t, c, get("/latest/meta-data/mac")); status(got) != 200 {
			t.Errorf("after the failures: %q", got)
		}
		if n := strings.Count(f.log.String(), "cannot accept a connection; trying on"); n != 1 {
			t.Errorf("the failure is in the log %d times, want 1:\n%s", n, f.log)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestLackOfDescriptorsEvicts: an idle connection makes room at once, and one
// that has just been accepted is let ask first.
func TestLackOfDescriptorsEvicts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture()
		p, stop := f.serve(t)
		idle := p.dial()
		synctest.Wait()
		time.Sleep(evictGrace)
		young := p.dial()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- f.Serve(ctx, &failing{newPipes(), syscall.ENFILE, 2}) }()
		if took := until(idle); took != 0 {
			t.Errorf("the idle connection is closed after %v, want at once", took)
		}
		time.Sleep(pauseLongest) // the second failure has found nobody to close
		if got := talk(t, young, get("/latest/meta-data/mac")); status(got) != 200 {
			t.Errorf("who has just connected gets %q", got)
		}
		cancel()
		if err := errors.Join(<-done, stop()); err != nil {
			t.Error(err)
		}
	})
}

func TestServeTellsWhenItsListenerIsClosed(t *testing.T) {
	t.Parallel()
	p := newPipes()
	_ = p.Close()
	err := newFixture().Serve(t.Context(), p)
	if !errors.Is(err, net.ErrClosed) || !strings.HasPrefix(err.Error(), "accept connections on 127.0.0.1:1338: ") {
		t.Errorf("Serve on a closed listener: %v", err)
	}
}

// TestSlowReaderIsEvicted: who does not read its answer makes room when nobody
// waits, the oldest first; a request that is still worked on does not.
func TestSlowReaderIsEvicted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		f := newFixture(func(o *Options) {
			tree := testTree()
			tree["/latest/slow"] = live
			o.View = tree
			o.Resolve = func(context.Context, router.Result, netip.Addr) (Value, error) {
				<-release
				return Value{Body: []byte("slow")}, nil
			}
			o.Limits.Connections = 3
		})
		p, stop := f.serve(t)
		var all []net.Conn // the first is worked on; a pipe blocks until it is read
		for _, path := range []string{"/latest/slow", "/latest/meta-data/mac", "/latest/meta-data/mac"} {
			c := p.dial()
			if _, err := io.WriteString(c, get(path)); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			all = append(all, c)
		}
		if got := talk(t, p.dial(), get("/latest/meta-data/mac")); status(got) != 200 {
			t.Errorf("the newcomer is answered %q", got)
		}
		if got, _ := io.ReadAll(all[1]); len(got) != 0 {
			t.Errorf("the oldest slow reader still gets %q", got)
		}
		if got, _ := io.ReadAll(all[2]); status(string(got)) != 200 {
			t.Errorf("the younger slow reader gets %q", got)
		}
		close(release)
		if got, _ := io.ReadAll(all[0]); !strings.HasSuffix(string(got), "\r\n\r\nslow") {
			t.Errorf("the one that was worked on gets %q", got)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}
