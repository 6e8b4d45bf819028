//go:build unix

package supervise

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/sdk"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// What a message may have in these tests.
const (
	fuzzBytes = 4 << 10
	fuzzNodes = 32
)

// hostile is a plugin without a process, whose trees go to a real router.
type hostile struct {
	*Plugin
	codec *codec
	view  *router.View
	last  []*pluginv1.Node // the tree that was taken last
}

func newHostile(t *testing.T, now time.Time) *hostile {
	t.Helper()
	r, err := router.New(router.Options{
		Mounts:    []router.Mount{{Path: "test", Plugin: "test"}, {Path: "test/other", Plugin: "other"}},
		Instances: []router.Instance{{Launched: now}}, Now: func() time.Time { return now },
		Render: func(contentType string, _ time.Time, _ int) []byte { return []byte(contentType) },
	})
	if err == nil {
		err = r.Publish("other", "", []*pluginv1.Node{leafOf("test/other", "not its own")})
	}
	if err != nil {
		t.Fatal(err)
	}
	spec := Spec{Name: "test", Limits: Limits{TreeBytes: fuzzBytes, TreeNodes: fuzzNodes}}
	log := hclog.NewNullLogger()
	p := &Plugin{
		spec: spec, o: Options{Log: log}, sink: r, log: log, noise: log, snapshot: Snapshot{Name: "test", State: StateConfiguring},
		change: make(chan struct{}), instances: newInstances(), pace: newPacer(), refused: map[string]string{}, awaited: map[string]bool{"": true},
	}
	p.Ask(&pluginv1.Instance{Revision: 1})
	return &hostile{Plugin: p, codec: newCodec(spec.Limits), view: r.View("")}
}

func leafOf(path, body string) *pluginv1.Node {
	return &pluginv1.Node{Path: path, Kind: &pluginv1.Node_Leaf{Leaf: &pluginv1.Leaf{Body: []byte(body)}}}
}

func treeOf(nodes ...*pluginv1.Node) *pluginv1.RunResponse {
	return &pluginv1.RunResponse{Message: &pluginv1.RunResponse_Tree{Tree: &pluginv1.Tree{Revision: 1, Nodes: nodes}}}
}

