package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// randomInstance writes an instance block's body: each argument or block is
// there or not, with a value that is right by itself. Together they may
// contradict each other.
func randomInstance(r *rand.Rand) string {
	var b strings.Builder
	density := r.Float64() * 0.6
	for _, choices := range [][]string{
		{`id = "i-0123456789abcdef0"`},
		{`account_id = "123456789012"`, `account_id = "000000000001"`},
		{
			`availability_zone = "us-east-1b"`, `availability_zone = "us-west-2-lax-1a"`, `availability_zone = "cn-north-1a"`,
			`availability_zone = "us-gov-west-1a"`, `region = "eu-central-1"`, `region = "us-iso-east-1"`,
		},
		{`instance_type = "t2.micro"`, `instance_type = "c7g.xlarge"`, `instance_type = "p5.48xlarge"`, `instance_type = "m1.small"`},
		{`kernel_id = "aki-5c21674b"`},
		{`ramdisk_id = "ari-01bb5768"`},
		{`product_codes = ["3iplms73etrdhxdepv72l6ywj"]`},
		{`ancestor_ami_ids = ["ami-11111111"]`},
		{`ami_launch_index = 2`},
		{`monitoring = true`},
		{`hibernation = true`, `hibernation = false`},
		{`placement_group = "blue"`},
		{`instance_lifecycle = "scheduled"`, "instance_market_options {\n  market_type = \"spot\"\n}"},
		{`user_data = "#!/bin/sh"`, `user_data_base64 = "H4sIAAAAAAAA"`},
		{`tags = { Name = "web", "a.b:c" = "" }`, `tags = {}`},
		{`root_block_device { device_name = "/dev/sda1" }`},
		{`ebs_block_device { device_name = "/dev/sdf" }`},
		{"ephemeral_block_device {\n  device_name = \"sdb\"\n  virtual_name = \"ephemeral0\"\n}"},
		{"metadata_options {\n  instance_metadata_tags = \"enabled\"\n}", "metadata_options {\n  http_tokens = \"required\"\n}"},
		{`security_groups = ["default", "web"]`, `vpc_security_group_ids = ["sg-0123456789abcdef0", "sg-0123456789abcdef1"]`},
		{`private_ip = "10.1.2.3"`, `private_ip = "192.168.7.9"`, `ipv6_native = true`},
		{`secondary_private_ips = ["10.1.2.4"]`},
		{`ipv6_addresses = ["2600:1f16:67f:f201:8d2e:4d1f:9e80:4ab9"]`, `ipv6_address_count = 2`},
		{`public_ip = "52.1.2.3"`, `associate_public_ip_address = true`},
		{`vpc_cidr_block = "10.0.0.0/8"`, `vpc_cidr_block = "10.1.0.0/16"`, `vpc_ipv6_cidr_blocks = ["2600:1f16:67f:f200::/56"]`},
		{`subnet_cidr_block = "10.1.2.0/24"`, `subnet_id = "subnet-0123456789abcdef0"`},
		{`enable_dns_hostnames = false`},
		{"private_dns_name_options {\n  hostname_type = \"resource-name\"\n}", `private_dns = "web-1.corp.example"`},
	} {
		if r.Float64() < density {
			fmt.Fprintln(&b, choices[r.IntN(len(choices))])
		}
	}
	if r.Float64() < density {
		for i := range r.IntN(4) {
			b.WriteString(randomInterface(r, i+r.IntN(2)))
		}
	}
	return b.String()
}

// randomInterface writes a network_interface block.
func randomInterface(r *rand.Rand, index int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "network_interface {\n  device_index = %d\n", index)
	for _, choices := range [][]string{
		{fmt.Sprintf("mac_address = \"02:00:00:00:00:%02x\"", index), fmt.Sprintf("mac_address = \"0A-11-22-33-44-%02X\"", index)},
		{fmt.Sprintf("private_ips = [\"10.1.%d.10\", \"10.1.%d.11\"]", index, index), fmt.Sprintf("private_ip = \"10.2.0.%d\"", 10+index), "ipv6_native = true"},
		{fmt.Sprintf("subnet_cidr_block = \"10.1.%d.0/24\"", index), fmt.Sprintf("subnet_id = \"subnet-0123456789abcde%02x\"", index)},
		{"ipv6_address_count = 2", fmt.Sprintf("ipv6_addresses = [\"2600:1f16:67f:f2%02x::7\"]", index)},
		{fmt.Sprintf("ipv4_prefixes = [\"10.1.%d.32/28\"]", index)},
		{fmt.Sprintf("ipv6_prefixes = [\"2600:1f16:67f:f2%02x:9::/80\"]", index)},
		{fmt.Sprintf("association {\n  public_ip = \"52.9.9.%d\"\n}", index)},
		{fmt.Sprintf("network_card_index = %d", index)},
		{`security_groups = ["db"]`, `security_group_ids = ["sg-0123456789abcdef7"]`},
	} {
		if r.Float64() < 0.4 {
			fmt.Fprintf(&b, "  %s\n", choices[r.IntN(len(choices))])
		}
	}
	return b.String() + "}\n"
}
