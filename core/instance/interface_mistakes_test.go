package instance_test

import (
	"strings"
	"testing"
)

func TestMistakesOfInterfaces(t *testing.T) {
	t.Parallel()
	const two = "private_ip = \"10.0.0.7\"\nnetwork_interface {\n  device_index = 1\n}\nnetwork_interface {\n"
	tell(t, []mistake{
		{
			"MAC address", `mac_address = "02:44:59:b9:cd"`, `"02:44:59:b9:cd"`, "Invalid mac_address",
			`"02:44:59:b9:cd" is not a MAC address: six pairs of hexadecimal digits with colons, such as "02:44:59:b9:cd:0e".`,
		},
		{"MAC address of two forms", `mac_address = "02:44:59-b9-cd-0e"`, ``, "Invalid mac_address", `is not a MAC address`},
		{"MAC address of zeros", `mac_address = "00:00:00:00:00:00"`, ``, "Invalid mac_address", `is not a MAC address`},
		{
			"multicast MAC address", `mac_address = "01:00:5e:00:00:01"`, ``, "Invalid mac_address",
			`"01:00:5e:00:00:01" is a multicast address, which no interface has: its second digit is odd. Take one such as "02:44:59:b9:cd:0e".`,
		},
		{
			"one MAC address twice", "mac_address = \"02:44:59:b9:cd:0e\"\nnetwork_interface {\n  mac_address = \"02-44-59-B9-CD-0E\" # wrong\n}", `"02-44-59-B9-CD-0E"`, "One MAC address twice",
			`02:44:59:b9:cd:0e is the MAC address given at line 1 already. Change one of them, or leave one out.`,
		},
		{
			"one interface twice",
			"network_interface {\n  network_interface_id = \"eni-11111111\"\n}\nnetwork_interface {\n  network_interface_id = \"eni-11111111\" # wrong\n}", `"eni-11111111"`,
			"One interface twice", `eni-11111111 is the id given at line 2 already.`,
		},
		{"interface id", "network_interface {\n  network_interface_id = \"eni\" # wrong\n}", `"eni"`, "Invalid network_interface_id", `it is eni- and 17`},

		{"device index", "private_ip = \"10.0.0.7\"\nnetwork_interface {\n  device_index = -1 # wrong\n}", `-1`, "Invalid device_index", `-1 is not a device index: they are counted from 0 to 255.`},
		{
			"one device index twice", two + "  device_index = 1 # wrong\n}", `1`, "One device index twice",
			`The interface at line 2 has the device index 1 on the same network card. Take another number, or leave it out to have the next free one.`,
		},
		{"network card", two + "  network_card_index = 64 # wrong\n}", `64`, "Invalid network_card_index", `64 is not a network card: they are counted from 0.`},
		{
			"network card of another type", "instance_type = \"p4d.24xlarge\"\n" + two + "  network_card_index = 4 # wrong\n}", `4`, "Invalid network_card_index",
			`An instance of type p4d.24xlarge has the network cards 0 to 3, and no 4.`,
		},
		{
			"primary interface described twice", "network_interface {\n  device_index = 0\n}\nsubnet_id = \"subnet-11111111\"", `"subnet-11111111"`, "Primary interface described twice",
			`The network_interface block at line 1 is the primary interface. Write subnet_id there, not at the top level.`,
		},
		{
			"public address beside the primary interface", "network_interface {\n  device_index = 0\n}\npublic_ip = \"52.1.2.3\"", ``, "Primary interface described twice",
			`Write association { public_ip = ... } there, not at the top level.`,
		},
		{"misspelt argument of an interface", "network_interface {\n  ipv4_prefixs = [] # wrong\n}", `ipv4_prefixs`, "Unsupported argument", `Did you mean "ipv4_prefixes"?`},
		{
			"association without an address", "network_interface {\n  association {} # wrong\n}", ``, "Missing required argument", `The argument "public_ip" is required`,
		},

		{"security group", `security_groups = ["é"]`, ``, "Invalid security_groups", `"é" is not the name of a security group: it has 1 to 255 letters, digits, spaces and characters such as ._-:/().`},
		{
			"id as security group", `security_groups = ["sg-11111111"]`, ``, "Invalid security_groups",
			`"sg-11111111" is an id, not a name. Give ids as vpc_security_group_ids, in a network_interface block as security_group_ids.`,
		},
		{"security group twice", `security_groups = ["web", "web"]`, ``, "Invalid security_groups", `"web" stands here twice.`},
		{"security group id", `vpc_security_group_ids = ["web"]`, `["web"]`, "Invalid vpc_security_group_ids", `it is sg- and 17`},
		{"security group id twice", `vpc_security_group_ids = ["sg-11111111", "sg-11111111"]`, ``, "Invalid vpc_security_group_ids", `"sg-11111111" stands here twice.`},
		{"many security groups", `security_groups = [` + addresses("g%d", 1, 17) + `]`, ``, "Invalid security_groups", `There are 17 security groups; an interface has 16 at most.`},
		{
			"names and ids of groups", "vpc_security_group_ids = [\"sg-11111111\"]\nsecurity_groups = [\"web\", \"db\"]", `["web", "db"]`, "Security groups that do not match",
			`There are 2 names here and 1 ids at line 1, and the first name is that of the first id. Give as many of both, or leave one out.`,
		},
		{
			"one name of two groups",
			"security_groups = [\"web\"]\nvpc_security_group_ids = [\"sg-11111111\"]\nnetwork_interface {\n  security_group_ids = [\"sg-22222222\"]\n  security_groups = [\"web\"] # wrong\n}",
			``, "Security groups that do not match", `"web" is the name of sg-11111111 on another interface, and of sg-22222222 here. Names are unique in a VPC: change one of them.`,
		},
		{
			"one group with two names",
			"security_groups = [\"web\"]\nvpc_security_group_ids = [\"sg-11111111\"]\nnetwork_interface {\n  security_group_ids = [\"sg-11111111\"]\n  security_groups = [\"db\"] # wrong\n}",
			``, "Security groups that do not match", `sg-11111111 is called "web" on another interface, and "db" here. Change one of them.`,
		},

		{"prefix of another size", "network_interface {\n  ipv4_prefixes = [\"10.0.0.0/24\"] # wrong\n}", ``, "Invalid ipv4_prefixes", `10.0.0.0/24 has a size that a prefix has not: it is a /28.`},
		{"IPv6 prefix of another size", "network_interface {\n  ipv6_prefixes = [\"2600:1f16::/64\"] # wrong\n}", ``, "Invalid ipv6_prefixes", `it is a /80.`},
		{
			"prefix outside the subnet", "network_interface {\n  subnet_cidr_block = \"10.0.0.0/24\"\n  ipv4_prefixes = [\"10.0.1.16/28\"] # wrong\n}", ``, "Address outside its subnet",
			`10.0.1.16/28 does not lie in the subnet of this interface, which is 10.0.0.0/24, at line 2.`,
		},
		{
			"reserved prefix", "network_interface {\n  subnet_cidr_block = \"10.0.0.0/24\"\n  ipv4_prefixes = [\"10.0.0.240/28\"] # wrong\n}", ``, "Reserved address",
			`AWS keeps the first four addresses and the last one of 10.0.0.0/24 for itself, and 10.0.0.240/28 has some of them. Take another prefix.`,
		},
		{
			"prefix with an address", "network_interface {\n  private_ips = [\"10.0.0.20\"]\n  ipv4_prefixes = [\"10.0.0.16/28\"] # wrong\n}", ``, "Prefix with an address of an interface",
			`10.0.0.16/28 has the address 10.0.0.20, which is given at line 2. Change one of them.`,
		},
		{
			"one prefix twice", "network_interface {\n  ipv4_prefixes = [\"10.0.0.16/28\"]\n}\nnetwork_interface {\n  ipv4_prefixes = [\"10.0.0.16/28\"] # wrong\n}", ``, "One prefix twice",
			`10.0.0.16/28 is given at line 2 already. Change one of them, or leave one out.`,
		},
		{
			"IPv6 prefix with an address",
			"network_interface {\n  ipv6_addresses = [\"2600:1f16:67f:f201:1::9\"]\n  ipv6_prefixes = [\"2600:1f16:67f:f201:1::/80\"] # wrong\n}",
			``, "Prefix with an address of an interface", `2600:1f16:67f:f201:1::/80 has the address 2600:1f16:67f:f201:1::9, which is given at line 2.`,
		},

		{
			"host name", `private_dns = "web_1"`, `"web_1"`, "Invalid private_dns",
			`"web_1" is not a host name: it has letters, digits and dashes between its dots, such as "web-1.corp.example".`,
		},
		{"address as host name", `private_dns = "10.0.0.7"`, ``, "Invalid private_dns", `is not a host name`},
		{"long host name", `private_dns = "` + strings.Repeat("a.", 127) + `"`, ``, "Invalid private_dns", `is not a host name`},
		{
			"type of host names", "private_dns_name_options {\n  hostname_type = \"resource\" # wrong\n}", `"resource"`, "Invalid hostname_type",
			`"resource" is none of ip-name, resource-name.`,
		},
		{
			"two host names", "id = \"i-11111111\"\nprivate_dns = \"web.example\"\nprivate_dns_name_options {\n  hostname_type = \"resource-name\" # wrong\n}", ``, "Two host names",
			`private_dns, at line 2, is "web.example", and by hostname_type it would be "i-11111111.ec2.internal". Leave one of them out.`,
		},
		{
			"host name of no address", "ipv6_native = true\nprivate_dns_name_options {\n  hostname_type = \"ip-name\" # wrong\n}", ``, "Host name of an address that there is not",
			`ipv6_native, at line 1, says that the subnet has IPv6 only, and there hosts are named by their id. Write hostname_type = "resource-name", or leave it out.`,
		},
	})
}

