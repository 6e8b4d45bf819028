package sdktest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/mockmd/mockmd/sdk"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// Instance returns the facts of an ordinary instance, to be changed at will.
// Who changes an address changes it in NetworkInterfaces too: the facts that a
// plugin is given always agree.
func Instance() *sdk.Instance {
	return &sdk.Instance{
		ID:                 "i-0123456789abcdef0",
		AccountID:          "123456789012",
		Region:             "us-east-1",
		Partition:          "aws",
		Domain:             "amazonaws.com",
		AvailabilityZone:   "us-east-1a",
		AvailabilityZoneID: "use1-az1",
		AMI:                "ami-0123456789abcdef0",
		AMIManifestPath:    "(unknown)",
		ReservationID:      "r-0123456789abcdef0",
		InstanceType:       "m5.large",
		Architecture:       "x86_64",
		Hypervisor:         "nitro",
		VirtualizationType: "hvm",
		InstanceLifecycle:  "on-demand",
		LaunchTime:         time.Date(2025, 6, 7, 8, 9, 10, 0, time.UTC),
		RootBlockDevice:    sdk.BlockDevice{DeviceName: "/dev/xvda"},
		PrivateIP:          "172.31.16.5",
		PrivateDNS:         "ip-172-31-16-5.ec2.internal",
		NetworkInterfaces: []sdk.NetworkInterface{{
			ID:               "eni-0123456789abcdef0",
			MACAddress:       "02:12:34:56:78:9a",
			SubnetID:         "subnet-0123456789abcdef0",
			SubnetCIDRBlock:  "172.31.16.0/20",
			PrivateIPs:       []string{"172.31.16.5"},
			PrivateDNS:       "ip-172-31-16-5.ec2.internal",
			SecurityGroups:   []string{"default"},
			SecurityGroupIDs: []string{"sg-0123456789abcdef0"},
		}},
		VPCID:         "vpc-0123456789abcdef0",
		VPCCIDRBlocks: []string{"172.31.0.0/16"},
		Tenancy:       "default",
		MetadataOptions: sdk.MetadataOptions{
			HTTPEndpoint: "enabled", HTTPTokens: "optional", HTTPProtocolIPv6: "disabled", InstanceMetadataTags: "disabled",
		},
	}
}

// encodeInstances writes instances as the core sends them.
func encodeInstances(t testing.TB, instances []*sdk.Instance) []*pluginv1.Instance {
	t.Helper()
	out := make([]*pluginv1.Instance, len(instances))
	for i, in := range instances {
		facts, err := json.Marshal(in)
		if err != nil {
			t.Fatalf("encode instance %q: %v", in.Label, err)
		}
		out[i] = &pluginv1.Instance{Label: in.Label, Revision: 1, Facts: facts}
	}
	return out
}
