package placement_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/plugins/placement"
	"github.com/mockmd/mockmd/sdk"
)

func TestTree(t *testing.T) {
	t.Parallel()
	cases := map[string]sdk.Instance{ // by golden file
		"plain": {
			Region: "ap-northeast-1", AvailabilityZone: "ap-northeast-1a", AvailabilityZoneID: "apne1-az1",
		},
		"local-zone": {
			Region: "us-west-2", AvailabilityZone: "us-west-2-lax-1a", AvailabilityZoneID: "usw2-lax1-az1",
		},
		"everything": {
			Region: "us-west-2", AvailabilityZone: "us-west-2b", AvailabilityZoneID: "usw2-az2",
			PlacementGroup: "my-group", HostID: "h-0da999999f9999fb9", PlacementPartitionNumber: 1,
		},
	}
	for name, in := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree, err := placement.New().Tree(t.Context(), &in)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			golden, err := os.ReadFile(filepath.Join("testdata", name+".golden"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(golden), render(tree)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}

// Values have no newline of their own: clients append them to what they build.
func TestValuesHaveNoFinalNewline(t *testing.T) {
	t.Parallel()
	tree, err := placement.New().Tree(t.Context(), &sdk.Instance{Region: "us-west-2"})
	if err != nil {
		t.Fatal(err)
	}
	leaf, ok := tree["meta-data/placement/region"].(sdk.Leaf)
	if !ok || len(leaf.Body) != 9 {
		t.Errorf("region is %q, want the 9 bytes of the real service", leaf.Body)
	}
}

func TestMounts(t *testing.T) {
	t.Parallel()
	m, ok := placement.New().(sdk.Mounter)
	if !ok {
		t.Fatal("the plugin has no mounts of its own")
	}
	if diff := cmp.Diff([]string{"meta-data/placement"}, m.Mounts()); diff != "" {
		t.Errorf("mounts (-want +got):\n%s", diff)
	}
	tree, err := placement.New().Tree(t.Context(), &sdk.Instance{})
	if err != nil {
		t.Fatal(err)
	}
	for path := range tree {
		if !strings.HasPrefix(path, m.Mounts()[0]+"/") {
			t.Errorf("%s lies outside the mount", path)
		}
	}
}

// render writes each leaf on a line: path, since, value.
func render(tree sdk.Tree) string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(tree)) {
		leaf := tree[path].(sdk.Leaf)
		fmt.Fprintf(&b, "%s %s %q %s\n", path, leaf.Since, leaf.Body, leaf.ContentType)
	}
	return strings.ReplaceAll(b.String(), " \n", "\n")
}
