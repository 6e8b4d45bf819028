package placement_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/plugins/placement"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

func TestOverTheContract(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, placement.New())
	if got, want := p.Describe().Mounts, []string{"meta-data/placement"}; !slices.Equal(got, want) {
		t.Errorf("mounts %q, want %q", got, want)
	}
	sdktest.Expect(t, p.Configure(""))
	p.Run()
	direct, err := placement.New().Tree(t.Context(), sdktest.Instance())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(direct, p.Tree()); diff != "" {
		t.Errorf("the tree changes on its way (-direct +received):\n%s", diff)
	}
}

func TestTakesNoOptions(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, placement.New())
	sdktest.Expect(t, p.Configure("zone = 1"), `1: An argument named "zone" is not expected here.`)
}
