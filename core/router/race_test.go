package router

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// TestConcurrentPublishAndLookup has readers check that every answer comes
// from one published tree while trees are swapped and leaves end.
func TestConcurrentPublishAndLookup(t *testing.T) {
	t.Parallel()
	const rounds = 200
	var ticks atomic.Int64
	now := func() time.Time { return launched.Add(time.Duration(ticks.Load())) }
	r, err := New(Options{
		Mounts:    []Mount{{"p", "p"}, {"q", "q"}, {"p/q", "q"}},
		Instances: []Instance{{Launched: launched}},
		Render:    renderTest,
		Now:       now,
	})
	if err != nil {
		t.Fatal(err)
	}
	waiting := r.View("").Lookup("/latest/p/q/leaf")

	var wg sync.WaitGroup
	done := make(chan struct{})
	for _, plugin := range []string{"p", "q"} {
		wg.Go(func() {
			for i := range rounds {
				mount := plugin
				if plugin == "q" {
					mount = "p/q"
				}
				nodes := []*pluginv1.Node{
					leaf(mount+"/leaf", fmt.Sprint(i)),
					ends(leaf(mount+"/ends", "e"), now().Add(3)),
				}
				if err := r.Publish(plugin, "", nodes); err != nil {
					t.Error(err)
				}
				ticks.Add(1)
			}
		})
	}
	for range 4 {
		wg.Go(func() {
			<-waiting.Changed
			for {
				select {
				case <-done:
					return
				default:
				}
				got := r.View("").Lookup("/latest/p//q/leaf")
				if got.Kind != Pending && (got.Kind != Content || string(got.Head) != string(renderTest("text/plain", launched, len(got.Body)))) {
					t.Errorf("torn: %+v", got)
					return
				}
				switch listed := brief(r.View("").Lookup("/latest/p/")); listed {
				case "pending p,q", "pending p", "pending q", "200 ends,leaf,q/", "200 leaf,q/":
				default:
					t.Errorf("listing %s", listed)
					return
				}
			}
		})
	}
	wg.Go(func() {
		defer close(done)
		for !t.Failed() {
			got := r.View("").Lookup("/latest/p/leaf")
			if got.Kind == Pending {
				<-got.Changed
			} else if string(got.Body) == fmt.Sprint(rounds-1) {
				return
			}
		}
	})
	wg.Wait()
}
