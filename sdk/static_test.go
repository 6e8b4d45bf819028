package sdk_test

import (
	"slices"
	"testing"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

func TestStatic(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, sdk.Static{"meta-data/hello": "world", "meta-data/a/b": ""})
	if got, want := p.Describe().Mounts, []string{"meta-data/a/b", "meta-data/hello"}; !slices.Equal(got, want) {
		t.Errorf("mounts %q, want %q", got, want)
	}
	sdktest.Expect(t, p.Configure(""))
	p.Run()
	tree := p.Tree()
	if leaf, ok := tree["meta-data/hello"].(sdk.Leaf); !ok || string(leaf.Body) != "world" {
		t.Errorf("meta-data/hello is %#v", tree["meta-data/hello"])
	}
	if len(tree) != 2 {
		t.Errorf("%d nodes, want 2", len(tree))
	}
}

func TestPluginWithoutConfigurerTakesNothing(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, sdk.Static{"meta-data/hello": "world"})
	sdktest.Expect(t, p.Configure("\nrow = 7\nrack {}\n"),
		`2: Unsupported argument; An argument named "row" is not expected here.`,
		`3: Unsupported block type; Blocks of type "rack" are not expected here.`)
}