// A mistake in one argument of the network says nothing about another one.
func TestMistakesOfTheNetworkDoNotBreed(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"card":                         "network_interface {}\nnetwork_interface {\n device_index = 1\n}\nnetwork_interface {\n network_card_index = -1\n device_index = 1\n}",
		"other card":                   "network_interface {}\nnetwork_interface {\n device_index = 1\n network_card_index = \"x\"\n}\nnetwork_interface {\n device_index = 1\n}",
		"private address":              "network_interface {\n private_ips = [\"x\"]\n association {\n  public_ip = \"52.1.2.3\"\n  private_ip = \"10.0.0.9\"\n }\n}",
		"contradicted private address": "network_interface {\n subnet_cidr_block = \"10.1.0.0/24\"\n private_ips = [\"10.0.0.9\"]\n association {\n  public_ip = \"52.1.2.3\"\n  private_ip = \"10.0.0.9\"\n }\n}",
		"private half":                 "network_interface {\n private_ips = [\"10.0.0.9\"]\n association {\n  public_ip = \"52.1.2.4\"\n }\n association {\n  public_ip = \"52.1.2.3\"\n  private_ip = \"x\"\n }\n}",
		"public half":                  "network_interface {\n private_ips = [\"10.0.0.9\"]\n association {\n  public_ip = \"x\"\n  private_ip = \"10.0.0.8\"\n }\n}",
		"subnet of two":                "network_interface {\n subnet_cidr_block = \"x\"\n private_ip = \"10.0.0.9\"\n}\nnetwork_interface {\n subnet_cidr_block = \"10.0.0.0/24\"\n}",
		"VPC":                          "vpc_cidr_block = \"x\"\nprivate_ip = \"10.0.0.9\"",
		"kind of subnet":               "ipv6_native = \"x\"\npublic_ip = \"52.1.2.3\"",
		"MAC":                          "mac_address = \"x\"\nnetwork_interface {\n mac_address = \"02:00:00:00:00:01\"\n}",
		"top level beside a block":     "subnet_id = 7 + [1]\nnetwork_interface {\n device_index = 0\n}",
	}
	for name, source := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, diags := decode(t, source, "seed")
			if len(diags) != 1 {
				t.Errorf("%s: %d diagnostics, want one: %v", name, len(diags), diags)
			}
			consistent(t, in)
		})
	}
}

