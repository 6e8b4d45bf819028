package sdk_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// street is a plugin with two mounts; it keeps its tree.
type street struct{ tree sdk.Tree }

func (*street) Mounts() []string { return []string{"meta-data/a", "meta-data/b"} }

func (s *street) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) { return s.tree, nil }

// TestNamedMounts: what the block leaves to others is not published, and what
// is nobody's is for the core to report.
func TestNamedMounts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		named []string
		want  string
	}{
		"none":           {nil, "elsewhere meta-data/a/1 meta-data/a/2 meta-data/b meta-data/bc"},
		"one":            {[]string{"meta-data/b"}, "elsewhere meta-data/b meta-data/bc"},
		"below an own":   {[]string{"meta-data/a/2"}, "elsewhere meta-data/a/2 meta-data/bc"},
		"above all":      {[]string{"meta-data"}, "elsewhere meta-data/a/1 meta-data/a/2 meta-data/b meta-data/bc"},
		"with a nothing": {[]string{"meta-data/b", "meta-data/a/3"}, "elsewhere meta-data/b meta-data/bc"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &street{sdk.Tree{
				"meta-data/a/1": sdk.Text("1"), "meta-data/a/2": sdk.Text("2"), "meta-data/b": sdk.Text("b"),
				"meta-data/bc": sdk.Text("not in the mount b"), "elsewhere": sdk.Text("a mistake"),
			}}
			p := sdktest.Start(t, s)
			p.Mount = tt.named
			sdktest.Expect(t, p.Configure(""))
			p.Run()
			if got := strings.Join(slices.Sorted(maps.Keys(p.Tree())), " "); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if len(s.tree) != 5 {
				t.Errorf("the author's own tree has %d nodes left", len(s.tree))
			}
		})
	}
}

func TestMountWithNothing(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, &street{})
	p.Mount = []string{"meta-data/c", "meta-data/b"}
	sdktest.Expect(t, p.Configure(""), `1: Nothing to serve at a mount; The plugin has nothing at or below "meta-data/c". `+
		`Its own mounts are meta-data/a, meta-data/b: name some of these or paths below them, or leave the mount argument out for all.`)
}

// TestAnyMountWithoutOwn: a plugin without mounts of its own takes any.
func TestAnyMountWithoutOwn(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, anywhere{})
	p.Mount = []string{"meta-data/anything"}
	sdktest.Expect(t, p.Configure(""))
	p.Run()
	if len(p.Tree()) != 1 {
		t.Errorf("tree %v", p.Tree())
	}
}

type anywhere struct{}

func (anywhere) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{"meta-data/anything/a": sdk.Text("a")}, nil
}
