package router

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// launched is when the instances of these tests were launched.
var launched = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// clock is a wall clock that stands still until it is set.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

// renderTest makes heads in which the arguments can be read.
func renderTest(contentType string, modified time.Time, size int) []byte {
	return fmt.Appendf(nil, "%s|%s|%d", contentType, modified.UTC().Format(time.RFC3339), size)
}

// newRouter makes a router of the unlabelled instance. A mount is written
// "plugin:path".
func newRouter(t testing.TB, c *clock, mounts ...string) *Router {
	t.Helper()
	o := Options{Instances: []Instance{{Launched: launched}}, Render: renderTest, Now: c.now}
	for _, m := range mounts {
		plugin, path, _ := strings.Cut(m, ":")
		o.Mounts = append(o.Mounts, Mount{Path: path, Plugin: plugin})
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// publish publishes nodes for the unlabelled instance.
func publish(t testing.TB, r *Router, plugin string, nodes ...*pluginv1.Node) {
	t.Helper()
	if err := r.Publish(plugin, "", nodes); err != nil {
		t.Fatal(err)
	}
}

// leaf makes a leaf node; then come its successors. Ends are set by ends.
func leaf(path, body string, successors ...string) *pluginv1.Node {
	first := &pluginv1.Leaf{Body: []byte(body)}
	last := first
	for _, s := range successors {
		last.Successor = &pluginv1.Leaf{Body: []byte(s)}
		last = last.Successor
	}
	return &pluginv1.Node{Path: path, Kind: &pluginv1.Node_Leaf{Leaf: first}}
}

// ends sets the ends of a leaf node and its successors.
func ends(n *pluginv1.Node, moments ...time.Time) *pluginv1.Node {
	l := n.GetLeaf()
	for _, m := range moments {
		l.NotAfter = timestamppb.New(m)
		l = l.GetSuccessor()
	}
	return n
}

// labelled sets how a leaf node is listed.
func labelled(n *pluginv1.Node, label string) *pluginv1.Node {
	n.GetLeaf().Label = label
	return n
}

func dir(path, label string, order ...string) *pluginv1.Node {
	return &pluginv1.Node{Path: path, Kind: &pluginv1.Node_Dir{Dir: &pluginv1.Dir{Label: label, Order: order}}}
}

func live(path string) *pluginv1.Node {
	return &pluginv1.Node{Path: path, Kind: &pluginv1.Node_Live{Live: &pluginv1.Live{}}}
}

func subtree(path string) *pluginv1.Node {
	return &pluginv1.Node{Path: path, Kind: &pluginv1.Node_Live{Live: &pluginv1.Live{Subtree: true}}}
}

func since(n *pluginv1.Node, date string) *pluginv1.Node {
	n.Since = date
	return n
}

// brief writes a result in one line.
func brief(r Result) string {
	switch r.Kind {
	case Content:
		return "200 " + strings.ReplaceAll(string(r.Body), "\n", ",")
	case Live:
		return fmt.Sprintf("live %s %s %s@%s", r.Plugin, r.Node, r.Path, r.Version)
	case Pending:
		return "pending " + strings.Join(r.Awaited, ",")
	default:
		return "404"
	}
}

// expect compares lookups for the unlabelled instance: path, then brief
// result, and so on.
func expect(t *testing.T, r *Router, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if got := brief(r.View("").Lookup(pairs[i])); got != pairs[i+1] {
			t.Errorf("%s:\n got %s\nwant %s", pairs[i], got, pairs[i+1])
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := Options{Render: renderTest, Now: (&clock{}).now}
	for _, tt := range []struct {
		name   string
		change func(o *Options)
		want   string
	}{
		{"no functions", func(o *Options) { o.Render = nil }, "make a router: Render and Now are required"},
		{"no clock", func(o *Options) { o.Now = nil }, "make a router: Render and Now are required"},
		{"instances", func(o *Options) { o.Instances = []Instance{{}, {}} }, "the unlabelled instance is there twice: labels must differ"},
		{"labels", func(o *Options) { o.Instances = []Instance{{Label: "a"}, {Label: "a"}} }, `instance "a" is there twice: labels must differ`},
		{
			"one mount of two plugins",
			func(o *Options) { o.Mounts = []Mount{{"a/b", "one"}, {"a", "one"}, {"a/b", "two"}} },
			`plugins "one" and "two" both claim the mount "a/b": give one of them another mount`,
		},
		{
			"one mount twice", func(o *Options) { o.Mounts = []Mount{{"a", "one"}, {"a", "one"}} },
			`plugin "one" claims the mount "a" twice: name it once`,
		},
		{"nobody's mount", func(o *Options) { o.Mounts = []Mount{{"a", ""}} }, `mount "a" has no plugin`},
		{
			"impossible omissions",
			func(o *Options) {
				o.Instances = []Instance{{Label: "a"}, {Label: "b", Omit: []string{"a", "/", "api/token", "a"}}}
			},
			`instance "b": omit "/": the whole tree cannot be left out: name paths below it, or switch the endpoint off with http_endpoint = "disabled" in metadata_options` + "\n" +
				`omit "api/token": session tokens are made below api, and clients cannot do without them: leave it out of the list`,
		},
		{
			"every mistake at once", func(o *Options) { o.Mounts = []Mount{{"b/", "one"}, {"/a", "two"}} },
			`plugin "two": mount "/a": the path has an empty segment: write it without leading, trailing or doubled slashes` + "\n" +
				`plugin "one": mount "b/": the path has an empty segment: write it without leading, trailing or doubled slashes`,
		},
	} {
		o := good
		tt.change(&o)
		if _, err := New(o); err == nil || err.Error() != tt.want {
			t.Errorf("%s:\n got %v\nwant %s", tt.name, err, tt.want)
		}
	}
}

func TestViewOfUnknownInstance(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "p:a")
	if r.View("web") != nil {
		t.Error("an unknown instance has a view")
	}
	err := r.Publish("p", "web", nil)
	if want := `plugin "p" published a tree for instance "web": there is no such instance`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestInstancesAreApart(t *testing.T) {
	t.Parallel()
	r, err := New(Options{
		Mounts:    []Mount{{"a", "p"}},
		Instances: []Instance{{Label: "one"}, {Label: "two"}},
		Render:    renderTest, Now: (&clock{}).now,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Publish("p", "one", []*pluginv1.Node{leaf("a", "1")}); err != nil {
		t.Fatal(err)
	}
	if got := brief(r.View("one").Lookup("/latest/a")); got != "200 1" {
		t.Errorf("instance one: %s", got)
	}
	if got := brief(r.View("two").Lookup("/latest/a")); got != "pending p" {
		t.Errorf("instance two: %s", got)
	}
}
