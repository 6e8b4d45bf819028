package instance_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestMistakesOfAddresses(t *testing.T) {
	t.Parallel()
	tell(t, []mistake{
		{
			"address outside its subnet", "subnet_cidr_block = \"10.0.1.0/24\"\nprivate_ip = \"10.0.2.7\"", `"10.0.2.7"`, "Address outside its subnet",
			`10.0.2.7 does not lie in the subnet of this interface, which is 10.0.1.0/24, at line 1. Change one of them.`,
		},
		{
			"secondary address outside its subnet", "private_ip = \"10.0.1.7\"\nsubnet_cidr_block = \"10.0.1.0/24\"\nsecondary_private_ips = [\"10.0.1.8\", \"10.0.2.7\"]",
			`["10.0.1.8", "10.0.2.7"]`, "Address outside its subnet", `10.0.2.7 does not lie`,
		},
		{
			"address of a derived subnet", "network_interface {\n  private_ip = \"10.0.0.7\"\n}\nnetwork_interface {\n  private_ips = [\"10.0.0.8\", \"10.0.9.9\"] # wrong\n}",
			`["10.0.0.8", "10.0.9.9"]`, "Address outside its subnet",
			`10.0.9.9 does not lie in the subnet of this interface, which is 10.0.0.0/24 because of its other addresses. Change one of them, or give the block of the subnet.`,
		},
		{
			"first addresses of a subnet", "subnet_cidr_block = \"10.0.1.0/24\"\nprivate_ip = \"10.0.1.3\"", `"10.0.1.3"`, "Reserved address",
			`AWS keeps the first four addresses and the last one of 10.0.1.0/24 for itself, and 10.0.1.3 is one of them. Take one from 10.0.1.4 to 10.0.1.254.`,
		},
		{"last address of a subnet", "subnet_cidr_block = \"10.0.1.0/24\"\nprivate_ip = \"10.0.1.255\"", ``, "Reserved address", `10.0.1.255 is one of them`},
		{
			"address that each subnet reserves", `private_ip = "10.0.0.3"`, `"10.0.0.3"`, "Address without a subnet",
			`There is no subnet that 10.0.0.3 could lie in: in each one AWS keeps it for itself, or the subnet overlaps with another one. Take another address, or give the blocks of the subnets.`,
		},
		{
			"addresses far from each other", "private_ip = \"10.0.0.7\"\nsecondary_private_ips = [\"10.1.0.7\"]", `["10.1.0.7"]`, "Addresses of two subnets",
			`10.0.0.7 and 10.1.0.7 do not lie in one subnet: it is a /16 at most. Change one of them, or give them to two interfaces.`,
		},
		{
			"address outside the VPC", "vpc_cidr_block = \"10.0.0.0/16\"\nprivate_ip = \"10.1.0.7\"", `"10.1.0.7"`, "Address outside the VPC",
			`10.1.0.7 does not lie in the VPC, which has 10.0.0.0/16, at line 1. Change one of them.`,
		},
		{
			"one address on two interfaces", "private_ip = \"10.0.0.7\"\nnetwork_interface {\n  private_ips = [\"10.0.0.8\", \"10.0.0.7\"] # wrong\n}",
			`["10.0.0.8", "10.0.0.7"]`, "One address twice", `10.0.0.7 is an address given at line 1 already. Change one of them, or leave one out.`,
		},
		{
			"two primary addresses", "network_interface {\n  private_ips = [\"10.0.0.7\"]\n  private_ip = \"10.0.0.8\" # wrong\n}", `"10.0.0.8"`, "Two primary addresses",
			`private_ips begins with the primary address, and that is 10.0.0.7, not 10.0.0.8. Leave private_ip out, or put 10.0.0.8 first.`,
		},

		{"IPv6 address", `ipv6_addresses = ["2600:x::1"]`, `["2600:x::1"]`, "Invalid ipv6_addresses", `"2600:x::1" is not an IPv6 address, such as "2600:1f16:67f:f201::a".`},
		{"IPv4 for IPv6", `ipv6_addresses = ["10.0.0.7"]`, ``, "Invalid ipv6_addresses", `"10.0.0.7" is an IPv4 address; an IPv6 one is wanted.`},
		{
			"link-local IPv6 address", `ipv6_addresses = ["fe80::1"]`, ``, "Invalid ipv6_addresses",
			`"fe80::1" is not an address that a network interface of a VPC can have. Take one such as "2600:1f16:67f:f201::a".`,
		},
		{
			"IPv6 address outside its subnet", "subnet_ipv6_cidr_blocks = [\"2600:1f16:67f:f201::/64\"]\nipv6_addresses = [\"2600:1f16:67f:f202::9\"]",
			`["2600:1f16:67f:f202::9"]`, "Address outside its subnet",
			`2600:1f16:67f:f202::9 does not lie in the subnet of this interface, which is 2600:1f16:67f:f201::/64, at line 1. Change one of them.`,
		},
		{
			"reserved IPv6 address", "subnet_ipv6_cidr_blocks = [\"2600:1f16:67f:f201::/64\"]\nipv6_addresses = [\"2600:1f16:67f:f201::3\"]",
			``, "Reserved address", `2600:1f16:67f:f201::3 is one of them. Take another one.`,
		},
		{
			"IPv6 addresses far from each other", `ipv6_addresses = ["2600:1f16:67f:f201::9", "2600:1f17::9"]`, ``, "Addresses of two subnets",
			`2600:1f16:67f:f201::9 and 2600:1f17::9 do not lie in one subnet: it is a /44 at most.`,
		},
		{
			"IPv6 address outside the VPC", "vpc_ipv6_cidr_blocks = [\"2600:1f16:67f:f200::/56\"]\nipv6_addresses = [\"2600:1f16:67f:f300::9\"]",
			``, "Address outside the VPC", `2600:1f16:67f:f300::9 does not lie in the VPC, which has 2600:1f16:67f:f200::/56, at line 1.`,
		},
		{"number of IPv6 addresses", `ipv6_address_count = -1`, `-1`, "Invalid ipv6_address_count", `-1 is not a number of addresses that an interface can have: it is from 0 to 50.`},
		{
			"number of IPv6 addresses that are given", "ipv6_addresses = [\"2600:1f16:67f:f201::9\"]\nipv6_address_count = 2", `2`, "Number of addresses that are given",
			`ipv6_addresses has 1, and ipv6_address_count says 2. Leave one of them out.`,
		},

		{
			"public address on an interface without IPv4", "ipv6_native = true\npublic_ip = \"52.1.2.3\"", `"52.1.2.3"`, "IPv4 in a subnet without it",
			`ipv6_native, at line 1, says that the subnet has IPv6 only. Leave this out, or ipv6_native.`,
		},
		{"private address without IPv4", "ipv6_native = true\nprivate_ip = \"10.0.0.7\"", `"10.0.0.7"`, "IPv4 in a subnet without it", `Leave this out`},
		{"public address that is derived without IPv4", "ipv6_native = true\nassociate_public_ip_address = true", `true`, "IPv4 in a subnet without it", `Leave this out`},
		{
			"public address that is not wanted", "public_ip = \"52.1.2.3\"\nassociate_public_ip_address = false", `false`, "Public address that is not wanted",
			`associate_public_ip_address is false, and public_ip gives 52.1.2.3. Remove one of them.`,
		},
		{
			"one public address twice", "public_ip = \"52.1.2.3\"\nnetwork_interface {\n  association { # gone\n    public_ip = \"52.1.2.3\" # wrong\n  } # gone\n}",
			`"52.1.2.3"`, "One address twice", `52.1.2.3 is a public address given at line 1 already.`,
		},
		{
			"two public addresses for one", "network_interface {\n  association {\n    public_ip = \"52.1.2.3\"\n  }\n  association { # gone\n    public_ip = \"52.1.2.4\" # wrong\n  } # gone\n}",
			`"52.1.2.4"`, "Two public addresses for one",
			`has the public address of line 3 already. Give this one another private_ip of the interface, or leave it out.`,
		},
		{
			"association with another interface",
			"private_ip = \"10.0.0.8\"\nnetwork_interface {\n  private_ips = [\"10.0.0.7\"]\n  association { # gone\n    public_ip = \"52.1.2.3\" # gone\n    private_ip = \"10.0.0.8\" # wrong\n  } # gone\n}",
			`"10.0.0.8"`, "Association with another interface",
			`10.0.0.8 is no private address of this interface. Take one of its private_ips, or leave it out for the primary one.`,
		},
	})
}

