package router

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// TestListedNamesResolve crawls random trees at several versions: every listed
// name resolves, to a directory exactly when it is listed with a slash, and
// what is published but not reached so does not resolve.
func TestListedNamesResolve(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 2))
		data := make([]byte, 300)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		s := &script{data: data}
		mounts := s.mounts()
		omit := s.omit()
		c := &clock{t: launched}
		r, err := New(Options{Mounts: mounts, Instances: []Instance{{Launched: launched, Omit: omit}}, Render: renderTest, Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		var all []*pluginv1.Node
		for _, plugin := range []string{"p", "q", "r"} {
			publish(t, r, plugin)
			var nodes []*pluginv1.Node
			for range 6 {
				n := s.node(mounts[s.below(len(mounts))].Path)
				if n.GetDir().GetLabel() != "" || n.GetLeaf().GetLabel() != "" || n.GetLive().GetSubtree() {
					continue // their lines and what is below them are the plugin's own
				}
				if r.Publish(plugin, "", append(nodes, n)) == nil {
					nodes = append(nodes, n)
				}
			}
			publish(t, r, plugin, nodes...)
			all = append(all, nodes...)
		}
		for _, second := range []int{0, 3, 5, 8} {
			c.t = moment0(second)
			for _, version := range []string{"1.0", "2008-02-01", "2019-10-01", "2020-10-27", "latest"} {
				reached := map[string]bool{}
				crawl(t, r.View(""), "/"+version, reached)
				for _, n := range all {
					for at := n.GetPath(); at != ""; at = parent(at) {
						path := "/" + version + "/" + at
						if reached[path] && slices.ContainsFunc(omit, func(o string) bool { return covers(o, at) }) {
							t.Fatalf("seed %d, second %d: %s is listed without %q", seed, second, path, omit)
						}
						if found := r.View("").Lookup(path).Kind != NotFound; found != reached[path] {
							t.Fatalf("seed %d, second %d: %s resolves: %t, is listed: %t", seed, second, path, found, reached[path])
						}
					}
				}
			}
		}
	}
}

// crawl follows listings as a metadata crawler does.
func crawl(t *testing.T, v *View, path string, reached map[string]bool) {
	t.Helper()
	inRoot := strings.Count(path, "/") == 1
	for name := range strings.SplitSeq(string(v.Lookup(path).Body), "\n") {
		if name == "" {
			continue // an empty directory
		}
		at := path + "/" + strings.TrimSuffix(name, "/")
		reached[at] = true
		got := v.Lookup(at)
		if got.Kind != Content && got.Kind != Live {
			t.Fatalf("%s lists %q, which is %v", path, name, got.Kind)
		}
		isDir := got.Kind == Content && isListing(string(got.Body))
		if !inRoot && isDir != strings.HasSuffix(name, "/") {
			t.Fatalf("%s lists %q, which is %s", path, name, brief(got))
		}
		if isDir {
			crawl(t, v, at, reached)
		}
	}
}

// isListing tells the listings of a script's tree from its leaves.
func isListing(body string) bool {
	for line := range strings.SplitSeq(body, "\n") {
		switch strings.TrimSuffix(line, "/") {
		case "", "a", "b", "a-b", "ab":
		default:
			return false
		}
	}
	return true
}