// Each argument that describes the primary interface is told by itself.
func TestPrimaryInterfaceDescribedTwice(t *testing.T) {
	t.Parallel()
	top := `subnet_id                   = "subnet-11111111"
subnet_cidr_block           = "10.0.0.0/24"
subnet_ipv6_cidr_blocks     = ["2600:1f16::/64"]
ipv6_native                 = false
mac_address                 = "02:00:00:00:00:01"
private_ip                  = "10.0.0.9"
secondary_private_ips       = ["10.0.0.10"]
ipv6_addresses              = ["2600:1f16::9"]
ipv6_address_count          = 1
public_ip                   = "52.1.2.3"
associate_public_ip_address = true
security_groups             = ["web"]
vpc_security_group_ids      = ["sg-11111111"]
`
	in, diags := decode(t, top+"network_interface {\n device_index = 0\n}", "seed")
	if len(diags) != strings.Count(top, "\n") {
		t.Errorf("%d diagnostics, want one for each argument: %v", len(diags), diags)
	}
	if diff := sameFacts(valid(t, "network_interface {\n device_index = 0\n}", "seed").Facts, in.Facts); diff != "" {
		t.Errorf("the block should count alone (-want +got):\n%s", diff)
	}
	if len(in.Ranges) != 1 {
		t.Errorf("ranges %v, want that of device_index", in.Ranges)
	}
}
