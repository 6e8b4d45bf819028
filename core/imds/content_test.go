package imds

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/sdk"
)

func live() router.Result {
	return router.Result{Kind: router.Live, Plugin: "clock", Node: "meta-data/clock", Path: "meta-data/clock/now", Version: "latest"}
}

func TestLiveNodes(t *testing.T) {
	t.Parallel()
	const at = "/latest/meta-data/clock/now"
	want404 := "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 339\r\n" + testDate + tail + "\r\n" + page404
	want503 := "HTTP/1.1 503 Service Unavailable\r\n" + emptyTail
	for _, tt := range []struct {
		name  string
		value Value
		err   error
		want  string
		log   string
	}{
		{
			"value",
			Value{ContentType: "application/json", LastModified: testModified, Body: []byte("{}")},
			nil,
			ok + strings.Replace(contentHead, "text/plain", "application/json", 1) + "Content-Length: 2\r\n" + testDate + tail + "\r\n{}", "",
		},
		{
			"defaults",
			Value{Body: []byte("x")},
			nil,
			ok + "Content-Type: text/plain\r\nAccept-Ranges: none\r\nLast-Modified: Mon, 02 Oct 2023 14:32:45 GMT\r\nContent-Length: 1\r\n" + testDate + tail + "\r\nx", "",
		},
		{
			"type that would end the line",
			Value{ContentType: "a\r\nX: y", LastModified: testModified},
			nil,
			ok + strings.Replace(contentHead, "text/plain", "application/octet-stream", 1) + "Content-Length: 0\r\n" + testDate + tail + "\r\n", "",
		},
		{"not found", Value{}, fmt.Errorf("clock: %w", sdk.ErrNotFound), want404, ""},
		{
			"failure",
			Value{},
			errors.New("stopped"), want503,
			"a live node was not answered; answered 503: plugin=clock path=meta-data/clock/now error=stopped",
		},
		{"deadline", Value{}, context.DeadlineExceeded, want503, `error="context deadline exceeded"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(func(o *Options) {
				o.View = fakeTree{at: live}
				o.Resolve = func(ctx context.Context, r router.Result, client netip.Addr) (Value, error) {
					if _, bounded := ctx.Deadline(); !bounded {
						return Value{}, errors.New("no deadline")
					}
					if r.Plugin != "clock" || r.Node != "meta-data/clock" || r.Version != "latest" || client != netip.MustParseAddr("127.0.0.1") {
						return Value{}, fmt.Errorf("asked with %+v by %v", r, client)
					}
					return tt.value, tt.err
				}
			})
			got := exchange(t, f.listen(t, "tcp4", nil), get(at))
			if got != tt.want {
				t.Errorf("got\n%q\nwant\n%q", got, tt.want)
			}
			if !strings.Contains(f.log.String(), tt.log) || (tt.log == "" && strings.Contains(f.log.String(), "WARN")) {
				t.Errorf("log, want %q:\n%s", tt.log, f.log)
			}
		})
	}
}

func TestLiveNodesEndInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(func(o *Options) {
			o.View = fakeTree{"/latest/slow": live}
			o.ResolveTimeout = 700 * time.Millisecond
			o.Resolve = func(ctx context.Context, _ router.Result, _ netip.Addr) (Value, error) {
				<-ctx.Done()
				return Value{}, ctx.Err()
			}
		})
		began := time.Now()
		if got := f.ask(t, get("/latest/slow")); status(got) != 503 {
			t.Errorf("want 503, got %q", got)
		}
		if took := time.Since(began); took != 700*time.Millisecond {
			t.Errorf("it took %v, want 700ms", took)
		}
	})
}

// TestFailuresDoNotFloodTheLog: what a client asks for again and again while it
// cannot be answered is told once, for each plugin that is the reason.
func TestFailuresDoNotFloodTheLog(t *testing.T) {
	t.Parallel()
	f := newFixture(func(o *Options) {
		node := func(plugin string) func() router.Result {
			return func() router.Result {
				return router.Result{Kind: router.Live, Plugin: plugin, Node: plugin, Path: plugin, Version: "latest"}
			}
		}
		pending := func() router.Result {
			return router.Result{Kind: router.Pending, Changed: make(chan struct{}), Awaited: []string{"iam"}}
		}
		o.View = fakeTree{"/latest/clock": node("clock"), "/latest/rack": node("rack"), "/latest/iam": pending}
		o.Wait = time.Nanosecond
		o.Resolve = func(context.Context, router.Result, netip.Addr) (Value, error) { return Value{}, errors.New("stopped") }
	})
	address := f.listen(t, "tcp4", nil)
	for range ofPlugins + 2 {
		for _, path := range []string{"/latest/clock", "/latest/rack", "/latest/iam"} {
			if got := exchange(t, address, get(path)); status(got) != 503 {
				t.Errorf("%s: want 503, got %q", path, got)
			}
		}
	}
	if n := strings.Count(f.log.String(), "WARN"); n != 3*ofPlugins {
		t.Errorf("%d warnings, want %d for each plugin:\n%s", n, ofPlugins, f.log)
	}
}

func TestPanicCostsOneConnection(t *testing.T) {
	t.Parallel()
	f := newFixture(func(o *Options) {
		tree := testTree()
		tree["/latest/broken"] = func() router.Result { panic("broken tree") }
		o.View = tree
	})
	address := f.listen(t, "tcp4", nil)
	if got := exchange(t, address, get("/latest/broken")); got != "" {
		t.Errorf("the broken path: %q", got)
	}
	if got := exchange(t, address, get("/latest/meta-data/mac")); status(got) != 200 {
		t.Errorf("another request: %q", got)
	}
	if !strings.Contains(f.log.String(), `panic while a request was answered: panic="broken tree"`) {
		t.Errorf("the panic is not in the log:\n%s", f.log)
	}
}

func TestPending(t *testing.T) {
	t.Parallel()
	published := router.Result{Kind: router.Content, Head: RenderHead("", testModified, 2), Body: []byte("up")}
	for _, tt := range []struct {
		name   string
		change []time.Duration // moments at which the tree changes
		ready  int             // which of them, counted from 1, is the awaited one
		status int
		took   time.Duration
	}{
		{"never", nil, 0, 503, time.Second},
		{"in time", []time.Duration{300 * time.Millisecond}, 1, 200, 300 * time.Millisecond},
		{"after another change", []time.Duration{300 * time.Millisecond, 600 * time.Millisecond}, 2, 200, 600 * time.Millisecond},
		{"too late", []time.Duration{300 * time.Millisecond, 1100 * time.Millisecond}, 2, 503, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				changed := make([]chan struct{}, len(tt.change)+1)
				for i := range changed {
					changed[i] = make(chan struct{})
				}
				for i, d := range tt.change {
					time.AfterFunc(d, func() { close(changed[i]) })
				}
				f := newFixture(func(o *Options) {
					o.View = fakeTree{"/latest/x": func() router.Result {
						n := 0
						for n < len(tt.change) && time.Since(began) >= tt.change[n] {
							n++
						}
						if tt.ready > 0 && n >= tt.ready {
							return published
						}
						return router.Result{Kind: router.Pending, Changed: changed[n], Awaited: []string{"iam", "rack"}}
					}}
				})
				got := f.ask(t, get("/latest/x"))
				if took := time.Since(began); status(got) != tt.status || took != tt.took {
					t.Errorf("want %d after %v, got after %v\n%q", tt.status, tt.took, took, got)
				}
				const line = `has not published its first tree yet; answered 503: path=/latest/x plugins="iam, rack"`
				if strings.Contains(f.log.String(), line) != (tt.status == 503) {
					t.Errorf("log:\n%s", f.log)
				}
				if tt.status == 503 && got != "HTTP/1.1 503 Service Unavailable\r\n"+emptyTail {
					t.Errorf("not the empty 503:\n%q", got)
				}
				time.Sleep(2 * time.Second) // virtual: the timers of the tree end
			})
		})
	}
}

// A tree that says at once that it changed, and has not, must not be asked in
// a loop.
func TestPendingDoesNotSpin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		closed, asked := make(chan struct{}), 0
		close(closed)
		f := newFixture(func(o *Options) {
			o.View = fakeTree{"/latest/x": func() router.Result {
				asked++
				return router.Result{Kind: router.Pending, Changed: closed}
			}}
		})
		if got := f.ask(t, get("/latest/x")); status(got) != 503 || asked > 4 {
			t.Errorf("asked %d times, answer %q", asked, got)
		}
	})
}
