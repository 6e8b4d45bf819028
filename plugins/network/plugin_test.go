package network_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/plugins/network"
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// public is an ordinary instance with a public address.
func public() *sdk.Instance {
	in := sdktest.Instance()
	in.PublicIP, in.PublicDNS = "203.0.113.25", "ec2-203-0-113-25.compute-1.amazonaws.com"
	n := &in.NetworkInterfaces[0]
	n.Associations = []sdk.Association{{PublicIP: in.PublicIP, PrivateIP: in.PrivateIP}}
	n.PublicDNS = in.PublicDNS
	return in
}

// everything has two interfaces with all that an interface can have.
func everything() *sdk.Instance {
	in := public()
	in.VPCCIDRBlocks = []string{"172.31.0.0/16", "10.1.0.0/16"}
	in.VPCIPv6CIDRBlocks = []string{"2600:1f16:67f:f200::/56"}
	card0, card1 := 0, 1
	n := &in.NetworkInterfaces[0]
	n.NetworkCardIndex = &card0
	n.SubnetIPv6CIDRBlocks = []string{"2600:1f16:67f:f201::/64"}
	n.PrivateIPs = []string{"172.31.16.5", "172.31.16.20", "172.31.16.3"}
	n.IPv6Addresses = []string{"2600:1f16:67f:f201:8d2e:4d1f:9e80:4ab9", "2600:1f16:67f:f201::5"}
	n.IPv4Prefixes = []string{"172.31.16.32/28", "172.31.16.64/28"}
	n.IPv6Prefixes = []string{"2600:1f16:67f:f201:5678:0:0:0/80"}
	n.Associations = append(n.Associations, sdk.Association{PublicIP: "198.51.100.7", PrivateIP: "172.31.16.20"})
	n.SecurityGroups = []string{"web", "default"}
	n.SecurityGroupIDs = []string{"sg-0aaaaaaaaaaaaaaa0", "sg-0bbbbbbbbbbbbbbb0"}
	in.NetworkInterfaces = append(in.NetworkInterfaces, sdk.NetworkInterface{
		ID: "eni-0fedcba9876543210", MACAddress: "02:fe:dc:ba:98:76", DeviceIndex: 1, NetworkCardIndex: &card1,
		SubnetID: "subnet-0fedcba9876543210", SubnetCIDRBlock: "10.1.2.0/24",
		PrivateIPs: []string{"10.1.2.3"}, PrivateDNS: "ip-10-1-2-3.ec2.internal",
		SecurityGroups: []string{"default"}, SecurityGroupIDs: []string{"sg-0bbbbbbbbbbbbbbb0"},
	})
	return in
}

// ipv6Only is an instance in a subnet without IPv4. Its VPC has IPv4 still.
func ipv6Only() *sdk.Instance {
	in := sdktest.Instance()
	in.PrivateIP, in.PrivateDNS = "", "i-0123456789abcdef0.ec2.internal"
	in.VPCIPv6CIDRBlocks = []string{"2600:1f16:67f:f200::/56"}
	n := &in.NetworkInterfaces[0]
	n.PrivateIPs, n.SubnetCIDRBlock, n.PrivateDNS = nil, "", in.PrivateDNS
	n.SubnetIPv6CIDRBlocks = []string{"2600:1f16:67f:f201::/64"}
	n.IPv6Addresses = []string{"2600:1f16:67f:f201:8d2e:4d1f:9e80:4ab9"}
	return in
}