// messageSeeds are messages of all kinds, and trees with all that one can have.
func messageSeeds(now time.Time) []*pluginv1.RunResponse {
	chained := leafOf("test/chain", "first")
	chained.GetLeaf().NotAfter = timestamppb.New(now)
	chained.GetLeaf().Successor = &pluginv1.Leaf{Body: []byte("second"), ContentType: "text/html", NotAfter: timestamppb.New(now.Add(1)), Successor: &pluginv1.Leaf{Body: []byte("third")}}
	over := leafOf("test/over", "over")
	over.GetLeaf().NotAfter = timestamppb.New(now)
	since := leafOf("test/since", "since")
	since.Since = "2030-01-01"
	whole := treeOf(
		leafOf("test/leaf", "leaf"), leafOf("test/dir/leaf", ""), chained, over, since,
		&pluginv1.Node{Path: "test/empty", Kind: &pluginv1.Node_Dir{Dir: &pluginv1.Dir{Label: "0=x", Order: []string{"b", "a"}}}},
		&pluginv1.Node{Path: "test/live", Kind: &pluginv1.Node_Live{Live: &pluginv1.Live{}}},
		&pluginv1.Node{Path: "test/below", Kind: &pluginv1.Node_Live{Live: &pluginv1.Live{Subtree: true}}},
		leafOf("test/other/x", "given way to"),
	)
	audited := leafOf("test/audited", "x")
	audited.GetLeaf().Audit = &pluginv1.Audit{Fields: map[string]string{"role": "app"}}
	foreign := treeOf(leafOf("test/a", "b"))
	foreign.GetTree().Instance = "another"
	stale := treeOf(leafOf("test/a", "b"))
	stale.GetTree().Revision = 0
	out := []*pluginv1.RunResponse{
		whole, treeOf(), treeOf(audited), foreign, stale, treeOf(leafOf("test", "itself")), treeOf(leafOf("elsewhere", "x")), treeOf(leafOf("test/../x", "x")), treeOf(leafOf("test//x", "x")),
		treeOf(leafOf("test/a", "1"), leafOf("test/a", "2")), treeOf(leafOf("test/a", "1"), leafOf("test/a/b", "2")), treeOf(leafOf("test/a\n", "1")), treeOf(leafOf("test/"+strings.Repeat("\x00", fuzzBytes-100), "1")), treeOf(&pluginv1.Node{Path: "test/none"}),
		treeOf(leafOf("test/big", strings.Repeat("x", fuzzBytes))), treeOf(slices.Repeat([]*pluginv1.Node{leafOf("test/many", "")}, fuzzNodes+1)...),
		{},
		{Message: &pluginv1.RunResponse_Ready{Ready: &pluginv1.Ready{}}},
		{Message: &pluginv1.RunResponse_Status{Status: &pluginv1.Status{Level: pluginv1.Status_LEVEL_DEGRADED, Message: "\x1b[2J\nwell", ValidUntil: timestamppb.New(now)}}},
		{Message: &pluginv1.RunResponse_Status{Status: &pluginv1.Status{Level: 99, ValidUntil: &timestamppb.Timestamp{Seconds: -1 << 62, Nanos: -1}}}},
		{Message: &pluginv1.RunResponse_Checkpoint{Checkpoint: &pluginv1.Checkpoint{Data: []byte("kept")}}},
		{Message: &pluginv1.RunResponse_Checkpoint{Checkpoint: &pluginv1.Checkpoint{Data: make([]byte, sdk.MaxCheckpoint+1)}}},
	}
	wrong := treeOf(leafOf("test/a", "b"))
	wrong.GetTree().Nodes[0].GetLeaf().LastModified = &timestamppb.Timestamp{Nanos: -5}
	return append(out, wrong)
}

// FuzzPluginMessage takes in two messages of a hostile plugin as they come off
// the Run stream. A tree is refused whole, and then the one before is served as
// it was; or a naive walk of the message finds what a lookup answers. What else
// it says stays bounded, and can be shown to people.
func FuzzPluginMessage(f *testing.F) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	good, err := proto.Marshal(messageSeeds(now)[0])
	if err != nil {
		f.Fatal(err)
	}
	for _, m := range messageSeeds(now) {
		raw, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(good, raw)
		f.Add(raw, slices.Concat(raw, raw)) // twice in one, which protobuf would merge
	}
	f.Add(good, []byte{0x0a, 0x7f})
	f.Add(good, []byte{0x0b, 0x0c})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		p := newHostile(t, now)
		for _, raw := range [][]byte{first, second} {
			p.hear(t, raw)
			p.compare(t, now)
			s := p.Snapshot()
			if len(s.Message) > 2*fuzzBytes || len(p.checkpoint.data) > sdk.MaxCheckpoint || strings.ContainsFunc(strings.ReplaceAll(s.Message, "\n", ""), unprintable) {
				t.Errorf("message %q, checkpoint of %d bytes", s.Message, len(p.checkpoint.data))
			}
			if s.Published != (p.last != nil) {
				t.Errorf("published is %t with the tree %v", s.Published, p.last)
			}
		}
	})
}

