package router

import (
	"testing"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

func TestPending(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "a:meta-data", "b:meta-data/x/y", "c:dynamic", "d:meta-data/hello")
	expect(t, r,
		"/latest/", "pending a,b,c,d",
		"/1.0", "pending a,b,c,d",
		"/latest/dynamic/x/y", "pending c",
		"/latest/api/token", "404",
		"/latest/other", "404",
		"/2099-01-01/", "404",
		"/2099-01-01/meta-data/x", "404",
	)
	if got := r.View("").Lookup("/"); got.Kind != Content {
		t.Errorf("the list of versions waits: %v", got.Kind)
	}
	publish(t, r, "b", leaf("meta-data/x/y/z", "z"))
	expect(t, r,
		"/latest/", "pending a,c,d",
		"/latest/meta-data", "pending a,d",
		"/latest/meta-data/", "pending a,d",
		"/latest/meta-data/x", "pending a",
		"/latest/meta-data/x/q", "pending a",
		"/latest/meta-data/x/y", "200 z",
		"/latest/meta-data/x/y/z", "200 z",
		"/latest/meta-data/x/y/none", "404",
		"/latest/meta-data/hello", "pending d",
		"/latest/meta-data/hello/x", "pending d",
	)
	publish(t, r, "a", leaf("meta-data/ami-id", "ami-1"))
	publish(t, r, "d")
	expect(t, r,
		"/latest", "pending c",
		"/latest/meta-data", "200 ami-id,x/",
		"/latest/meta-data/none", "404",
		"/latest/meta-data/hello", "404",
		"/latest/dynamic", "pending c",
	)
	publish(t, r, "c")
	expect(t, r, "/latest", "200 meta-data", "/latest/dynamic", "404")
}

func TestPendingWakes(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "a:a", "b:b")
	first := r.View("").Lookup("/latest/a")
	select {
	case <-first.Changed:
		t.Fatal("woken before anything was published")
	default:
	}
	if err := r.Publish("a", "", nil); err != nil {
		t.Fatal(err)
	}
	<-first.Changed
	if got := r.View("").Lookup("/latest/a"); got.Kind != NotFound || got.Changed != nil {
		t.Errorf("after the first tree: %+v", got)
	}
	second := r.View("").Lookup("/latest/b/x")
	select {
	case <-second.Changed:
		t.Fatal("the second wait was woken by the first tree")
	default:
	}
	publish(t, r, "b")
	<-second.Changed
}

func TestRefusedTreeKeepsWaiting(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "a:a")
	if err := r.Publish("a", "", []*pluginv1.Node{leaf("b", "")}); err == nil {
		t.Fatal("a node outside the mount is taken")
	}
	expect(t, r, "/latest/a", "pending a")
}
