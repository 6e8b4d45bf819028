package instance

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
)

// arguments is an instance block as the user wrote it. The names are the JSON
// names of sdk.Instance.
type arguments struct {
	ID        *string   `hcl:"id,optional"`
	IDAt      hcl.Range `hcl:"id,attr_value_range"`
	Account   *string   `hcl:"account_id,optional"`
	AccountAt hcl.Range `hcl:"account_id,attr_value_range"`

	Region   *string   `hcl:"region,optional"`
	RegionAt hcl.Range `hcl:"region,attr_value_range"`
	Zone     *string   `hcl:"availability_zone,optional"`
	ZoneAt   hcl.Range `hcl:"availability_zone,attr_value_range"`
	ZoneID   *string   `hcl:"availability_zone_id,optional"`
	ZoneIDAt hcl.Range `hcl:"availability_zone_id,attr_value_range"`

	AMI            *string   `hcl:"ami,optional"`
	AMIAt          hcl.Range `hcl:"ami,attr_value_range"`
	Type           *string   `hcl:"instance_type,optional"`
	TypeAt         hcl.Range `hcl:"instance_type,attr_value_range"`
	Architecture   *string   `hcl:"architecture,optional"`
	ArchitectureAt hcl.Range `hcl:"architecture,attr_value_range"`
	LaunchTime     *string   `hcl:"launch_time,optional"`
	LaunchTimeAt   hcl.Range `hcl:"launch_time,attr_value_range"`
	Kernel         *string   `hcl:"kernel_id,optional"`
	KernelAt       hcl.Range `hcl:"kernel_id,attr_value_range"`
	Ramdisk        *string   `hcl:"ramdisk_id,optional"`
	RamdiskAt      hcl.Range `hcl:"ramdisk_id,attr_value_range"`
	ProductCodes   []string  `hcl:"product_codes,optional"`
	ProductCodesAt hcl.Range `hcl:"product_codes,attr_value_range"`

	PrivateIP      *string   `hcl:"private_ip,optional"`
	PrivateIPAt    hcl.Range `hcl:"private_ip,attr_value_range"`
	PublicIP       *string   `hcl:"public_ip,optional"`
	PublicIPAt     hcl.Range `hcl:"public_ip,attr_value_range"`
	VPC            *string   `hcl:"vpc_id,optional"`
	VPCAt          hcl.Range `hcl:"vpc_id,attr_value_range"`
	VPCBlock       *string   `hcl:"vpc_cidr_block,optional"`
	VPCBlockAt     hcl.Range `hcl:"vpc_cidr_block,attr_value_range"`
	VPCBlocks      []string  `hcl:"vpc_cidr_blocks,optional"`
	VPCBlocksAt    hcl.Range `hcl:"vpc_cidr_blocks,attr_value_range"`
	VPCBlocks6     []string  `hcl:"vpc_ipv6_cidr_blocks,optional"`
	VPCBlocks6At   hcl.Range `hcl:"vpc_ipv6_cidr_blocks,attr_value_range"`
	DNSHostnames   *bool     `hcl:"enable_dns_hostnames,optional"`
	DNSHostnamesAt hcl.Range `hcl:"enable_dns_hostnames,attr_value_range"`

	Subnet          *string   `hcl:"subnet_id,optional"`
	SubnetAt        hcl.Range `hcl:"subnet_id,attr_value_range"`
	SubnetBlock     *string   `hcl:"subnet_cidr_block,optional"`
	SubnetBlockAt   hcl.Range `hcl:"subnet_cidr_block,attr_value_range"`
	SubnetBlocks6   []string  `hcl:"subnet_ipv6_cidr_blocks,optional"`
	SubnetBlocks6At hcl.Range `hcl:"subnet_ipv6_cidr_blocks,attr_value_range"`
	Native          *bool     `hcl:"ipv6_native,optional"`
	NativeAt        hcl.Range `hcl:"ipv6_native,attr_value_range"`
	MAC             *string   `hcl:"mac_address,optional"`
	MACAt           hcl.Range `hcl:"mac_address,attr_value_range"`
	SecondaryIPs    []string  `hcl:"secondary_private_ips,optional"`
	SecondaryIPsAt  hcl.Range `hcl:"secondary_private_ips,attr_value_range"`
	IPv6            []string  `hcl:"ipv6_addresses,optional"`
	IPv6At          hcl.Range `hcl:"ipv6_addresses,attr_value_range"`
	IPv6Count       *int      `hcl:"ipv6_address_count,optional"`
	IPv6CountAt     hcl.Range `hcl:"ipv6_address_count,attr_value_range"`
	Associate       *bool     `hcl:"associate_public_ip_address,optional"`
	AssociateAt     hcl.Range `hcl:"associate_public_ip_address,attr_value_range"`
	Groups          []string  `hcl:"security_groups,optional"`
	GroupsAt        hcl.Range `hcl:"security_groups,attr_value_range"`
	GroupIDs        []string  `hcl:"vpc_security_group_ids,optional"`
	GroupIDsAt      hcl.Range `hcl:"vpc_security_group_ids,attr_value_range"`

	PrivateDNS   *string               `hcl:"private_dns,optional"`
	PrivateDNSAt hcl.Range             `hcl:"private_dns,attr_value_range"`
	NameOptions  *nameArguments        `hcl:"private_dns_name_options,block"`
	Interfaces   []*interfaceArguments `hcl:"network_interface,block"`

	Tenancy     *string   `hcl:"tenancy,optional"`
	TenancyAt   hcl.Range `hcl:"tenancy,attr_value_range"`
	Host        *string   `hcl:"host_id,optional"`
	HostAt      hcl.Range `hcl:"host_id,attr_value_range"`
	Group       *string   `hcl:"placement_group,optional"`
	GroupAt     hcl.Range `hcl:"placement_group,attr_value_range"`
	Partition   *int      `hcl:"placement_partition_number,optional"`
	PartitionAt hcl.Range `hcl:"placement_partition_number,attr_value_range"`

	Profile   *string   `hcl:"iam_instance_profile,optional"`
	ProfileAt hcl.Range `hcl:"iam_instance_profile,attr_value_range"`

	LaunchIndex   *int      `hcl:"ami_launch_index,optional"`
	LaunchIndexAt hcl.Range `hcl:"ami_launch_index,attr_value_range"`
	Manifest      *string   `hcl:"ami_manifest_path,optional"`
	ManifestAt    hcl.Range `hcl:"ami_manifest_path,attr_value_range"`
	Ancestors     []string  `hcl:"ancestor_ami_ids,optional"`
	AncestorsAt   hcl.Range `hcl:"ancestor_ami_ids,attr_value_range"`
	Reservation   *string   `hcl:"reservation_id,optional"`
	ReservationAt hcl.Range `hcl:"reservation_id,attr_value_range"`

	Hypervisor       *string   `hcl:"hypervisor,optional"`
	HypervisorAt     hcl.Range `hcl:"hypervisor,attr_value_range"`
	Virtualization   *string   `hcl:"virtualization_type,optional"`
	VirtualizationAt hcl.Range `hcl:"virtualization_type,attr_value_range"`
	Monitoring       *bool     `hcl:"monitoring,optional"`
	MonitoringAt     hcl.Range `hcl:"monitoring,attr_value_range"`
	Hibernation      *bool     `hcl:"hibernation,optional"`
	HibernationAt    hcl.Range `hcl:"hibernation,attr_value_range"`
	Outpost          *string   `hcl:"outpost_arn,optional"`
	OutpostAt        hcl.Range `hcl:"outpost_arn,attr_value_range"`

	Lifecycle   *string          `hcl:"instance_lifecycle,optional"`
	LifecycleAt hcl.Range        `hcl:"instance_lifecycle,attr_value_range"`
	Market      *marketArguments `hcl:"instance_market_options,block"`

	RootDevice       *rootArguments        `hcl:"root_block_device,block"`
	EBSDevices       []*ebsArguments       `hcl:"ebs_block_device,block"`
	EphemeralDevices []*ephemeralArguments `hcl:"ephemeral_block_device,block"`

	KeyName          *string   `hcl:"key_name,optional"`
	KeyNameAt        hcl.Range `hcl:"key_name,attr_value_range"`
	PublicKey        *string   `hcl:"public_key,optional"`
	PublicKeyAt      hcl.Range `hcl:"public_key,attr_value_range"`
	UserData         *string   `hcl:"user_data,optional"`
	UserDataAt       hcl.Range `hcl:"user_data,attr_value_range"`
	UserDataBase64   *string   `hcl:"user_data_base64,optional"`
	UserDataBase64At hcl.Range `hcl:"user_data_base64,attr_value_range"`

	// Tags are decoded by readTags, because the order of their keys counts.
	TagsFrom hcl.Expression `hcl:"tags,optional"`
	TagsAt   hcl.Range      `hcl:"tags,attr_value_range"`
	Tags     map[string]string
	TagKeys  []string

	GPUs      []*gpuArguments       `hcl:"elastic_gpu_specifications,block"`
	Inference []*inferenceArguments `hcl:"elastic_inference_accelerator,block"`

	MetadataOptions *optionArguments `hcl:"metadata_options,block"`
}

