package app

import (
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/imds"
	"github.com/mockmd/mockmd/core/router"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// mounted is a router for the plugin rack, and one for another with a mount
// inside where that is given.
func mounted(t *testing.T, inside ...string) *router.Router {
	t.Helper()
	mounts := []router.Mount{{Path: "meta-data/rack", Plugin: "rack"}}
	for _, path := range inside {
		mounts = append(mounts, router.Mount{Path: path, Plugin: "other"})
	}
	r, err := router.New(router.Options{Mounts: mounts, Instances: []router.Instance{{}}, Render: imds.RenderHead, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func leaves(values ...string) []*pluginv1.Node {
	var out []*pluginv1.Node
	for _, v := range values {
		path, body, _ := strings.Cut(v, "=")
		out = append(out, &pluginv1.Node{Path: path, Kind: &pluginv1.Node_Leaf{Leaf: &pluginv1.Leaf{Body: []byte(body)}}})
	}
	return out
}

// served is what a router has at a path; "…" while a first tree is awaited.
func served(r *router.Router, path string) string {
	switch a := r.View("").Lookup("/latest/" + path); a.Kind {
	case router.Pending:
		return "…"
	case router.Content:
		return string(a.Body)
	}
	return ""
}

func TestSink(t *testing.T) {
	t.Parallel()
	const row, door = "meta-data/rack/row", "meta-data/rack/door"
	publish := func(s *sink, values ...string) {
		t.Helper()
		if err := s.Publish("rack", "", leaves(values...)); err != nil {
			t.Fatal(err)
		}
	}
	s := &sink{}
	one, two, three := mounted(t), mounted(t, door), mounted(t)
	want := func(when string, first, second, third string) {
		t.Helper()
		if a, b, c := served(one, row), served(two, row), served(three, row); a != first || b != second || c != third {
			t.Errorf("%s: %q %q %q, want %q %q %q", when, a, b, c, first, second, third)
		}
	}
	s.begin(one)
	publish(s, row+"=1", door+"=open")
	want("at first", "1", "…", "…")
	if err := s.add(two, "rack"); err != nil {
		t.Fatal(err)
	}
	want("taken over", "1", "1", "…")
	if got := served(two, door); got != "…" {
		t.Errorf("what belongs to another plugin there is %q", got)
	}
	publish(s, row+"=2", door+"=shut")
	want("during the reload", "2", "2", "…")
	s.back()
	publish(s, row+"=3", door+"=shut")
	want("after one that failed", "3", "2", "…")
	if err := s.add(three, "rack"); err != nil {
		t.Fatal(err)
	}
	if got := served(three, door); got != "shut" {
		t.Errorf("where no other plugin is, %q", got)
	}
	s.settle(true)
	publish(s, row+"=4")
	want("after the swap", "3", "2", "4")
}

// TestSinkBeforeTheFirstTree: requests that wait for it at the earlier router
// get it, though a reload came in between.
func TestSinkBeforeTheFirstTree(t *testing.T) {
	t.Parallel()
	const row = "meta-data/rack/row"
	s := &sink{}
	one, two := mounted(t), mounted(t)
	s.begin(one)
	if err := s.add(two, "rack"); err != nil {
		t.Fatal(err)
	}
	s.settle(false)
	for _, n := range []string{"1", "2"} {
		if err := s.Publish("rack", "", leaves(row+"="+n)); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := served(one, row), served(two, row); a != "1" || b != "2" {
		t.Errorf("%q at the earlier router, %q at the next; want the first tree at both, the second at the next", a, b)
	}
}
