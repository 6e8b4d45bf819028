package iam

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// miniCore is what the core does with the plugin's trees: it keeps the last
// one, also while the plugin is dead, and lets leaves end by the wall clock.
type miniCore struct {
	fakeHost
	t      *testing.T
	clock  *testClock
	wake   chan struct{}
	tree   sync.Mutex
	leaves map[string]sdk.Leaf // by path
}

func newMiniCore(t *testing.T, c *testClock) *miniCore {
	return &miniCore{t: t, clock: c, wake: make(chan struct{}, 1), leaves: map[string]sdk.Leaf{}}
}

// Changed has the plugin's trees read anew.
func (m *miniCore) Changed(...string) {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// publish reads the trees of p until ctx ends.
func (m *miniCore) publish(ctx context.Context, p *plugin, in *sdk.Instance) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
		}
		tree, err := p.Tree(ctx, in)
		if err != nil {
			m.t.Errorf("tree: %v", err)
			return
		}
		m.tree.Lock()
		for path, node := range tree {
			m.leaves[path] = node.(sdk.Leaf)
		}
		m.tree.Unlock()
	}
}

// get is what a client reads at a path now.
func (m *miniCore) get(path string) served {
	m.tree.Lock()
	defer m.tree.Unlock()
	leaf, ok := m.leaves[path]
	if !ok {
		m.t.Fatalf("%s is not there", path)
	}
	for !leaf.NotAfter.IsZero() && !m.clock.now().Before(leaf.NotAfter) {
		if leaf.Successor == nil {
			m.t.Fatalf("%s is gone", path)
		}
		leaf = *leaf.Successor
	}
	var d served
	if err := json.Unmarshal(leaf.Body, &d); err != nil {
		m.t.Fatal(err)
	}
	return d
}

// daemon is a plugin that runs under a miniCore.
type daemon struct {
	*rig
	core *miniCore
	set  chan struct{} // tells that the clock was set
	quit func()
}

// serve runs the plugin until quit.
func (d *daemon) serve() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(d.t.Context()))
	d.p.watchClock = func(ctx context.Context, set chan<- struct{}) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-d.set:
			}
			select {
			case set <- struct{}{}:
			case <-ctx.Done():
				return nil
			}
		}
	}
	var running sync.WaitGroup
	running.Go(func() { d.core.publish(ctx, d.p, d.in) })
	running.Go(func() {
		if err := d.p.Run(ctx, d.core); err != nil {
			d.t.Errorf("run: %v", err)
		}
	})
	d.quit = func() {
		cancel()
		running.Wait()
	}
	d.core.Changed()
}

// clockSet is what the system does when the clock is set.
func (d *daemon) clockSet() {
	d.set <- struct{}{}
	synctest.Wait()
}

// truth is the time that STS has.
func (c *testClock) truth() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return wallClock().Add(c.slept)
}
