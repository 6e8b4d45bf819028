package sdk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// keeper is a plugin that keeps something for each instance. It has no lock:
// the race detector sees whether Forget overlaps Tree.
type keeper struct {
	kept      map[string]int // how often Tree was called
	forgotten chan *sdk.Instance
}

func newKeeper() *keeper {
	return &keeper{kept: map[string]int{}, forgotten: make(chan *sdk.Instance, 1)}
}

func (k *keeper) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	k.kept[in.Label]++
	if in.ID == "" {
		return nil, errors.New("no id")
	}
	return sdk.Tree{"meta-data/kept": sdk.Text(in.ID)}, nil
}

func (k *keeper) Forget(in *sdk.Instance) {
	delete(k.kept, in.Label)
	k.forgotten <- in
}

func labelled(label, id string) *sdk.Instance {
	in := sdktest.Instance()
	in.Label, in.ID = label, id
	return in
}

func TestForget(t *testing.T) {
	t.Parallel()
	k := newKeeper()
	p := sdktest.Start(t, k)
	sdktest.Expect(t, p.Configure(""))
	p.Run()
	const label = `web["10.0.0.7"]`
	p.Add(labelled(label, "i-1"))
	if got := p.TreeOf(label)["meta-data/kept"].(sdk.Leaf); string(got.Body) != "i-1" {
		t.Errorf("tree says %q", got.Body)
	}
	p.Remove("never added") // nobody is told
	p.Remove(label)
	if in := <-k.forgotten; in.Label != label || in.ID != "i-1" {
		t.Errorf("forgot %q %s", in.Label, in.ID)
	}
	p.Add(labelled(label, "i-2")) // it comes back as a new one
	if got := p.TreeOf(label)["meta-data/kept"].(sdk.Leaf); string(got.Body) != "i-2" {
		t.Errorf("tree says %q", got.Body)
	}
	p.Stop()
	if k.kept[label] != 1 || k.kept[""] != 1 {
		t.Errorf("Tree calls since it came back: %v", k.kept)
	}
}

// TestFailureOfOneInstance: the others are published, the plugin is degraded
// until the instance is mended or gone, and the sentence names it.
func TestFailureOfOneInstance(t *testing.T) {
	t.Parallel()
	for name, mend := range map[string]func(p *sdktest.Plugin){
		"gone":   func(p *sdktest.Plugin) { p.Remove("db"); p.Remove("more") },
		"mended": func(p *sdktest.Plugin) { p.Add(labelled("db", "i-2")); p.Add(labelled("more", "i-3")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeeper()
			k.forgotten = make(chan *sdk.Instance, 2)
			p := sdktest.Start(t, k)
			sdktest.Expect(t, p.Configure(""))
			p.Run()
			says := func(want string) {
				t.Helper()
				p.WaitStatus(want, func(degraded string, _ time.Time) bool { return degraded == want })
			}
			p.Add(labelled("db", ""))
			says("instance db: no new tree: no id")
			p.Add(labelled("more", ""))
			says("instance db: no new tree: no id; 1 more likewise")
			p.Add(labelled("web", "i-1"))
			p.TreeOf("web")
			says("instance db: no new tree: no id; 1 more likewise")
			mend(p)
			says("")
		})
	}
}
