package instance_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/sdk"
)

// What is left out of the network follows from what is given.
func TestDerivedNetwork(t *testing.T) {
	t.Parallel()
	first := func(f *sdk.Instance) *sdk.NetworkInterface { return &f.NetworkInterfaces[0] }
	second := func(f *sdk.Instance) *sdk.NetworkInterface { return &f.NetworkInterfaces[1] }
	cases := []struct {
		name, source string
		got          func(*sdk.Instance) any
		want         any
	}{
		{"subnet of an address", `private_ip = "10.7.5.9"`, func(f *sdk.Instance) any { return first(f).SubnetCIDRBlock }, "10.7.5.0/24"},
		{"subnet in the default VPC", `private_ip = "172.31.5.10"`, func(f *sdk.Instance) any { return first(f).SubnetCIDRBlock }, "172.31.0.0/20"},
		{"VPC of an address", `private_ip = "10.7.5.9"`, func(f *sdk.Instance) any { return f.VPCCIDRBlocks }, []string{"10.7.0.0/16"}},
		{
			"subnet that holds all addresses", "private_ip = \"10.7.5.9\"\nsecondary_private_ips = [\"10.7.6.9\"]",
			func(f *sdk.Instance) any { return first(f).SubnetCIDRBlock }, "10.7.4.0/22",
		},
		{
			"subnet that holds a prefix", "network_interface {\n ipv4_prefixes = [\"10.7.5.16/28\"]\n}",
			func(f *sdk.Instance) any { return first(f).SubnetCIDRBlock }, "10.7.5.0/24",
		},
		{
			"address in a subnet", `subnet_cidr_block = "10.9.0.0/28"`,
			func(f *sdk.Instance) any {
				return strings.HasPrefix(f.PrivateIP, "10.9.0.") && f.PrivateIP == first(f).PrivateIPs[0]
			}, true,
		},
		{
			"address in a VPC", `vpc_cidr_blocks = ["10.9.16.0/20"]`,
			func(f *sdk.Instance) any {
				return netip.MustParsePrefix("10.9.16.0/20").Contains(netip.MustParseAddr(f.PrivateIP))
			}, true,
		},
		{"primary block of the VPC", `vpc_cidr_block = "172.31.0.0/16"`, func(f *sdk.Instance) any { return f.VPCCIDRBlocks }, []string{"172.31.0.0/16"}},
		{
			"VPC with a block for each need", "private_ip = \"10.0.0.9\"\nnetwork_interface {\n private_ip = \"10.1.0.9\"\n}\nnetwork_interface {\n private_ip = \"10.1.1.9\"\n}",
			func(f *sdk.Instance) any { return f.VPCCIDRBlocks },
			[]string{"10.0.0.0/16", "10.1.0.0/16"},
		},
		{
			"one subnet for interfaces that give none", "private_ip = \"10.0.0.9\"\nnetwork_interface {}\nnetwork_interface {\n private_ip = \"10.0.0.8\"\n}",
			func(f *sdk.Instance) any {
				return second(f).SubnetID == first(f).SubnetID && f.NetworkInterfaces[2].SubnetID == first(f).SubnetID
			}, true,
		},
		{
			"one subnet by its block", "subnet_cidr_block = \"10.0.0.0/24\"\nnetwork_interface {\n subnet_id = \"subnet-11111111\"\n subnet_cidr_block = \"10.0.0.0/24\"\n}",
			func(f *sdk.Instance) any { return first(f).SubnetID }, "subnet-11111111",
		},
		{
			"one subnet by its id",
			"subnet_id = \"subnet-11111111\"\nnetwork_interface {\n subnet_id = \"subnet-11111111\"\n subnet_cidr_block = \"10.0.0.0/24\"\n subnet_ipv6_cidr_blocks = [\"2600:1f16::/64\"]\n}",
			func(f *sdk.Instance) any { return []any{first(f).SubnetCIDRBlock, first(f).SubnetIPv6CIDRBlocks} },
			[]any{"10.0.0.0/24", []string{"2600:1f16::/64"}},
		},
		{
			"two subnets by their ids, near each other",
			"subnet_id = \"subnet-11111111\"\nprivate_ip = \"10.0.0.9\"\nnetwork_interface {\n subnet_id = \"subnet-22222222\"\n private_ip = \"10.0.0.200\"\n}",
			func(f *sdk.Instance) any { return []string{first(f).SubnetCIDRBlock, second(f).SubnetCIDRBlock} },
			[]string{"10.0.0.0/25", "10.0.0.128/25"},
		},
		{
			"interface that moves out of a full subnet",
			"network_interface {\n subnet_cidr_block = \"10.0.0.0/28\"\n private_ips = [" + addresses("10.0.0.%d", 4, 14) + "]\n}\nnetwork_interface {}",
			func(f *sdk.Instance) any { return second(f).SubnetID != first(f).SubnetID }, true,
		},

		{
			"IPv6 blocks of an address", `ipv6_addresses = ["2600:1F16:067f:f201::000a"]`,
			func(f *sdk.Instance) any {
				return [][]string{first(f).IPv6Addresses, first(f).SubnetIPv6CIDRBlocks, f.VPCIPv6CIDRBlocks}
			},
			[][]string{{"2600:1f16:67f:f201::a"}, {"2600:1f16:67f:f201::/64"}, {"2600:1f16:67f:f200::/56"}},
		},
		{
			"IPv6 addresses of two subnets", "ipv6_addresses = [\"2600:1f16:67f:f201::9\"]\nnetwork_interface {\n ipv6_addresses = [\"2600:1f16:67f:f202::9\"]\n}",
			func(f *sdk.Instance) any {
				return []any{second(f).SubnetIPv6CIDRBlocks, second(f).SubnetID != first(f).SubnetID, f.VPCIPv6CIDRBlocks}
			},
			[]any{[]string{"2600:1f16:67f:f202::/64"}, true, []string{"2600:1f16:67f:f200::/56"}},
		},
		{
			"number of IPv6 addresses", "vpc_ipv6_cidr_blocks = [\"2600:1f16:67f:f200::/60\"]\nipv6_address_count = 3",
			func(f *sdk.Instance) any {
				return len(first(f).IPv6Addresses) == 3 && strings.HasPrefix(first(f).SubnetIPv6CIDRBlocks[0], "2600:1f16:67f:f20")
			}, true,
		},
		{"no IPv6 unless it is asked for", `vpc_ipv6_cidr_blocks = ["2600:1f16:67f:f200::/56"]`, func(f *sdk.Instance) any { return first(f).SubnetIPv6CIDRBlocks }, []string(nil)},
		{
			"subnet with IPv6 only", "id = \"i-11111111\"\nregion = \"eu-west-1\"\nipv6_native = true",
			func(f *sdk.Instance) any {
				return []any{f.PrivateIP, first(f).PrivateIPs, first(f).SubnetCIDRBlock, len(first(f).IPv6Addresses), f.PrivateDNS, f.VPCCIDRBlocks}
			},
			[]any{"", []string(nil), "", 1, "i-11111111.eu-west-1.compute.internal", []string{"172.31.0.0/16"}},
		},
		{
			"further interface with IPv4", "ipv6_native = true\nnetwork_interface {\n association {\n  public_ip = \"52.1.2.3\"\n }\n}",
			func(f *sdk.Instance) any {
				return []any{second(f).SubnetID != first(f).SubnetID, second(f).PublicDNS, f.PublicIP}
			},
			[]any{true, "ec2-52-1-2-3.compute-1.amazonaws.com", ""},
		},

		{
			"public address that is derived", `associate_public_ip_address = true`,
			func(f *sdk.Instance) any {
				return f.PublicIP != "" && f.PublicDNS != "" && first(f).Associations[0].PrivateIP == f.PrivateIP
			}, true,
		},
		{
			"no names", "public_ip = \"52.1.2.3\"\nenable_dns_hostnames = false",
			func(f *sdk.Instance) any { return []string{f.PublicIP, f.PublicDNS, first(f).PublicDNS} },
			[]string{"52.1.2.3", "", ""},
		},
		{
			"primary association first",
			"network_interface {\n private_ips = [\"10.0.0.8\", \"10.0.0.9\"]\n association {\n  public_ip = \"52.1.2.4\"\n  private_ip = \"10.0.0.9\"\n }\n association {\n  public_ip = \"52.1.2.3\"\n }\n}",
			func(f *sdk.Instance) any { return append(first(f).Associations, sdk.Association{PublicIP: f.PublicIP}) },
			[]sdk.Association{{PublicIP: "52.1.2.3", PrivateIP: "10.0.0.8"}, {PublicIP: "52.1.2.4", PrivateIP: "10.0.0.9"}, {PublicIP: "52.1.2.3"}},
		},
		{
			"name of the resource", "id = \"i-11111111\"\nprivate_dns_name_options {\n hostname_type = \"resource-name\"\n enable_resource_name_dns_a_record = true\n}",
			func(f *sdk.Instance) any { return f.PrivateDNS }, "i-11111111.ec2.internal",
		},
		{"name of one's own", "private_dns = \"web-1.corp.example\"\nnetwork_interface {\n device_index = 0\n}", func(f *sdk.Instance) any { return first(f).PrivateDNS }, "web-1.corp.example"},

		{
			"MAC address in another form", `mac_address = "0A-44-59-B9-CD-0E"`,
			func(f *sdk.Instance) any { return first(f).MACAddress }, "0a:44:59:b9:cd:0e",
		},
		{
			"order of interfaces",
			"network_interface {\n network_card_index = 1\n}\nnetwork_interface {\n device_index = 3\n}\nnetwork_interface {}\nnetwork_interface {}\nnetwork_interface {\n device_index = 1\n}",
			func(f *sdk.Instance) any {
				var slots []string
				for _, n := range f.NetworkInterfaces {
					slots = append(slots, fmt.Sprint(*n.NetworkCardIndex, n.DeviceIndex))
				}
				return slots
			},
			[]string{"0 0", "0 1", "0 2", "0 3", "1 1"},
		},
		{"one network card", `network_interface {}`, func(f *sdk.Instance) any { return first(f).NetworkCardIndex }, (*int)(nil)},
		{"several network cards", `instance_type = "p5.48xlarge"`, func(f *sdk.Instance) any { return *first(f).NetworkCardIndex }, 0},

		{
			"names of groups", `vpc_security_group_ids = ["sg-11111111", "sg-22222222", "sg-33333333"]`,
			func(f *sdk.Instance) any { return first(f).SecurityGroups },
			[]string{"default", "launch-wizard-1", "launch-wizard-2"},
		},
		{
			"groups on two interfaces", "security_groups = [\"web\"]\nnetwork_interface {\n security_groups = [\"db\", \"web\"]\n security_group_ids = [\"sg-11111111\", \"sg-22222222\"]\n}",
			func(f *sdk.Instance) any { return first(f).SecurityGroupIDs },
			[]string{"sg-22222222"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := valid(t, c.source, "seed")
			consistent(t, in)
			if diff := cmp.Diff(c.want, c.got(&in.Facts)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		})
	}
}

// An argument that says what would have been derived moves nothing else, and
// neither does the place where the primary interface is described.
func TestWrittenNetworkMovesNothing(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"", `vpc_cidr_block = "10.4.0.0/20"`, "ipv6_address_count = 2", "associate_public_ip_address = true", "ipv6_native = true",
		"network_interface {\n device_index = 1\n}", "network_interface {\n device_index = 1\n subnet_id = \"subnet-11111111\"\n}",
	} {
		for seed := range 12 {
			bare := valid(t, source, fmt.Sprint(seed)).Facts
			n := &bare.NetworkInterfaces[0]
			pieces := []string{
				line("vpc_id", bare.VPCID), line("subnet_id", n.SubnetID), line("mac_address", n.MACAddress),
				line("security_groups", n.SecurityGroups), line("vpc_security_group_ids", n.SecurityGroupIDs), line("private_dns", n.PrivateDNS),
			}
			if n.SubnetCIDRBlock != "" {
				pieces = append(pieces, line("subnet_cidr_block", n.SubnetCIDRBlock), line("private_ip", bare.PrivateIP))
			}
			if !strings.Contains(source, "vpc_") {
				pieces = append(pieces, line("vpc_cidr_blocks", bare.VPCCIDRBlocks))
			}
			if len(n.IPv6Addresses) > 0 {
				pieces = append(pieces, line("vpc_ipv6_cidr_blocks", bare.VPCIPv6CIDRBlocks),
					line("subnet_ipv6_cidr_blocks", n.SubnetIPv6CIDRBlocks), line("ipv6_addresses", n.IPv6Addresses))
			}
			for _, piece := range pieces {
				in := valid(t, source+"\n"+piece, fmt.Sprint(seed))
				if diff := sameFacts(bare, in.Facts); diff != "" {
					t.Fatalf("seed %d\n%s\n%s: facts moved (-bare +written):\n%s", seed, source, piece, diff)
				}
			}
		}
	}
	top, block := valid(t, `private_ip = "10.0.0.9"`, "seed"), valid(t, "network_interface {\n private_ips = [\"10.0.0.9\"]\n}", "seed")
	if diff := sameFacts(top.Facts, block.Facts); diff != "" {
		t.Errorf("facts moved (-top level +block):\n%s", diff)
	}
}

func TestRangesOfInterfaces(t *testing.T) {
	t.Parallel()
	in := valid(t, "vpc_cidr_block = \"10.0.0.0/16\"\nnetwork_interface {\n association {\n  public_ip = \"52.1.2.3\"\n }\n}\nnetwork_interface {\n private_ip = \"10.0.0.9\"\n}", "seed")
	for name, want := range map[string]int{"vpc_cidr_block": 1, "network_interface[0].association[0].public_ip": 4, "network_interface[1].private_ip": 8} {
		if at, ok := in.Ranges[name]; !ok || at.Start.Line != want {
			t.Errorf("%s stands at %v, want line %d", name, at, want)
		}
	}
	if len(in.Ranges) != 3 {
		t.Errorf("ranges %v, want 3", in.Ranges)
	}
}
