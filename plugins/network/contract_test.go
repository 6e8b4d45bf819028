package network_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/plugins/network"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

func TestOverTheContract(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, network.New())
	want := []string{
		"meta-data/hostname", "meta-data/ipv6", "meta-data/local-hostname", "meta-data/local-ipv4", "meta-data/mac",
		"meta-data/network", "meta-data/public-hostname", "meta-data/public-ipv4",
	}
	if got := p.Describe().Mounts; !slices.Equal(got, want) {
		t.Errorf("mounts %q, want %q", got, want)
	}
	sdktest.Expect(t, p.Configure("", everything()))
	p.Run()
	direct, err := network.New().Tree(t.Context(), everything())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(direct, p.Tree()); diff != "" {
		t.Errorf("the tree changes on its way (-direct +received):\n%s", diff)
	}
}

// Who names some of the mounts gets these, and can leave the others to another
// plugin.
func TestNamedMounts(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, network.New())
	p.Mount = []string{"meta-data/mac", "meta-data/local-ipv4", "meta-data/network/interfaces/macs/02:12:34:56:78:9a/vpc-id"}
	sdktest.Expect(t, p.Configure(""))
	p.Run()
	want := slices.Sorted(slices.Values(p.Mount))
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(p.Tree()))); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestMountWithNothing(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, network.New())
	p.Mount = []string{"meta-data/macs", "meta-data", "meta-data/mac"}
	sdktest.Expect(t, p.Configure(""),
		`1: Nothing to serve at a mount; The plugin has nothing at or below "meta-data/macs". Its own mounts are meta-data/hostname, meta-data/ipv6,`)
}

func TestTakesNoOptions(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, network.New())
	sdktest.Expect(t, p.Configure("zone = 1"), `1: An argument named "zone" is not expected here.`)
}