func TestTree(t *testing.T) {
	t.Parallel()
	cases := map[string]*sdk.Instance{ // by golden file
		"private":    sdktest.Instance(),
		"public":     public(),
		"everything": everything(),
		"ipv6-only":  ipv6Only(),
	}
	for name, in := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden, err := os.ReadFile(filepath.Join("testdata", name+".golden"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(string(golden), render(serve(t, in))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}

// The real service lists these, and nothing else of this plugin, in a view of
// 2009-04-04: a directory is as old as the oldest path in it.
func TestDatesThatPrecede(t *testing.T) {
	t.Parallel()
	old := []string{
		"meta-data/hostname", "meta-data/local-hostname", "meta-data/local-ipv4",
		"meta-data/public-hostname", "meta-data/public-ipv4",
	}
	cases := []struct {
		version string
		want    []string
	}{
		{"1.0", []string{"meta-data/hostname", "meta-data/local-ipv4"}},
		{"2009-04-04", old},
		{"2011-01-01", slices.Sorted(slices.Values(append([]string{"meta-data/mac", "meta-data/network"}, old...)))},
		{"2021-01-03", network.New().(sdk.Mounter).Mounts()},
	}
	for _, c := range cases {
		t.Run(c.version, func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			for path, node := range serve(t, everything()) {
				if leaf := node.(sdk.Leaf); cmp.Or(leaf.Since, "1.0") <= c.version {
					parts := strings.SplitN(path, "/", 3)
					seen[parts[0]+"/"+parts[1]] = true
				}
			}
			if diff := gocmp.Diff(c.want, slices.Sorted(maps.Keys(seen))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.version, diff)
			}
		})
	}
}

// Two names of one address share a directory entry, and its value has both.
func TestOnePublicAddressOfTwoPrivateOnes(t *testing.T) {
	t.Parallel()
	in := public()
	n := &in.NetworkInterfaces[0]
	n.PrivateIPs = append(n.PrivateIPs, "172.31.16.20")
	n.Associations = append(n.Associations, sdk.Association{PublicIP: in.PublicIP, PrivateIP: "172.31.16.20"})
	tree := serve(t, in)
	const dir = "meta-data/network/interfaces/macs/02:12:34:56:78:9a/"
	for path, want := range map[string]string{
		dir + "ipv4-associations/203.0.113.25": "172.31.16.5\n172.31.16.20",
		dir + "public-ipv4s":                   "203.0.113.25",
	} {
		if leaf := tree[path].(sdk.Leaf); string(leaf.Body) != want {
			t.Errorf("%s is %q, want %q", path, leaf.Body, want)
		}
	}
}

// Clients read the addresses line by line and append the values to what they
// build.
func TestValuesHaveNoFinalNewlineAndAreNeverEmpty(t *testing.T) {
	t.Parallel()
	for path, node := range serve(t, everything()) {
		if body := string(node.(sdk.Leaf).Body); body == "" || strings.HasSuffix(body, "\n") {
			t.Errorf("%s is %q", path, body)
		}
	}
}

func TestBlockThatIsNone(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*sdk.Instance)
		want   string
	}{
		"subnet": {
			func(in *sdk.Instance) { in.NetworkInterfaces[0].SubnetIPv6CIDRBlocks = []string{"172.31.0.0/16"} },
			`subnet-ipv6-cidr-blocks: "172.31.0.0/16" is no IPv6 block such as 2600:1f16:abc:1234::/64`,
		},
		"vpc": {
			func(in *sdk.Instance) { in.VPCIPv6CIDRBlocks = []string{"2600::1"} },
			`vpc-ipv6-cidr-blocks: "2600::1" is no IPv6 block`,
		},
		"prefix": {
			func(in *sdk.Instance) { in.NetworkInterfaces[0].IPv6Prefixes = []string{"?"} },
			`ipv6-prefix: "?" is no IPv6 block`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := sdktest.Instance()
			c.change(in)
			_, err := network.New().Tree(t.Context(), in)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v, want %q", name, err, c.want)
			}
		})
	}
}

func TestEveryPathLiesInAMount(t *testing.T) {
	t.Parallel()
	mounts := network.New().(sdk.Mounter).Mounts()
	for path := range serve(t, everything()) {
		if !slices.ContainsFunc(mounts, func(m string) bool { return path == m || strings.HasPrefix(path, m+"/") }) {
			t.Errorf("%s lies in none of the mounts %q", path, mounts)
		}
	}
}

func serve(t *testing.T, in *sdk.Instance) sdk.Tree {
	t.Helper()
	tree, err := network.New().Tree(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// render writes each leaf on a line: path, since, value.
func render(tree sdk.Tree) string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(tree)) {
		leaf := tree[path].(sdk.Leaf)
		fmt.Fprintf(&b, "%s %s %q\n", strings.TrimPrefix(path, "meta-data/"), cmp.Or(leaf.Since, "1.0"), leaf.Body)
	}
	return b.String()
}
