package router

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// script turns the bytes of a fuzz input into choices; it ends with them.
type script struct{ data []byte }

func (s *script) over() bool { return len(s.data) == 0 }

func (s *script) below(n int) int {
	if s.over() {
		return 0
	}
	b := int(s.data[0])
	s.data = s.data[1:]
	return b % n
}

func (s *script) path() string {
	segments := make([]string, 1+s.below(4))
	for i := range segments {
		segments[i] = []string{"a", "b", "a-b", "ab"}[s.below(4)]
	}
	return strings.Join(segments, "/")
}

func (s *script) mounts() []Mount {
	var out []Mount
	for range 1 + s.below(5) {
		m := Mount{Path: s.path(), Plugin: []string{"p", "q", "r"}[s.below(3)]}
		if !slices.ContainsFunc(out, func(o Mount) bool { return o.Path == m.Path }) {
			out = append(out, m)
		}
	}
	return out
}

// omit makes paths that are not served, some of which may cover others.
func (s *script) omit() []string {
	var out []string
	for range max(0, s.below(5)-2) {
		out = append(out, s.path())
	}
	return out
}

// order makes names of children, some of which no child has.
func (s *script) order() []string {
	names := []string{"b", "zz", "a-b", "ab", "a"}
	from := s.below(len(names))
	return names[from:min(len(names), from+s.below(4))]
}

// node makes a node at or below a path.
func (s *script) node(at string) *pluginv1.Node {
	if s.below(3) > 0 {
		at += "/" + s.path()
	}
	var n *pluginv1.Node
	switch s.below(10) {
	case 0, 8:
		n = dir(at, []string{"", "", "0=x"}[s.below(3)], s.order()...)
	case 9:
		n = labelled(leaf(at, "labelled"), []string{"user/", "z=1"}[s.below(2)])
	case 1:
		n = live(at)
	case 2:
		n = subtree(at)
	case 3:
		n = ends(leaf(at, "ends"), moment0(s.below(8)))
	case 4:
		n = ends(leaf(at, "first", "second"), moment0(s.below(8)))
	case 5:
		n = ends(leaf(at, "first", "second"), moment0(s.below(4)), moment0(4+s.below(4)))
	default:
		n = leaf(at, fmt.Sprint("leaf ", s.below(256)))
	}
	return since(n, []string{"", "", "1.0", "2008-02-01", "2020-08-24", "2020-10-27", "2030-01-01"}[s.below(7)])
}

// moment0 is the moment i seconds after launch.
func moment0(i int) time.Time { return launched.Add(time.Duration(i) * time.Second) }

// FuzzRouter plays a script of publications and clock changes, and after each
// compares every lookup that may matter with that of the model.
func FuzzRouter(f *testing.F) {
	f.Add([]byte{}, "/latest/a//b/")
	f.Add([]byte("mounts and nodes, all of them leaves?"), "/latest/a/../b")
	f.Add([]byte{4, 0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 0, 2, 0, 3, 3, 1, 1, 0, 2, 0, 0, 1, 9, 1, 4, 2, 2, 1}, "/2020-10-27/a/b\n")
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		data := make([]byte, 40+random.IntN(200))
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		f.Add(data, "/latest/ab/a")
	}
	f.Fuzz(func(t *testing.T, data []byte, request string) {
		if len(data) > 300 || len(request) > 2000 {
			t.Skip()
		}
		s := &script{data: data}
		c := &clock{t: launched}
		m := &model{mounts: s.mounts(), omit: s.omit(), trees: map[string][]*pluginv1.Node{}, now: c.t}
		r, err := New(Options{Mounts: m.mounts, Instances: []Instance{{Launched: launched, Omit: m.omit}}, Render: renderTest, Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		for !s.over() {
			if s.below(3) == 0 {
				c.t = moment0(s.below(9))
				m.now = c.t
			} else {
				plugin := []string{"p", "q", "r"}[s.below(3)]
				var nodes []*pluginv1.Node
				for range s.below(5) {
					nodes = append(nodes, s.node(m.mounts[s.below(len(m.mounts))].Path))
				}
				nodes = slices.DeleteFunc(nodes, func(n *pluginv1.Node) bool { return m.owner(n.GetPath()) != plugin && s.below(4) > 0 })
				if r.Publish(plugin, "", nodes) == nil {
					m.trees[plugin] = nodes
				}
			}
			compare(t, r.View(""), m, request)
			compareAll(t, r.View(""), m)
		}
	})
}

// compareAll looks up everything that was published and what lies around it.
func compareAll(t *testing.T, v *View, m *model) {
	t.Helper()
	paths := map[string]bool{"": true, "api/token": true}
	around := func(path string) {
		for ; path != "" && !paths[path]; path = parent(path) {
			paths[path] = true
		}
	}
	for _, mount := range m.mounts {
		around(mount.Path)
	}
	for _, path := range m.omit {
		around(path)
	}
	for _, tree := range m.trees {
		for _, n := range tree {
			around(n.GetPath())
		}
	}
	for path := range paths {
		for _, version := range []string{"latest", "1.0", "2019-10-01", "2020-10-27"} {
			compare(t, v, m, "/"+version+"/"+path)
		}
		compare(t, v, m, "/latest//"+strings.ReplaceAll(path, "/", "//")+"/")
		compare(t, v, m, "/latest/"+path+"/none")
		compare(t, v, m, "/latest/"+path+"x")
	}
}

func compare(t *testing.T, v *View, m *model, request string) {
	t.Helper()
	got, want := v.Lookup(request), m.lookup(request)
	if got.Kind == Content && string(got.Head) != string(renderTest("text/plain", launched, len(got.Body))) {
		t.Fatalf("%q: head %q of body %q", request, got.Head, got.Body)
	}
	if (got.Kind == Pending) != (got.Changed != nil) {
		t.Fatalf("%q: %v with channel %v", request, got.Kind, got.Changed)
	}
	if got.Kind != want.Kind || string(got.Body) != string(want.Body) || got.Plugin != want.Plugin || got.Node != want.Node ||
		got.Path != want.Path || got.Version != want.Version || !slices.Equal(got.Awaited, want.Awaited) {
		t.Fatalf("%q at %v with mounts %v, without %q, and trees %v:\n got %s %+v\nwant %s %+v", request, m.now.Sub(launched), m.mounts, m.omit, m.trees, brief(got), got, brief(want), want)
	}
}
