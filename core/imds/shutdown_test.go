package imds

import (
	"context"
	"io"
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
