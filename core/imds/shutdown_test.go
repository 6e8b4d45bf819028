package imds

import (
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/core/router"
)

func TestShutdown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(func(o *Options) {
			o.View = fakeTree{"/latest/slow": live, "/latest/hangs": live}
			o.ResolveTimeout = time.Minute
			o.Resolve = func(ctx context.Context, _ router.Result, _ netip.Addr) (Value, error) {
				select {
				case <-time.After(2 * time.Second):
					return Value{Body: []byte("in time")}, nil
				case <-ctx.Done():
					return Value{}, ctx.Err()
				}
			}
			o.KeepAlive = true
		})
		p, stop := f.serve(t)
		idle, under := p.dial(), p.dial()
		if _, err := io.WriteString(under, get("/latest/slow")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		var answer string
		answered, closed := make(chan struct{}), make(chan time.Duration, 1)
		go func() {
			defer close(answered)
			b, _ := io.ReadAll(under)
			answer = string(b)
		}()
		go func() { closed <- until(idle) }()
		began := time.Now()
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("Serve returned after %v, want when the last request was answered, 2s", took)
		}
		<-answered
		if !strings.HasSuffix(answer, "Connection: close\r\n\r\nin time") {
			t.Errorf("the request under way is answered %q", answer)
		}
		if took := <-closed; took != 0 {
			t.Errorf("the idle connection is closed after %v, want at once", took)
		}
	})
}

func TestShutdownIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(func(o *Options) {
			o.View = fakeTree{"/latest/hangs": live}
			o.ResolveTimeout = time.Hour
			o.Resolve = func(ctx context.Context, _ router.Result, _ netip.Addr) (Value, error) {
				<-ctx.Done()
				return Value{}, ctx.Err()
			}
		})
		p, stop := f.serve(t)
		c := p.dial()
		if _, err := io.WriteString(c, get("/latest/hangs")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		began := time.Now()
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("Serve returned after %v, want the drain timeout, 3s", took)
		}
		if !strings.Contains(f.log.String(), "requests were cut off at shutdown: after=3s") {
			t.Errorf("log:\n%s", f.log)
		}
		_ = c.Close()
	})
}

// One server on two listeners, as with an IPv6 endpoint: both are answered with
// the same tokens, and one that ends leaves the other.
func TestTwoListeners(t *testing.T) {
	t.Parallel()
	f := newFixture(func(o *Options) { o.Settings.TokensRequired = true })
	second, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 loopback here: %v", err)
	}
	at := f.listen(t, "tcp4", nil)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Serve(ctx, second) }()
	const path = "/latest/meta-data/mac"
	token := "X-aws-ec2-metadata-token: " + body(exchange(t, second.Addr().String(), compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60")))
	for _, address := range []string{at, second.Addr().String()} {
		if got := exchange(t, address, get(path, token)); status(got) != 200 {
			t.Errorf("%s with a token of the IPv6 listener: %q", address, got)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if got := exchange(t, at, get(path, token)); status(got) != 200 {
		t.Errorf("after the end of the other: %q", got)
	}
	if c, err := net.Dial("tcp", second.Addr().String()); err == nil {
		_ = c.Close()
		t.Error("the listener that ended still accepts")
	}
}
