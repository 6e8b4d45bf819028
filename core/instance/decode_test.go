package instance_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/core/instance"
	"github.com/mockmd/mockmd/sdk"
)

// decode reads the inside of an instance block.
func decode(t *testing.T, source, seed string) (*instance.Instance, hcl.Diagnostics) {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(source), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("the test's own source does not parse: %v\n%s", diags, source)
	}
	return instance.Decode(file.Body, nil, seed)
}

// valid is decode of a source without mistakes.
func valid(t *testing.T, source, seed string) *instance.Instance {
	t.Helper()
	in, diags := decode(t, source, seed)
	if len(diags) > 0 {
		t.Fatalf("unexpected diagnostics: %v\n%s", diags, source)
	}
	return in
}

func sameFacts(a, b sdk.Instance) string {
	return cmp.Diff(a, b, cmpopts.IgnoreUnexported(sdk.Instance{}))
}

// These are the facts that users find in their logs: a change here changes
// every configuration that leaves facts out.
func TestFactsOfASeedAreForEver(t *testing.T) {
	t.Parallel()
	in, diags := instance.Decode(nil, nil, "mockmd")
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	want := sdk.Instance{
		ID: "i-0c927680745e9d131", AccountID: "272141719755", AMI: "ami-0f5c743338ecc9564",
		PrivateIP: "172.31.215.141", PrivateDNS: "ip-172-31-215-141.ec2.internal",
		LaunchTime: time.Date(2025, time.April, 20, 0, 18, 0, 0, time.UTC),
		Region:     "us-east-1", Partition: "aws", Domain: "amazonaws.com",
		AvailabilityZone: "us-east-1a", AvailabilityZoneID: "use1-az1",
		InstanceType: "m5.large", Architecture: "x86_64", Tenancy: "default", Tags: map[string]string{},
		AMIManifestPath: "(unknown)", ReservationID: "r-056a0ba8096c8e418",
		Hypervisor: "nitro", VirtualizationType: "hvm", InstanceLifecycle: "on-demand",
		RootBlockDevice: sdk.BlockDevice{DeviceName: "/dev/xvda"},
		NetworkInterfaces: []sdk.NetworkInterface{{
			ID: "eni-05bd8f4853a1894cd", MACAddress: "02:6c:4e:5d:b5:fc",
			SubnetID: "subnet-06575d1d95d64c6d5", SubnetCIDRBlock: "172.31.208.0/20",
			PrivateIPs: []string{"172.31.215.141"}, PrivateDNS: "ip-172-31-215-141.ec2.internal",
			SecurityGroups: []string{"default"}, SecurityGroupIDs: []string{"sg-0463d30e8f1bf5639"},
		}},
		VPCID: "vpc-0d5ad2331af2054c2", VPCCIDRBlocks: []string{"172.31.0.0/16"},
		MetadataOptions: sdk.MetadataOptions{
			HTTPEndpoint: "enabled", HTTPTokens: "optional", HTTPProtocolIPv6: "disabled", InstanceMetadataTags: "disabled",
		},
	}
	if diff := sameFacts(want, in.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if len(in.Ranges) != 0 {
		t.Errorf("ranges %v of a block that is not there", in.Ranges)
	}
}

func TestEverythingWritten(t *testing.T) {
	t.Parallel()
	in, diags := decode(t, `
id                         = "i-1234567890abcdef0"
account_id                 = "012345678901"
region                     = "eu-central-1"
availability_zone          = "eu-central-1b"
availability_zone_id       = "euc1-az3"
ami                        = "ami-12345678"
instance_type              = "c7gn.xlarge"
architecture               = "arm64"
launch_time                = "2024-02-29T23:30:00.75+01:00"
kernel_id                  = "aki-880531cd"
ramdisk_id                 = "ari-a51cf9cc"
product_codes              = ["3iplms73etrdhxdepv72l6ywj"]
private_ip                 = "10.1.2.3"
public_ip                  = "18.184.1.2"
tenancy                    = "host"
host_id                    = "h-0da999999f9999fb9"
placement_group            = "group one"
placement_partition_number = 7
iam_instance_profile       = "app@x"
tags                       = { Name = "web-1", "aws:x" = "" }
metadata_options {
  http_endpoint               = "disabled"
  http_tokens                 = "required"
  http_put_response_hop_limit = 64
}
`, "any")
	want := sdk.Instance{
		ID: "i-1234567890abcdef0", AccountID: "012345678901",
		Region: "eu-central-1", Partition: "aws", Domain: "amazonaws.com",
		AvailabilityZone: "eu-central-1b", AvailabilityZoneID: "euc1-az3",
		AMI: "ami-12345678", InstanceType: "c7gn.xlarge", Architecture: "arm64",
		LaunchTime: time.Date(2024, time.February, 29, 22, 30, 0, 0, time.UTC),
		KernelID:   "aki-880531cd", RamdiskID: "ari-a51cf9cc",
		ProductCodes: []string{"3iplms73etrdhxdepv72l6ywj"},
		PrivateIP:    "10.1.2.3", PrivateDNS: "ip-10-1-2-3.eu-central-1.compute.internal",
		PublicIP: "18.184.1.2", PublicDNS: "ec2-18-184-1-2.eu-central-1.compute.amazonaws.com",
		Tenancy: "host", HostID: "h-0da999999f9999fb9",
		PlacementGroup: "group one", PlacementPartitionNumber: 7,
		IAMInstanceProfile: "app@x", Tags: map[string]string{"Name": "web-1", "aws:x": ""}, TagKeys: []string{"Name", "aws:x"},
		AMIManifestPath: "(unknown)", ReservationID: "r-064acd8feb63a4dcc",
		Hypervisor: "nitro", VirtualizationType: "hvm", InstanceLifecycle: "on-demand",
		RootBlockDevice: sdk.BlockDevice{DeviceName: "/dev/xvda"},
		NetworkInterfaces: []sdk.NetworkInterface{{
			ID: "eni-0c73d14792eab1081", MACAddress: "02:1a:bb:fb:d2:72",
			SubnetID: "subnet-09504047c2239360a", SubnetCIDRBlock: "10.1.0.0/22", // of a /24 AWS would keep the address
			PrivateIPs: []string{"10.1.2.3"}, PrivateDNS: "ip-10-1-2-3.eu-central-1.compute.internal",
			Associations:   []sdk.Association{{PublicIP: "18.184.1.2", PrivateIP: "10.1.2.3"}},
			PublicDNS:      "ec2-18-184-1-2.eu-central-1.compute.amazonaws.com",
			SecurityGroups: []string{"default"}, SecurityGroupIDs: []string{"sg-06c0dd857c625b8e0"},
		}},
		VPCID: "vpc-076f94e60256348db", VPCCIDRBlocks: []string{"10.1.0.0/16"},
		MetadataOptions: sdk.MetadataOptions{
			HTTPEndpoint: "disabled", HTTPTokens: "required", HTTPPutResponseHopLimit: 64,
			HTTPProtocolIPv6: "disabled", InstanceMetadataTags: "disabled",
		},
	}
	if diff := sameFacts(want, in.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if len(diags) != 2 || diags.HasErrors() {
		t.Errorf("diagnostics %v, want a warning of the kernel and one of the RAM disk", diags)
	}
	if n := len(in.Ranges); n != 20 {
		t.Errorf("%d ranges, want one for each of the 20 facts written: %v", n, in.Ranges)
	}
	if at := in.Ranges["account_id"]; at.Start.Line != 3 || at.Start.Column != 30 || at.End.Column != 44 {
		t.Errorf("account_id stands at %v, want its value on line 3", at)
	}
}

func TestNullIsNotGiven(t *testing.T) {
	t.Parallel()
	bare, _ := instance.Decode(nil, nil, "seed")
	in := valid(t, `
id                         = null
public_ip                  = null
placement_partition_number = null
tags                       = null
product_codes              = null
`, "seed")
	if diff := sameFacts(bare.Facts, in.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if len(in.Ranges) != 0 {
		t.Errorf("ranges %v, want none", in.Ranges)
	}
}

func TestSeed(t *testing.T) {
	t.Parallel()
	one, again, other := valid(t, "", "one"), valid(t, "", "one"), valid(t, "", "two")
	if diff := sameFacts(one.Facts, again.Facts); diff != "" {
		t.Errorf("one seed, two instances (-first +second):\n%s", diff)
	}
	a, b := one.Facts, other.Facts
	for name, same := range map[string]bool{
		"id": a.ID == b.ID, "account_id": a.AccountID == b.AccountID, "ami": a.AMI == b.AMI,
		"private_ip": a.PrivateIP == b.PrivateIP, "launch_time": a.LaunchTime.Equal(b.LaunchTime),
	} {
		if same {
			t.Errorf("two seeds, one %s", name)
		}
	}
	// What the user writes moves nothing else.
	c := valid(t, `id = "i-12345678"`, "one").Facts
	c.ID = a.ID
	if diff := sameFacts(a, c); diff != "" {
		t.Errorf("another fact moved (-want +got):\n%s", diff)
	}
}
