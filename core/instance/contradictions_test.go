package instance_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

func TestContradictions(t *testing.T) {
	t.Parallel()
	tell(t, []mistake{
		{
			"network card of a Xen type", "instance_type = \"t2.micro\"\nnetwork_interface {}\nnetwork_interface {\n  network_card_index = 1 # wrong\n}", `1`,
			"Invalid network_card_index",
			`An instance of type t2.micro runs on Xen and has the network card 0 only, and no 1. Leave network_card_index out, or take a type with several cards, such as p5.48xlarge.`,
		},
		{
			"network card of a Xen type on Nitro", "instance_type = \"m3.large\"\nhypervisor = \"xen-on-nitro\"\nnetwork_interface {}\nnetwork_interface {\n  network_card_index = 2 # wrong\n}",
			`2`, "Invalid network_card_index", `the network card 0 only, and no 2.`,
		},

		{
			"name of another address", "private_ip = \"10.1.2.3\"\nprivate_dns = \"ip-10-1-2-4.ec2.internal\"", `"ip-10-1-2-4.ec2.internal"`, "Host name of another address",
			`"ip-10-1-2-4.ec2.internal" is the name of 10.1.2.4, and the primary interface has 10.1.2.3. Change one of them, or leave private_dns out: it follows from the address.`,
		},
		{
			"name of another address in a domain of one's own", "private_dns = \"ip-10-1-2-4.corp.example\" # wrong\nprivate_ip = \"10.1.2.3\"", ``,
			"Host name of another address", `is the name of 10.1.2.4`,
		},
		{
			"name of another address, without a domain", "network_interface {\n  private_ips = [\"10.1.2.3\", \"10.1.2.4\"]\n}\nprivate_dns = \"IP-10-1-2-4\"", ``,
			"Host name of another address", `is the name of 10.1.2.4, and the primary interface has 10.1.2.3.`,
		},
		{
			"name of an address that there is not", "id = \"i-0123456789abcdef0\"\nipv6_native = true\nprivate_dns = \"ip-10-1-2-4.ec2.internal\"", ``, "Host name of another address",
			`"ip-10-1-2-4.ec2.internal" is the name of 10.1.2.4, and the primary interface has no IPv4 address. Leave private_dns out: it is then "i-0123456789abcdef0.ec2.internal".`,
		},
		{
			"name of another region", "region = \"eu-west-1\"\nprivate_ip = \"10.1.2.3\"\nprivate_dns = \"ip-10-1-2-3.ec2.internal\"", ``, "Host name of another region",
			`"ip-10-1-2-3.ec2.internal" ends in .ec2.internal, and the names of eu-west-1 end in .eu-west-1.compute.internal. Write private_dns = "ip-10-1-2-3.eu-west-1.compute.internal", or leave it out: it follows from the region.`,
		},
		{
			"name of the first region in the form of the others", "private_ip = \"10.1.2.3\"\nprivate_dns = \"ip-10-1-2-3.us-east-1.compute.internal\"", ``,
			"Host name of another region", `Write private_dns = "ip-10-1-2-3.ec2.internal", or`,
		},

		{
			"tag twice", "tags = { # gone\n  Name = \"a\" # gone\n  \"Name\" = \"b\" # wrong\n} # gone", `"Name"`, "One tag twice",
			`The key "Name" is given at line 2 already, and an instance has one value for each key. Leave one of them out.`,
		},
		{"tag twice by an expression", "tags = { # gone\n  a = 1 # gone\n  (\"${\"a\"}\") = 2 # wrong\n} # gone", ``, "One tag twice", `The key "a" is given at line 2 already`},
	})
}

// These host names contradict nothing.
func TestOwnHostNames(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"private_ip = \"10.1.2.3\"\nprivate_dns = \"ip-10-1-2-3.ec2.internal\"",
		"private_ip = \"10.1.2.3\"\nprivate_dns = \"ip-10-1-2-3\"",
		"private_ip = \"10.1.2.3\"\nprivate_dns = \"ip-10-1-2-3.corp.example\"",
		"region = \"eu-west-1\"\nprivate_ip = \"10.1.2.3\"\nprivate_dns = \"ip-10-1-2-3.eu-west-1.compute.internal\"",
		`private_dns = "ip-1-2-3.ec2.internal"`,
		`private_dns = "ip-10-1-2-999.ec2.internal"`,
		`private_dns = "web-1.corp.example"`,
	} {
		valid(t, source, "seed")
	}
}

// The address or the region is what is wrong, not the name that fits it.
func TestHostNameBesideAMistake(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"private_ip = \"10.1.2.300\"\nprivate_dns = \"ip-10-1-2-3.ec2.internal\"",
		"network_interface {\n  private_ips = [\"x\"]\n}\nprivate_dns = \"ip-10-1-2-3.ec2.internal\"",
		"region = \"eu-wset-1\"\nprivate_ip = \"10.1.2.3\"\nprivate_dns = \"ip-10-1-2-3.eu-west-1.compute.internal\"",
	} {
		if _, diags := decode(t, source, "seed"); len(diags) != 1 {
			t.Errorf("%s: diagnostics %v, want one", source, diags)
		}
	}
}

