package sdk_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// fading is a plugin whose live node becomes a leaf.
type fading struct {
	leaf atomic.Bool
	once sync.Once
	told chan struct{} // closed when the live node has been returned
}

func (f *fading) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	if f.leaf.Load() {
		return sdk.Tree{"meta-data/fading": sdk.Text("leaf")}, nil
	}
	defer f.once.Do(func() { close(f.told) })
	return sdk.Tree{"meta-data/fading": sdk.Live{
		Resolve: func(context.Context, *sdk.Request) (sdk.Leaf, error) { return sdk.Text("live"), nil },
	}}, nil
}

func (f *fading) Run(ctx context.Context, h sdk.Host) error {
	<-f.told
	f.leaf.Store(true)
	h.Changed()
	<-ctx.Done()
	return nil
}

// TestLiveNodeOutlivesItsTree: until the core has taken the newer tree, it asks
// for the node of the older one.
func TestLiveNodeOutlivesItsTree(t *testing.T) {
	t.Parallel()
	f := &fading{told: make(chan struct{})}
	p := sdktest.Start(t, f)
	sdktest.Expect(t, p.Configure(""))
	p.Run()
	p.WaitTree("the leaf", func(t sdk.Tree) bool { _, ok := t["meta-data/fading"].(sdk.Leaf); return ok })
	if leaf, err := p.Resolve("", "meta-data/fading", "meta-data/fading"); err != nil || string(leaf.Body) != "live" {
		t.Errorf("%q %v", leaf.Body, err)
	}
}