// hear takes in a message, and notes its tree when that is to be served.
func (p *hostile) hear(t *testing.T, raw []byte) {
	t.Helper()
	m, plain := &received{}, &pluginv1.RunResponse{}
	plainErr := proto.Unmarshal(raw, plain)
	if err := p.codec.Unmarshal(mem.BufferSlice{mem.SliceBuffer(raw)}, m); err != nil {
		return // it is cut off
	}
	if plainErr != nil && m.refused == nil {
		t.Fatalf("%x: it is taken, and protobuf says %v", raw, plainErr)
	}
	if m.refused == nil && !proto.Equal(plain, &m.RunResponse) {
		t.Fatalf("%x is read as %v, protobuf says %v", raw, &m.RunResponse, plain)
	}
	tree := m.GetTree()
	if m.refused == nil && (proto.Size(tree) > 2*fuzzBytes || len(tree.GetNodes()) > fuzzNodes) {
		t.Fatalf("%x: a tree over the limits is not refused", raw)
	}
	p.take(m, nil, 0)
	if tree != nil && tree.GetInstance() == "" && tree.GetRevision() >= 1 && p.refused[""] == "" {
		if m.refused != nil {
			t.Fatalf("%x: refused for %v, and yet taken", raw, m.refused)
		}
		p.last = slices.Clip(tree.GetNodes())
		if p.last == nil {
			p.last = []*pluginv1.Node{}
		}
	}
}

// compare walks the tree that was taken last, and looks each node up.
func (p *hostile) compare(t *testing.T, now time.Time) {
	t.Helper()
	if got := p.view.Lookup("/latest/test/other"); string(got.Body) != "not its own" {
		t.Fatalf("another plugin's mount serves %v %q", got.Kind, got.Body)
	}
	if p.last == nil {
		if got := p.view.Lookup("/latest/test/leaf"); got.Kind != router.Pending {
			t.Fatalf("before the first tree: %v", got.Kind)
		}
		return
	}
	bodies := map[string]string{}
	for _, n := range p.last {
		path := n.GetPath()
		if path != "test" && !strings.HasPrefix(path, "test/") || strings.Contains("/"+path+"/", "/../") || strings.Contains("/"+path+"/", "//") {
			t.Fatalf("a node at %q is taken", path)
		}
		if _, twice := bodies[path]; twice {
			t.Fatalf("%q is taken twice", path)
		}
		leaf := n.GetLeaf()
		for leaf != nil && leaf.GetNotAfter() != nil && !now.Before(leaf.GetNotAfter().AsTime()) {
			leaf = leaf.GetSuccessor()
		}
		bodies[path] = string(leaf.GetBody())
		if path == "test/other" || strings.HasPrefix(path, "test/other/") || path == "test" && n.GetDir() == nil && !n.GetLive().GetSubtree() {
			continue // the other plugin's mount overrides it
		}
		got := p.view.Lookup("/latest/" + path)
		want := router.Result{Kind: router.Content, Body: leaf.GetBody(), Plugin: "test", Path: path}
		switch {
		case n.GetLive() != nil:
			want.Kind = router.Live
		case n.GetLeaf() != nil && leaf == nil:
			want = router.Result{}
		case n.GetDir() != nil:
			want.Body = got.Body // a listing, which core/router's own model knows
		}
		if got.Kind != want.Kind || string(got.Body) != string(want.Body) || got.Plugin != want.Plugin || got.Path != want.Path {
			t.Fatalf("%q: found %v %q of %q, want %v %q; tree %v", path, got.Kind, got.Body, got.Plugin, want.Kind, want.Body, p.last)
		}
	}
	// Nothing else is served: what is listed is there, and lies on the way to a node.
	for line := range strings.SplitSeq(string(p.view.Lookup("/latest/test").Body), "\n") {
		below := "test/" + strings.TrimSuffix(line, "/")
		onTheWay := func(path string) bool { return path == below || strings.HasPrefix(path, below+"/") }
		labelled := slices.ContainsFunc(p.last, func(n *pluginv1.Node) bool {
			return n.GetDir().GetLabel() == line || n.GetLeaf().GetLabel() == line || n.GetPath() == "test"
		})
		if line != "" && line != "other" && !labelled && !slices.ContainsFunc(slices.Collect(maps.Keys(bodies)), onTheWay) {
			t.Fatalf("%q is listed; tree %v", line, p.last)
		}
	}
}