func TestContradictionsThatAreWarnings(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, source, at, summary, detail string }{
		{
			"kernel", `kernel_id = "aki-12345678"`, `"aki-12345678"`, "No kernel_id on Nitro",
			`The real service shows none on Nitro, which an instance of type m5.large runs on. It is served all the same; leave kernel_id out, or take a type such as m3.medium.`,
		},
		{"RAM disk", `ramdisk_id = "ari-12345678"`, `"ari-12345678"`, "No ramdisk_id on Nitro", `leave ramdisk_id out`},
		{
			"subnet with IPv6 only", "instance_type = \"t2.micro\"\nipv6_native = true", `true`, "No IPv6-only subnet on Xen",
			`EC2 launches instances on Nitro only into a subnet that has IPv6 only, and an instance of type t2.micro runs on Xen. It is taken all the same; leave ipv6_native out, or take a type such as m5.large.`,
		},
		{
			"letter of a zone", `availability_zone = "us-east-1g"`, `"us-east-1g"`, "Unknown availability zone",
			`"us-east-1g" ends in "g", and the zones that this version knows end in a to f; it is taken as it is. Did you mean "us-east-1a"?`,
		},
		{
			"letter of a Local Zone", `availability_zone = "us-west-2-lax-1z"`, ``, "Unknown availability zone", `Did you mean "us-west-2-lax-1a"?`,
		},
		{
			"size", `instance_type = "m5.lrage"`, `"m5.lrage"`, "Unknown instance size",
			`"lrage" is not among the sizes that this version knows; "m5.lrage" is taken as it is. Did you mean "m5.large"?`,
		},
		{"size with a number", `instance_type = "m5.2xlage"`, ``, "Unknown instance size", `Did you mean "m5.2xlarge"?`},
		{"size one", `instance_type = "m5.1xlarge"`, ``, "Unknown instance size", `Did you mean "m5.xlarge"?`},
		{"size of metal", `instance_type = "m7i.metal-24x"`, ``, "Unknown instance size", `Did you mean "m7i.metal-24xl"?`},
		{"size that is far from any", `instance_type = "m5.huge"`, ``, "Unknown instance size", `"huge" is not among the sizes that this version knows; "m5.huge" is taken as it is.`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in, diags := decode(t, c.source, "seed")
			if len(diags) != 1 {
				t.Fatalf("%s: %d diagnostics, want one: %v", c.name, len(diags), diags)
			}
			d := diags[0]
			if d.Severity != hcl.DiagWarning || d.Summary != c.summary || !strings.Contains(d.Detail, c.detail) {
				t.Errorf("%s: got  %q, %q\nwant %q, %q", c.name, d.Summary, d.Detail, c.summary, c.detail)
			}
			if got := string(d.Subject.SliceBytes([]byte(c.source))); c.at != "" && got != c.at {
				t.Errorf("%s: reported at %s, want %s", c.name, got, c.at)
			}
			consistent(t, in)
		})
	}
}

// None of these is worth a word.
func TestNoWarnings(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"instance_type = \"m3.medium\"\nkernel_id = \"aki-12345678\"\nramdisk_id = \"ari-12345678\"",
		"instance_type = \"m3.medium\"\nkernel_id = \"aki-12345678\"\nvirtualization_type = \"hvm\"",
		"instance_type = \"t2.micro\"\nipv6_native = false", "ipv6_native = true",
		"instance_type = \"t2.micro\"\nnetwork_interface {\n  network_card_index = 0\n}",
		`availability_zone = "us-east-1f"`, `availability_zone = "us-east-1-wl1-bos-wlz-1"`,
		`instance_type = "t3.nano"`, `instance_type = "t3.micro"`, `instance_type = "t3.small"`, `instance_type = "m3.medium"`,
		`instance_type = "m5.xlarge"`, `instance_type = "m5.24xlarge"`, `instance_type = "m5.metal"`, `instance_type = "m7i.metal-48xl"`,
		`instance_type = "u-6tb1.112xlarge"`, `instance_type = "u-24tb1.metal"`, `instance_type = "u7i-12tb.224xlarge"`,
		`instance_type = "mac2-m2pro.metal"`, `instance_type = "p6e-gb200.36xlarge"`,
	} {
		valid(t, source, "seed")
	}
	// What is wrong is the type, not the kernel.
	if _, diags := decode(t, "instance_type = \"m3\"\nkernel_id = \"aki-12345678\"", "seed"); len(diags) != 1 {
		t.Errorf("kernel beside a wrong type: diagnostics %v, want one", diags)
	}
}