func TestMistakesOfSubnets(t *testing.T) {
	t.Parallel()
	const two = "network_interface {\n  subnet_id = \"subnet-11111111\"\n  subnet_cidr_block = \"10.0.1.0/24\"\n}\nnetwork_interface {\n"
	tell(t, []mistake{
		{
			"block", `subnet_cidr_block = "10.0.1.0"`, `"10.0.1.0"`, "Invalid subnet_cidr_block",
			`"10.0.1.0" is not an IPv4 block: an address, a slash and a number of bits, such as "10.0.1.0/24".`,
		},
		{"block with an address", `subnet_cidr_block = "10.0.1.7/24"`, ``, "Invalid subnet_cidr_block", `10.0.1.7/24 is an address in a block; the block itself is "10.0.1.0/24".`},
		{"large block", `subnet_cidr_block = "10.0.0.0/15"`, ``, "Invalid subnet_cidr_block", `10.0.0.0/15 has a size that a subnet has not: it is from /16 to /28.`},
		{"small block", `subnet_cidr_block = "10.0.0.0/29"`, ``, "Invalid subnet_cidr_block", `10.0.0.0/29 has a size that a subnet has not`},
		{"link-local block", `subnet_cidr_block = "169.254.1.0/24"`, ``, "Invalid subnet_cidr_block", `169.254.1.0/24 is not a block that a VPC can have.`},
		{
			"IPv6 block", `subnet_ipv6_cidr_blocks = ["10.0.0.0/24"]`, ``, "Invalid subnet_ipv6_cidr_blocks",
			`"10.0.0.0/24" is not an IPv6 block: an address, a slash and a number of bits, such as "2600:1f16:67f:f201::/64".`,
		},
		{
			"small IPv6 block", `subnet_ipv6_cidr_blocks = ["2600:1f16::/66"]`, ``, "Invalid subnet_ipv6_cidr_blocks",
			`2600:1f16::/66 has a size that a subnet has not: it is from /44 to /64 in steps of 4.`,
		},
		{"IPv6 block with an address", `subnet_ipv6_cidr_blocks = ["2600:1f16::9/64"]`, ``, "Invalid subnet_ipv6_cidr_blocks", `the block itself is "2600:1f16::/64".`},
		{"multicast IPv6 block", `subnet_ipv6_cidr_blocks = ["ff00::/64"]`, ``, "Invalid subnet_ipv6_cidr_blocks", `ff00::/64 is not a block that a VPC can have.`},
		{"overlapping IPv6 blocks", `subnet_ipv6_cidr_blocks = ["2600:1f16::/60", "2600:1f16::/64"]`, ``, "Subnets that overlap", `2600:1f16::/64 stands here twice, or in another block.`},
		{"subnet id", `subnet_id = "subnet-x"`, `"subnet-x"`, "Invalid subnet_id", `it is subnet- and 17`},

		{"VPC id", `vpc_id = "x"`, `"x"`, "Invalid vpc_id", `it is vpc- and 17`},
		{"large VPC", `vpc_cidr_block = "10.0.0.0/8"`, ``, "Invalid vpc_cidr_block", `10.0.0.0/8 has a size that a VPC has not: it is from /16 to /28.`},
		{"small IPv6 block of a VPC", `vpc_ipv6_cidr_blocks = ["2600:1f16::/64"]`, ``, "Invalid vpc_ipv6_cidr_blocks", `it is from /44 to /60 in steps of 4.`},
		{
			"two primary blocks", "vpc_cidr_blocks = [\"10.0.0.0/16\", \"10.1.0.0/16\"]\nvpc_cidr_block = \"10.1.0.0/16\"", ``, "Two primary blocks of the VPC",
			`vpc_cidr_blocks begins with the primary block, and that is 10.0.0.0/16, not 10.1.0.0/16. Leave vpc_cidr_block out, or put 10.1.0.0/16 first.`,
		},
		{
			"blocks of the VPC that overlap", `vpc_cidr_blocks = ["10.0.0.0/16", "10.0.1.0/24"]`, ``, "Blocks of the VPC that overlap",
			`10.0.1.0/24 overlaps with another block of the VPC. Leave one of them out.`,
		},
		{
			"subnet outside the VPC", "vpc_cidr_blocks = [\"10.0.0.0/16\", \"10.1.0.0/16\"]\nsubnet_cidr_block = \"10.2.0.0/24\"", `"10.2.0.0/24"`, "Subnet outside the VPC",
			`10.2.0.0/24 does not lie in the VPC, which has 10.0.0.0/16, 10.1.0.0/16, at line 1. Change one of them.`,
		},
		{
			"IPv6 subnet outside the VPC", "vpc_ipv6_cidr_blocks = [\"2600:1f16:67f:f200::/56\"]\nsubnet_ipv6_cidr_blocks = [\"2600:1f16:67f:f300::/64\"]",
			``, "Subnet outside the VPC", `2600:1f16:67f:f300::/64 does not lie in the VPC, which has 2600:1f16:67f:f200::/56, at line 1.`,
		},
		{
			"IPv4 block without IPv4", "ipv6_native = true\nsubnet_cidr_block = \"10.0.1.0/24\"", ``, "IPv4 in a subnet without it",
			`ipv6_native, at line 1, says that the subnet has IPv6 only. Leave subnet_cidr_block out, or ipv6_native.`,
		},

		{
			"one subnet with two blocks", two + "  subnet_id = \"subnet-11111111\"\n  subnet_cidr_block = \"10.0.2.0/24\" # wrong\n}", `"10.0.2.0/24"`, "One subnet, two blocks",
			`subnet-11111111 has the block 10.0.1.0/24, at line 3, and cannot have 10.0.2.0/24 too. Give both interfaces the same block, or different subnets.`,
		},
		{
			"one block with two subnets", two + "  subnet_id = \"subnet-22222222\" # wrong\n  subnet_cidr_block = \"10.0.1.0/24\"\n}", `"subnet-22222222"`, "One block, two subnets",
			`This block is that of subnet-11111111, at line 2, and cannot be that of subnet-22222222 too. Give both interfaces the same subnet_id, or different blocks.`,
		},
		{
			"subnets that overlap", two + "  subnet_cidr_block = \"10.0.0.0/23\" # wrong\n}", `"10.0.0.0/23"`, "Subnets that overlap",
			`10.0.0.0/23 overlaps with 10.0.1.0/24, at line 3. Give each subnet a block of its own, or both interfaces the same subnet.`,
		},
		{
			"one subnet with two IPv6 blocks",
			"subnet_id = \"subnet-11111111\"\nsubnet_ipv6_cidr_blocks = [\"2600:1f16:67f:f201::/64\"]\nnetwork_interface {\n  subnet_id = \"subnet-11111111\"\n  subnet_ipv6_cidr_blocks = [\"2600:1f16:67f:f202::/64\"] # wrong\n}",
			``, "One subnet, two blocks", `subnet-11111111 has other IPv6 blocks at line 2: 2600:1f16:67f:f201::/64. Give both interfaces the same blocks, or different subnets.`,
		},
		{
			"IPv6 blocks that overlap", "subnet_ipv6_cidr_blocks = [\"2600:1f16:67f:f200::/60\"]\nnetwork_interface {\n  subnet_ipv6_cidr_blocks = [\"2600:1f16:67f:f201::/64\"] # wrong\n}",
			``, "Subnets that overlap", `2600:1f16:67f:f201::/64 overlaps with 2600:1f16:67f:f200::/60, at line 1.`,
		},
		{
			"one subnet of two kinds", "subnet_id = \"subnet-11111111\"\nipv6_native = true\nnetwork_interface {\n  subnet_id = \"subnet-11111111\"\n  ipv6_native = false # wrong\n}",
			`false`, "One subnet, two kinds", `ipv6_native is true for subnet-11111111 at line 2, and false here. Leave one of them out.`,
		},
		{
			"no room in the VPC", "subnet_cidr_block = \"10.0.0.0/28\"\nnetwork_interface {\n  subnet_id = \"subnet-11111111\"\n}\nvpc_cidr_block = \"10.0.0.0/28\"", `"10.0.0.0/28"`,
			"No room in the VPC", `The other subnets leave none for the interface at line 2. Give it the block or the address of another subnet, or the VPC more blocks.`,
		},
		{
			"no IPv6 room in the VPC", "subnet_ipv6_cidr_blocks = [\"2600:1f16:67f:f200::/60\"]\nnetwork_interface {\n  ipv6_native = true\n}\nvpc_ipv6_cidr_blocks = [\"2600:1f16:67f:f200::/60\"]",
			``, "No room in the VPC", `The other subnets leave no IPv6 block for the interface at line 2.`,
		},
		{
			"full subnet", "subnet_cidr_block = \"10.0.0.0/28\" # wrong\nsecondary_private_ips = [" + addresses("10.0.0.%d", 4, 14) + "]", `"10.0.0.0/28"`, "Subnet without a free address",
			`All addresses of 10.0.0.0/28 are taken, and the primary interface needs one. Give it another subnet, or a larger one.`,
		},
	})
}

// addresses writes the addresses of a list.
func addresses(format string, first, last int) string {
	var out []string
	for i := first; i <= last; i++ {
		out = append(out, fmt.Sprintf("%q", fmt.Sprintf(format, i)))
	}
	return strings.Join(out, ", ")
}
