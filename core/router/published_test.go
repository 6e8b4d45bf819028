package router

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	chained := func(n int) *pluginv1.Node {
		node := leaf("a/x", "0", make([]string, n)...)
		for i, l := 0, node.GetLeaf(); l.GetSuccessor() != nil; i, l = i+1, l.GetSuccessor() {
			l.NotAfter = timestamppb.New(launched.Add(time.Duration(i) * time.Second))
		}
		return node
	}
	typed := func(contentType string) *pluginv1.Node {
		n := leaf("a/x", "")
		n.GetLeaf().ContentType = contentType
		return n
	}
	second := launched.Add(time.Second)
	for _, tt := range []struct {
		name  string
		nodes []*pluginv1.Node
		want  string // empty: it is taken
	}{
		{"empty tree", nil, ""},
		{"in the longer mount of another", []*pluginv1.Node{leaf("a/other/x", ""), dir("a/other", ""), leaf("a/other", "")}, `"a/other": the path is there twice: publish it once`},
		{"in the longer mount of another, once", []*pluginv1.Node{leaf("a/other/x", ""), dir("a/other", "")}, ""},
		{"empty path", []*pluginv1.Node{leaf("", "")}, `"": the path is empty: name at least one segment`},
		{"no node", []*pluginv1.Node{nil}, `"": the path is empty: name at least one segment`},
		{"slash", []*pluginv1.Node{leaf("/a/x", "")}, `"/a/x": the path has an empty segment: write it without leading, trailing or doubled slashes`},
		{"dots", []*pluginv1.Node{leaf("a/../b", "")}, `"a/../b": the path has the segment "..": write it out`},
		{"outside", []*pluginv1.Node{leaf("ab", "")}, `"ab": the path lies outside the plugin's mounts (a, c/d): add a mount for it or publish it below one of them`},
		{"above", []*pluginv1.Node{leaf("c", "")}, `"c": the path lies outside the plugin's mounts (a, c/d): add a mount for it or publish it below one of them`},
		{"twice", []*pluginv1.Node{leaf("a/x", "1"), leaf("a/x", "1")}, `"a/x": the path is there twice: publish it once`},
		{"no kind", []*pluginv1.Node{{Path: "a/x"}}, `"a/x": the node has no kind: set leaf, dir or live`},
		{"since", []*pluginv1.Node{since(leaf("a/x", ""), "2020")}, `"a/x": since "2020" is not a date: write it as "2020-10-27", or leave it out for every version`},
		{"below a leaf", []*pluginv1.Node{leaf("a/x", ""), leaf("a/x/y/z", "")}, `"a/x/y/z": it lies below the leaf "a/x": make that a directory or move one of them`},
		{"below a live node", []*pluginv1.Node{live("a/x"), dir("a/x/y", "")}, `"a/x/y": it lies below the live node "a/x": leave it to that node or move one of them`},
		{"below a live subtree", []*pluginv1.Node{subtree("a/x"), leaf("a/x/y", "")}, `"a/x/y": it lies below the live node "a/x": leave it to that node or move one of them`},
		{"below a directory", []*pluginv1.Node{dir("a/x", ""), leaf("a/x/y", "")}, ""},
		{"leaf above another's mount", []*pluginv1.Node{leaf("a", "")}, ""},
		{"live node above another's mount", []*pluginv1.Node{live("a")}, ""},
		{"live subtree above another's mount", []*pluginv1.Node{subtree("a")}, ""},
		{"content type with a line end", []*pluginv1.Node{typed("text/plain\r\nX: y")}, `"a/x": the leaf: the content type has a byte that is not printable ASCII: remove it`},
		{"content type of another alphabet", []*pluginv1.Node{typed("text/é")}, `"a/x": the leaf: the content type has a byte that is not printable ASCII: remove it`},
		{"content type with a space", []*pluginv1.Node{typed(" text/plain")}, `"a/x": the leaf: the content type begins or ends with a space: remove it`},
		{"long content type", []*pluginv1.Node{typed(strings.Repeat("x", 256))}, `"a/x": the leaf: the content type has 256 bytes: at most 255 are allowed`},
		{"label with a line end", []*pluginv1.Node{dir("a/x", "0=\n")}, `"a/x": the label has a control character: listings are lines, so remove it`},
		{"label that is no text", []*pluginv1.Node{dir("a/x", "\xff")}, `"a/x": the label is not UTF-8`},
		{"long label", []*pluginv1.Node{dir("a/x", strings.Repeat("x", 1025))}, `"a/x": the label has 1025 bytes: at most 1024 are allowed`},
		{"label of a leaf with a line end", []*pluginv1.Node{labelled(leaf("a/x", ""), "x\ny")}, `"a/x": the label has a control character: listings are lines, so remove it`},
		{"label of a leaf that is no text", []*pluginv1.Node{labelled(leaf("a/x", ""), "\xff")}, `"a/x": the label is not UTF-8`},
		{"order with a path", []*pluginv1.Node{dir("a/x", "", "y", "y/z")}, `"a/x": the order has "y/z", which no child can be called: name children by single segments`},
		{"order with a slash", []*pluginv1.Node{dir("a/x", "", "y/")}, `"a/x": the order has "y/", which no child can be called: name children by single segments`},
		{"order with nothing", []*pluginv1.Node{dir("a/x", "", "")}, `"a/x": the order has "", which no child can be called: name children by single segments`},
		{"order with dots", []*pluginv1.Node{dir("a/x", "", "..")}, `"a/x": the order has "..", which no child can be called: name children by single segments`},
		{"order with a line end", []*pluginv1.Node{dir("a/x", "", "y\n")}, `"a/x": the order has "y\n", which no child can be called: name children by single segments`},
		{"order that is no text", []*pluginv1.Node{dir("a/x", "", "\xff")}, `"a/x": the order has "\xff", which no child can be called: name children by single segments`},
		{"order with a name twice", []*pluginv1.Node{dir("a/x", "", "y", "z", "y")}, `"a/x": the order has "y" twice: name it once`},
		{"order of none that are there", []*pluginv1.Node{dir("a/x", "", "y", "z")}, ""},
		{"16 successors", []*pluginv1.Node{chained(16)}, ""},
		{"17 successors", []*pluginv1.Node{chained(17)}, `"a/x": the leaf has more than 16 successors: publish a new tree instead`},
		{"successor without end", []*pluginv1.Node{leaf("a/x", "1", "2")}, `"a/x": the leaf has a successor but no not_after: set it, or leave out the successor`},
		{"ends that fall", []*pluginv1.Node{ends(leaf("a/x", "1", "2", "3"), second, launched)}, `"a/x": successor 1 ends at 2026-01-02T03:04:05Z, not after what it follows (2026-01-02T03:04:06Z): let the ends rise`},
		{"ends that stay", []*pluginv1.Node{ends(leaf("a/x", "1", "2"), second, second)}, `"a/x": successor 1 ends at 2026-01-02T03:04:06Z, not after what it follows (2026-01-02T03:04:06Z): let the ends rise`},
		{"successor's successor without end", []*pluginv1.Node{ends(leaf("a/x", "1", "2", "3"), second)}, `"a/x": successor 1 has a successor but no not_after: set it, or leave out the successor`},
		{
			"no timestamp",
			[]*pluginv1.Node{{Path: "a/x", Kind: &pluginv1.Node_Leaf{Leaf: &pluginv1.Leaf{LastModified: &timestamppb.Timestamp{Nanos: -1}}}}},
			`"a/x": the leaf: last_modified is no timestamp between the years 1 and 9999`,
		},
		{
			"no timestamp of a successor",
			[]*pluginv1.Node{{Path: "a/x", Kind: &pluginv1.Node_Leaf{Leaf: &pluginv1.Leaf{
				NotAfter: timestamppb.New(second), Successor: &pluginv1.Leaf{NotAfter: &timestamppb.Timestamp{Seconds: 1 << 60}},
			}}}},
			`"a/x": successor 1: not_after is no timestamp between the years 1 and 9999`,
		},
		{"too large", []*pluginv1.Node{leaf("a/x", strings.Repeat("x", MaxTree-2))}, `it has 16777217 bytes: at most 16777216 are allowed`},
		{
			"too large with label and order",
			[]*pluginv1.Node{leaf("a/x", strings.Repeat("x", MaxTree-16)), dir("a/y", "label", "ab", "c"), labelled(leaf("a/z", ""), "zz")},
			`it has 16777219 bytes: at most 16777216 are allowed`,
		},
		{"as large as may be", []*pluginv1.Node{leaf("a/x", strings.Repeat("x", MaxTree-3))}, ""},
		{"several mistakes", []*pluginv1.Node{leaf("b", ""), live("a/x"), {Path: "a/y"}}, `"b": the path lies outside the plugin's mounts (a, c/d): add a mount for it or publish it below one of them` + "\n" + `"a/y": the node has no kind: set leaf, dir or live`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRouter(t, &clock{t: launched}, "p:a", "p:c/d", "q:a/other")
			publish(t, r, "q", leaf("a/other/q", "q's"))
			publish(t, r, "p", leaf("a/kept", "kept"))
			err := r.Publish("p", "", tt.nodes)
			if tt.want == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				if got := brief(r.View("").Lookup("/latest/a/kept")); got == "200 kept" {
					t.Error("the earlier tree is still there")
				}
				return
			}
			if want := `tree of plugin "p" for the unlabelled instance refused: ` + tt.want; err == nil || err.Error() != want {
				t.Fatalf("\n got %v\nwant %s", err, want)
			}
			expect(t, r, "/latest/a/", "200 kept,other/", "/latest/a/kept", "200 kept")
		})
	}
}

