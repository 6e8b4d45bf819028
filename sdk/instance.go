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
	// Label is the key of the instance in the configuration: empty for the
	// unlabelled one, "web" for instance "web", and web["10.0.0.7"] for the one
	// of these with the key "10.0.0.7" in its for_each.
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
	// AMILaunchIndex is the place of the instance in its launch request, from 0.
	AMILaunchIndex int `json:"ami_launch_index"`
	// AMIManifestPath is where the image's manifest lies in S3; "(unknown)" for
	// an image on EBS, as nearly all are.
	AMIManifestPath string `json:"ami_manifest_path"`
	// AncestorAMIIDs are the images that the image was made from; empty on all
	// but the oldest ones.
	AncestorAMIIDs []string `json:"ancestor_ami_ids"`
	// ReservationID is the launch request: "r-0123456789abcdef0".
	ReservationID string `json:"reservation_id"`
	// InstanceType is such as "m5.large".
	InstanceType string `json:"instance_type"`
	// Architecture is i386, x86_64, arm64, x86_64_mac or arm64_mac.
	Architecture string `json:"architecture"`
	// LaunchTime is when the instance was last started, in UTC and whole
	// seconds.
	LaunchTime time.Time `json:"launch_time"`
	// Hypervisor is nitro, xen or xen-on-nitro.
	Hypervisor string `json:"hypervisor"`
	// VirtualizationType is hvm or paravirtual.
	VirtualizationType string `json:"virtualization_type"`
	// InstanceLifecycle is how the instance is paid for: on-demand, spot,
	// scheduled or capacity-block.
	InstanceLifecycle string `json:"instance_lifecycle"`
	// InstanceInterruptionBehavior is what EC2 does to a Spot Instance that it
	// interrupts: terminate, stop or hibernate. Empty for the other kinds.
	InstanceInterruptionBehavior string `json:"instance_interruption_behavior"`
	// Monitoring says that detailed monitoring is on.
	Monitoring bool `json:"monitoring"`
	// Hibernation says whether the instance is set up to hibernate; nil when
	// the configuration does not say, and then the real service does not
	// either.
	Hibernation *bool `json:"hibernation"`
	// KernelID and RamdiskID are empty on all but the oldest images.
	KernelID  string `json:"kernel_id"`
	RamdiskID string `json:"ramdisk_id"`
	// ProductCodes are the Marketplace product codes of the image.
	ProductCodes []string `json:"product_codes"`

	// RootBlockDevice is the volume that the instance boots from.
	RootBlockDevice BlockDevice `json:"root_block_device"`
	// EBSBlockDevices are the further EBS volumes, in the order of the
	// configuration.
	EBSBlockDevices []BlockDevice `json:"ebs_block_device"`
	// EphemeralBlockDevices are the instance store volumes and the swap device
	// that the block device mapping names.
	EphemeralBlockDevices []EphemeralBlockDevice `json:"ephemeral_block_device"`

	// PrivateIP is the primary private IPv4 address; empty on an instance that
	// has IPv6 only.
	PrivateIP string `json:"private_ip"`
	// PrivateDNS is the host name inside the VPC.
	PrivateDNS string `json:"private_dns"`
	// PublicIP is the public IPv4 address; empty when there is none.
	PublicIP string `json:"public_ip"`
	// PublicDNS is the host name that belongs to it; empty when there is no
	// public address or the VPC gives no names.
	PublicDNS string `json:"public_dns"`
	// NetworkInterfaces are all interfaces, the primary one first. They are
	// never empty, and the first one agrees with PrivateIP, PublicIP and the
	// names that belong to them.
	NetworkInterfaces []NetworkInterface `json:"network_interface"`
	// VPCID is the VPC of all interfaces: "vpc-0123456789abcdef0".
	VPCID string `json:"vpc_id"`
	// VPCCIDRBlocks are the IPv4 blocks of the VPC, the primary one first.
	VPCCIDRBlocks []string `json:"vpc_cidr_blocks"`
	// VPCIPv6CIDRBlocks are the IPv6 blocks of the VPC; empty when it has none.
	VPCIPv6CIDRBlocks []string `json:"vpc_ipv6_cidr_blocks"`

	// Tenancy is default, dedicated or host.
	Tenancy string `json:"tenancy"`
	// HostID is the Dedicated Host; empty when there is none.
	HostID string `json:"host_id"`
	// PlacementGroup is the placement group; empty when there is none.
	PlacementGroup string `json:"placement_group"`
	// PlacementPartitionNumber is the partition in a partition placement
	// group, counted from 1; 0 when there is none.
	PlacementPartitionNumber int `json:"placement_partition_number"`
	// OutpostARN is the Outpost that the instance runs on; empty elsewhere.
	OutpostARN string `json:"outpost_arn"`

	// IAMInstanceProfile is the name of the instance profile; empty when the
	// configuration names none.
	IAMInstanceProfile string `json:"iam_instance_profile"`
	// KeyName is the key pair named at launch; empty when there is none.
	KeyName string `json:"key_name"`
	// PublicKey is its public half, one line as in authorized_keys and without
	// a newline; there whenever KeyName is.
	PublicKey string `json:"public_key"`
	// UserData is the user data, byte for byte; nil when there is none. In JSON
	// and in expressions it is base64.
	UserData []byte `json:"user_data_base64"`
	// Tags are the instance's tags.
	Tags map[string]string `json:"tags"`
	// TagKeys are the keys of Tags in the order of the configuration.
	TagKeys []string `json:"tag_keys"`
	// ElasticGPUs are the Elastic Graphics accelerators of the instance.
	ElasticGPUs []Accelerator `json:"elastic_gpu_specifications"`
	// ElasticInferenceAccelerators are the Elastic Inference accelerators.
	ElasticInferenceAccelerators []Accelerator `json:"elastic_inference_accelerator"`
	// MetadataOptions are the options of the metadata service.
	MetadataOptions MetadataOptions `json:"metadata_options"`

	ranges map[string]hcl.Range
}

// Range returns where the value of a fact stands in the configuration, by the
// fact's name in the instance block, and false when the configuration does not
// give that fact. It is for diagnostics.
func (in *Instance) Range(fact string) (hcl.Range, bool) {
	r, ok := in.ranges[fact]
	return r, ok
}
