package sdk

import (
	"time"

	"github.com/hashicorp/hcl/v2"
)

// Instance is one simulated EC2 instance. Its facts are complete and agree
// with each other: what the configuration leaves out has been derived. The
// names are those of Terraform's aws_instance where it has one; the JSON names
// are the words of the instance block and of the variable instance in
// expressions.
type Instance struct {
	// Label is the key of the instance in the configuration; empty for the
	// unlabelled one.
	Label string `json:"-"`

	// ID is the instance id: "i-0123456789abcdef0".
	ID string `json:"id"`
	// AccountID is the 12-digit AWS account.
	AccountID string `json:"account_id"`
	// Region is such as "us-east-1".
	Region string `json:"region"`
	// Partition is such as "aws" or "aws-cn".
	Partition string `json:"partition"`
	// Domain is the partition's domain, such as "amazonaws.com".
	Domain string `json:"domain"`
	// AvailabilityZone is such as "us-east-1a".
	AvailabilityZone string `json:"availability_zone"`
	// AvailabilityZoneID is such as "use1-az1".
	AvailabilityZoneID string `json:"availability_zone_id"`

	// AMI is the image id.
	AMI string `json:"ami"`
	// InstanceType is such as "m5.large".
	InstanceType string `json:"instance_type"`
	// Architecture is i386, x86_64, arm64, x86_64_mac or arm64_mac.
	Architecture string `json:"architecture"`
	// LaunchTime is when the instance was last started, in UTC and whole
	// seconds.
	LaunchTime time.Time `json:"launch_time"`
	// KernelID and RamdiskID are empty on all but the oldest images.
	KernelID  string `json:"kernel_id"`
	RamdiskID string `json:"ramdisk_id"`
	// ProductCodes are the Marketplace product codes of the image.
	ProductCodes []string `json:"product_codes"`

	// PrivateIP is the primary private IPv4 address.
	PrivateIP string `json:"private_ip"`
	// PrivateDNS is the host name that belongs to it.
	PrivateDNS string `json:"private_dns"`
	// PublicIP is the public IPv4 address; empty when there is none.
	PublicIP string `json:"public_ip"`
	// PublicDNS is the host name that belongs to it.
	PublicDNS string `json:"public_dns"`

	// Tenancy is default, dedicated or host.
	Tenancy string `json:"tenancy"`
	// HostID is the Dedicated Host; empty when there is none.
	HostID string `json:"host_id"`
	// PlacementGroup is the placement group; empty when there is none.
	PlacementGroup string `json:"placement_group"`
	// PlacementPartitionNumber is the partition in a partition placement
	// group, counted from 1; 0 when there is none.
	PlacementPartitionNumber int `json:"placement_partition_number"`

	// IAMInstanceProfile is the name of the instance profile; empty when the
	// configuration names none.
	IAMInstanceProfile string `json:"iam_instance_profile"`
	// Tags are the instance's tags.
	Tags map[string]string `json:"tags"`

	ranges map[string]hcl.Range
}

// Range returns where the value of a fact stands in the configuration, by the
// fact's name in the instance block, and false when the configuration does not
// give that fact. It is for diagnostics.
func (in *Instance) Range(fact string) (hcl.Range, bool) {
	r, ok := in.ranges[fact]
	return r, ok
}
