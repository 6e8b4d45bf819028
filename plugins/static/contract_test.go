package static

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

func TestOverTheContract(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	file := write(t, dir, "site/a", "one")
	touch(t, file, at)
	p := sdktest.Start(t, New())
	p.Dir = dir
	if got := p.Describe().Mounts; len(got) != 0 {
		t.Errorf("before Configure the mounts are %q, want none", got)
	}
	sdktest.Expect(t, p.Configure("values = { \"meta-data/x\" = \"1\" }\ndirectory \"meta-data/site\" { path = \"site\" }"))
	if got, want := p.Mounts(), []string{"meta-data/site", "meta-data/x"}; !slices.Equal(got, want) {
		t.Errorf("mounts %q, want %q", got, want)
	}
	p.Run()
	want := sdk.Tree{
		"meta-data/x":      sdk.Text("1"),
		"meta-data/site/a": sdk.Leaf{Body: []byte("one"), LastModified: at},
	}
	if diff := cmp.Diff(want, p.Tree()); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
	if err := os.Rename(write(t, dir, "new", "two"), file); err != nil {
		t.Fatal(err)
	}
	p.WaitTree("the new file", func(tree sdk.Tree) bool {
		leaf, ok := tree["meta-data/site/a"].(sdk.Leaf)
		return ok && string(leaf.Body) == "two"
	})
}

func TestNamedMount(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, New())
	p.Mount = []string{"meta-data/rack"}
	sdktest.Expect(t, p.Configure(`values = { "meta-data/rack/row" = "7", "meta-data/rack/u" = "12" }`))
	if got := p.Mounts(); !slices.Equal(got, p.Mount) {
		t.Errorf("mounts %q, want those of the block, %q", got, p.Mount)
	}
	p.Run()
	if got := len(p.Tree()); got != 2 {
		t.Errorf("%d paths, want 2", got)
	}
}