// readArguments decodes the block. What is wrong with its form (unknown names,
// duplicates, types, expressions that fail) is in the diagnostics, and the
// argument is then absent. What has no effect is left out before.
func readArguments(body hcl.Body, ctx *hcl.EvalContext) (*arguments, hcl.Diagnostics) {
	args := &arguments{}
	body, ignored := withoutIgnored(body)
	diags := gohcl.DecodeBody(body, ctx, args)
	diags = append(diags, args.readTags(ctx)...)
	return args, append(withoutEchoes(diags), ignored...)
}

// withoutEchoes leaves out what gohcl says a second time: after an expression
// has failed it also complains that the value, which is then unknown, does not
// suit.
func withoutEchoes(diags hcl.Diagnostics) hcl.Diagnostics {
	return slices.DeleteFunc(diags, func(echo *hcl.Diagnostic) bool {
		if echo.Context == nil || !strings.HasSuffix(echo.Detail, "value must be known") {
			return false
		}
		return slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool {
			return d != nil && d != echo && d.Subject != nil && within(*d.Subject, *echo.Context)
		})
	})
}

// within says whether a piece of source lies in another one.
func within(inner, outer hcl.Range) bool {
	return inner.Filename == outer.Filename &&
		inner.Start.Byte >= outer.Start.Byte && inner.End.Byte <= outer.End.Byte
}

// sortDiagnostics puts diagnostics in the order of the source. gohcl walks a
// map, so without it each run would tell them in another order.
func sortDiagnostics(diags hcl.Diagnostics) {
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int {
		if a.Subject == nil || b.Subject == nil {
			return 0
		}
		return cmp.Or(
			cmp.Compare(a.Subject.Filename, b.Subject.Filename),
			cmp.Compare(a.Subject.Start.Byte, b.Subject.Start.Byte),
			cmp.Compare(a.Summary, b.Summary),
		)
	})
}