func TestPublishWithoutMount(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "p:a")
	err := r.Publish("q", "", []*pluginv1.Node{leaf("a", "")})
	want := `tree of plugin "q" for the unlabelled instance refused: "a": the plugin has no mount: add a mount argument to its block`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := r.Publish("", "", []*pluginv1.Node{leaf("b", "")}); err == nil {
		t.Error("a plugin without a name may publish anywhere")
	}
}

func TestPublishCountsPaths(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "p:a")
	flat := make([]*pluginv1.Node, MaxNodes)
	for i := range flat {
		flat[i] = live(fmt.Sprintf("a/%d", i))
	}
	deep := make([]*pluginv1.Node, MaxNodes/4)
	for i := range deep {
		deep[i] = live(fmt.Sprintf("a/%d/b/c/d", i))
	}
	for name, nodes := range map[string][]*pluginv1.Node{"nodes": append(flat, live("a/x")), "nodes and mount": flat, "directories": deep} {
		err := r.Publish("p", "", nodes)
		if err == nil || !strings.HasSuffix(err.Error(), "it has more than 65536 nodes and directories: publish fewer") {
			t.Errorf("%s: %v", name, err)
		}
	}
	publish(t, r, "p", flat[1:]...)
}

func TestPublishReportsBounded(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "p:a")
	var nodes []*pluginv1.Node
	for i := range 100 {
		nodes = append(nodes, leaf(fmt.Sprintf("b/%d", i), ""))
	}
	err := r.Publish("p", "", nodes)
	if err == nil || strings.Count(err.Error(), "\n") != maxReported || !strings.HasSuffix(err.Error(), "\nand 92 more") {
		t.Errorf("got %v", err)
	}
}

func TestPublishReplacesWholly(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "p:a", "q:b")
	publish(t, r, "q", leaf("b", "b"))
	publish(t, r, "p", leaf("a/x", "1"), leaf("a/y/z", "2"))
	expect(t, r, "/latest/", "200 a,b", "/latest/a/", "200 x,y/")
	publish(t, r, "p", leaf("a/x", "3"))
	expect(t, r, "/latest/a/x", "200 3", "/latest/a/y", "404", "/latest/a/y/z", "404", "/latest/a", "200 x")
	publish(t, r, "p")
	expect(t, r, "/latest/a/x", "404", "/latest/a", "404", "/latest/", "200 b")
}
