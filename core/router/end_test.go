package router

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

func TestSuccessors(t *testing.T) {
	t.Parallel()
	c := &clock{t: launched}
	r := newRouter(t, c, "p:a")
	after := func(d time.Duration) time.Time { return launched.Add(d) }
	publish(t, r, "p", since(ends(leaf("a/role", "first", "second", "failure"), after(time.Hour), after(2*time.Hour)), "2012-01-12"))
	for _, tt := range []struct {
		at   time.Duration
		want string
	}{
		{0, "200 first"},
		{time.Hour - 1, "200 first"},
		{time.Hour, "200 second"},
		{2*time.Hour - 1, "200 second"},
		{2 * time.Hour, "200 failure"},
		{1000 * time.Hour, "200 failure"},
		{30 * time.Minute, "200 first"}, // the clock was set back
	} {
		c.t = after(tt.at)
		expect(t, r, "/latest/a/role", tt.want, "/latest/a/", "200 role", "/2011-05-01/a/role", "404")
	}
}

func TestLeafEndsWithoutSuccessor(t *testing.T) {
	t.Parallel()
	c := &clock{t: launched}
	r := newRouter(t, c, "p:a", "q:b")
	after := func(d time.Duration) time.Time { return launched.Add(d) }
	publish(t, r, "p",
		leaf("a/stays", "s"),
		ends(leaf("a/spot/action", "stop", "terminate"), after(time.Minute), after(2*time.Minute)),
		ends(leaf("a/first", "f"), after(time.Minute)),
	)
	publish(t, r, "q", ends(leaf("b", "b"), after(3*time.Minute)))
	for _, tt := range []struct {
		name                  string
		at                    time.Duration
		root, a, spot, action string
	}{
		{"start", 0, "200 a,b", "200 first,spot/,stays", "200 action", "200 stop"},
		{"before the first end", time.Minute - 1, "200 a,b", "200 first,spot/,stays", "200 action", "200 stop"},
		{"first end", time.Minute, "200 a,b", "200 spot/,stays", "200 action", "200 terminate"},
		{"second end", 2 * time.Minute, "200 a,b", "200 stays", "404", "404"},
		{"third end", 3 * time.Minute, "200 a", "200 stays", "404", "404"},
		{"set back", 90 * time.Second, "200 a,b", "200 spot/,stays", "200 action", "200 terminate"},
		{"set back to the start", 0, "200 a,b", "200 first,spot/,stays", "200 action", "200 stop"},
		{"far away", time.Hour, "200 a", "200 stays", "404", "404"},
	} {
		c.t = after(tt.at)
		t.Log(tt.name)
		expect(t, r,
			"/latest", tt.root, "/latest/a", tt.a, "/latest/a/spot/", tt.spot, "/latest/a/spot/action", tt.action,
			"/latest/a/stays", "200 s",
		)
	}
}

func TestLeafThatHasEndedBefore(t *testing.T) {
	t.Parallel()
	c := &clock{t: launched}
	r := newRouter(t, c, "p:a")
	publish(t, r, "p", ends(leaf("a/x", "x"), launched), ends(leaf("a/y", "old", "new"), launched.Add(-time.Hour)))
	expect(t, r, "/latest/a", "200 y", "/latest/a/x", "404", "/latest/a/y", "200 new")
}

func TestRebuildOnce(t *testing.T) {
	t.Parallel()
	c := &clock{t: launched}
	r := newRouter(t, c, "p:a")
	publish(t, r, "p", ends(leaf("a/x", "x"), launched.Add(time.Minute)), ends(leaf("a/y", "y"), launched.Add(time.Hour)))
	v := r.View("")
	before := v.tree.Load()
	c.t = launched.Add(time.Minute)
	v.Lookup("/latest/a/y")
	built := v.tree.Load()
	if before == built {
		t.Fatal("the tree was not built again after the end")
	}
	v.Lookup("/latest/a")
	v.Lookup("/latest/a/x")
	if v.tree.Load() != built {
		t.Error("the tree was built again though no end has passed")
	}
}

func TestEndsBeyond64Bits(t *testing.T) {
	t.Parallel()
	c := &clock{t: launched}
	r := newRouter(t, c, "p:a")
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	publish(t, r, "p",
		ends(leaf("a/late", "x"), year(9999)),
		ends(leaf("a/late-too", "x", "successor"), year(2400)),
		ends(leaf("a/early", "x"), year(1000)),
		ends(leaf("a/early-too", "x", "successor"), year(1)),
		&pluginv1.Node{Path: "a/modified", Kind: &pluginv1.Node_Leaf{Leaf: &pluginv1.Leaf{LastModified: timestamppb.New(year(1600))}}},
	)
	expect(t, r,
		"/latest/a", "200 early-too,late,late-too,modified",
		"/latest/a/early-too", "200 successor",
		"/latest/a/late-too", "200 x",
	)
	if got := string(r.View("").Lookup("/latest/a/modified").Head); got != "text/plain|1600-01-01T00:00:00Z|0" {
		t.Errorf("head %s", got)
	}
}
