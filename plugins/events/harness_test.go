package events

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// newYear is when the plugins of most tests start.
var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// spotInstance is interrupted as told.
func spotInstance(behavior string) *sdk.Instance {
	in := sdktest.Instance()
	in.InstanceLifecycle, in.InstanceInterruptionBehavior = "spot", behavior
	return in
}

// clock is a wall clock that is moved by hand, or runs with time.Now.
type clock struct {
	runs bool

	mu     sync.Mutex
	offset time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runs {
		return wallClock().Add(c.offset).UTC()
	}
	return newYear.Add(c.offset)
}

func (c *clock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// fakeHost remembers what the plugin said.
type fakeHost struct {
	mu         sync.Mutex
	changed    []time.Time
	checkpoint []byte
	refuse     bool
}

func (h *fakeHost) Changed(...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changed = append(h.changed, time.Now())
}

func (h *fakeHost) Checkpoint(data []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refuse {
		return fmt.Errorf("checkpoint has %d bytes", len(data))
	}
	h.checkpoint = bytes.Clone(data)
	return nil
}

func (h *fakeHost) Degraded(string) {}

func (h *fakeHost) changes() []time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.changed)
}

// rig is a configured plugin with a clock and a fake core.
type rig struct {
	t     *testing.T
	p     *plugin
	in    *sdk.Instance
	clock *clock
	host  *fakeHost
	log   *bytes.Buffer
	stop  func()
}

func newRig(t *testing.T, config string, in *sdk.Instance) *rig {
	t.Helper()
	g := &rig{t: t, in: in, clock: &clock{}, host: &fakeHost{}, log: &bytes.Buffer{}, stop: func() {}}
	g.p = newPlugin(g.clock.now)
	f, diags := hclsyntax.ParseConfig([]byte(config), "config.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	err := g.p.Configure(t.Context(), &sdk.Config{
		Name: "events", Body: f.Body.(*hclsyntax.Body), Instances: []*sdk.Instance{in},
		Log: hclog.New(&hclog.LoggerOptions{Output: g.log, DisableTime: true}),
	})
	if err != nil {
		t.Fatalf("configure: %v", err)
	}
	return g
}

// run starts the plugin until the test, or stop, ends it.
func (g *rig) run() {
	g.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(g.t.Context()))
	done := make(chan error, 1)
	go func() { done <- g.p.Run(ctx, g.host) }()
	g.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			g.t.Errorf("run: %v", err)
		}
	})
	g.t.Cleanup(g.stop)
}

func (g *rig) tree() sdk.Tree {
	g.t.Helper()
	tree, err := g.p.Tree(g.t.Context(), g.in)
	if err != nil {
		g.t.Fatal(err)
	}
	return tree
}

// leaf returns what is served at a path below meta-data, empty when nothing is.
func (g *rig) leaf(path string) sdk.Leaf {
	g.t.Helper()
	leaf, _ := g.tree()["meta-data/"+path].(sdk.Leaf)
	return leaf
}

// render writes each leaf on a line: path below meta-data, since, when it last
// changed, value.
func render(tree sdk.Tree) string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(tree)) {
		leaf := tree[path].(sdk.Leaf)
		changed := "launch"
		if !leaf.LastModified.IsZero() {
			changed = leaf.LastModified.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(&b, "%s %s %s %q\n", strings.TrimPrefix(path, "meta-data/"), leaf.Since, changed, leaf.Body)
	}
	return b.String()
}
