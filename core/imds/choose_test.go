package imds

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/core/router"
)

// chosen is an Options.Choose that counts.
type chosen struct {
	err      error
	instance Instance
	calls    atomic.Int32
	released atomic.Int32
	listener string
}

func (c *chosen) choose(_ context.Context, listener string, _ netip.Addr) (*Instance, func(), error) {
	c.calls.Add(1)
	c.listener = listener
	if c.err != nil {
		return nil, nil, c.err
	}
	return &c.instance, func() { c.released.Add(1) }, nil
}

func TestChosenInstance(t *testing.T) {
	t.Parallel()
	const token = "PUT /latest/api/token HTTP/1.1\r\nHost: localhost\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n"
	for name, c := range map[string]struct {
		err      error
		settings Settings
		request  string
		status   int // 0: closed without a byte
		calls    int32
		log      string
	}{
		"served":                     {nil, Settings{}, get("/latest/meta-data/mac"), 200, 1, ""},
		"its tokens":                 {nil, Settings{}, token, 200, 1, ""},
		"its settings":               {nil, Settings{TokensRequired: true}, get("/latest/meta-data/mac"), 401, 1, ""},
		"its endpoint is off":        {nil, Settings{EndpointDisabled: true}, get("/latest/meta-data/mac"), 403, 1, ""},
		"malformed target":           {nil, Settings{}, get("*"), 400, 1, ""},
		"malformed, endpoint off":    {nil, Settings{EndpointDisabled: true}, get("*"), 403, 1, ""},
		"none":                       {ErrNoInstance, Settings{}, get("/latest/meta-data/mac"), 404, 1, "a client has no instance; answered 404"},
		"no token for none":          {ErrNoInstance, Settings{}, token, 404, 1, "a client has no instance; answered 404"},
		"not here":                   {ErrNoEndpoint, Settings{}, get("/latest/meta-data/mac"), 0, 1, "has no endpoint here"},
		"cannot be served":           {errors.New("on purpose"), Settings{}, get("/latest/meta-data/mac"), 503, 1, `answered 503: client=127.0.0.1 error="on purpose"`},
		"a web page has it not made": {nil, Settings{}, get("/latest/meta-data/mac", "Origin: http://localhost"), 403, 0, "refused a request of a web page"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			by := &chosen{err: c.err}
			f := newFixture(func(o *Options) {
				o.Choose, by.instance = by.choose, o.Instance
				by.instance.Settings = c.settings
				o.Instance = Instance{} // nobody's
			})
			address := f.listen(t, "tcp4", nil)
			got := exchange(t, address, c.request)
			if c.status == 0 && got != "" || c.status != 0 && status(got) != c.status {
				t.Errorf("want %d, got %q", c.status, got)
			}
			if by.calls.Load() != c.calls || c.err == nil && by.released.Load() != c.calls {
				t.Errorf("asked %d times, released %d", by.calls.Load(), by.released.Load())
			}
			exchange(t, address, c.request)
			if c.log != "" && strings.Count(f.log.String(), c.log) != map[bool]int{true: 2, false: 1}[c.status == 0] {
				t.Errorf("the log is not paced, or lacks %q:\n%s", c.log, f.log)
			}
		})
	}
}

// TestReplacedOptions: what waits at replaced options is answered by those that
// follow, within the patience that it began with.
func TestReplacedOptions(t *testing.T) {
	t.Parallel()
	awaited := fakeTree{"/latest/x": func() router.Result {
		return router.Result{Kind: router.Pending, Changed: make(chan struct{}), Awaited: []string{"p"}}
	}}
	published := fakeTree{"/latest/x": func() router.Result {
		return router.Result{Kind: router.Content, Head: RenderHead("", testModified, 2), Body: []byte("up")}
	}}
	for name, c := range map[string]struct {
		before func(o *Options)
		after  func(o *Options)
		want   int
		took   time.Duration
	}{
		"its tree goes elsewhere": {
			func(o *Options) { o.View = awaited },
			func(o *Options) { o.View = published },
			200, 400 * time.Millisecond,
		},
		"chosen anew": {
			func(o *Options) { o.Choose = (&chosen{err: ErrReplaced}).choose },
			func(o *Options) { o.Choose = nil; o.View = published },
			200, 400 * time.Millisecond,
		},
		"replaced, and nothing follows": {
			func(o *Options) { o.Choose = (&chosen{err: ErrReplaced}).choose },
			nil,
			503, time.Second,
		},
		"patience is one, of those who are all served the same": {
			func(o *Options) { o.View = awaited },
			func(o *Options) {},
			503, time.Second,
		},
		"patience is one": {
			func(o *Options) { o.Choose = (&chosen{err: ErrReplaced}).choose },
			func(o *Options) { o.Choose = nil; o.View = awaited },
			503, time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(c.before)
				if c.after != nil {
					go func() {
						time.Sleep(400 * time.Millisecond)
						o := f.options
						c.after(&o)
						f.Update(o)
					}()
				}
				began := time.Now()
				if got := f.ask(t, get("/latest/x")); status(got) != c.want {
					t.Errorf("want %d, got %q", c.want, got)
				}
				if took := time.Since(began); took != c.took {
					t.Errorf("it took %v, want %v", took, c.took)
				}
			})
		})
	}
}
