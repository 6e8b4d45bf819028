package instance

import "github.com/hashicorp/hcl/v2"

// interfaceArguments is a network_interface block as the user wrote it. The
// words are those of Terraform's aws_network_interface and aws_subnet. At the
// top level of the instance block the same words describe the primary
// interface.
type interfaceArguments struct {
	ID       *string   `hcl:"network_interface_id,optional"`
	IDAt     hcl.Range `hcl:"network_interface_id,attr_value_range"`
	MAC      *string   `hcl:"mac_address,optional"`
	MACAt    hcl.Range `hcl:"mac_address,attr_value_range"`
	Device   *int      `hcl:"device_index,optional"`
	DeviceAt hcl.Range `hcl:"device_index,attr_value_range"`
	Card     *int      `hcl:"network_card_index,optional"`
	CardAt   hcl.Range `hcl:"network_card_index,attr_value_range"`

	Subnet         *string   `hcl:"subnet_id,optional"`
	SubnetAt       hcl.Range `hcl:"subnet_id,attr_value_range"`
	SubnetBlock    *string   `hcl:"subnet_cidr_block,optional"`
	SubnetBlockAt  hcl.Range `hcl:"subnet_cidr_block,attr_value_range"`
	SubnetBlocks6  []string  `hcl:"subnet_ipv6_cidr_blocks,optional"`
	SubnetBlock6At hcl.Range `hcl:"subnet_ipv6_cidr_blocks,attr_value_range"`
	Native         *bool     `hcl:"ipv6_native,optional"`
	NativeAt       hcl.Range `hcl:"ipv6_native,attr_value_range"`

	PrivateIP    *string   `hcl:"private_ip,optional"`
	PrivateIPAt  hcl.Range `hcl:"private_ip,attr_value_range"`
	PrivateIPs   []string  `hcl:"private_ips,optional"`
	PrivateIPsAt hcl.Range `hcl:"private_ips,attr_value_range"`
	IPv6         []string  `hcl:"ipv6_addresses,optional"`
	IPv6At       hcl.Range `hcl:"ipv6_addresses,attr_value_range"`
	IPv6Count    *int      `hcl:"ipv6_address_count,optional"`
	IPv6CountAt  hcl.Range `hcl:"ipv6_address_count,attr_value_range"`
	Prefixes4    []string  `hcl:"ipv4_prefixes,optional"`
	Prefixes4At  hcl.Range `hcl:"ipv4_prefixes,attr_value_range"`
	Prefixes6    []string  `hcl:"ipv6_prefixes,optional"`
	Prefixes6At  hcl.Range `hcl:"ipv6_prefixes,attr_value_range"`

	Associations []*associationArguments `hcl:"association,block"`

	Groups     []string  `hcl:"security_groups,optional"`
	GroupsAt   hcl.Range `hcl:"security_groups,attr_value_range"`
	GroupIDs   []string  `hcl:"security_group_ids,optional"`
	GroupIDsAt hcl.Range `hcl:"security_group_ids,attr_value_range"`

	// What becomes of the interface later does not show in the metadata.
	DeleteOnTermination *bool `hcl:"delete_on_termination,optional"`

	At hcl.Range `hcl:",def_range"`
}

// associationArguments is an association block: a public address and the
// private one behind it.
type associationArguments struct {
	Public    string    `hcl:"public_ip"`
	PublicAt  hcl.Range `hcl:"public_ip,attr_value_range"`
	Private   *string   `hcl:"private_ip,optional"`
	PrivateAt hcl.Range `hcl:"private_ip,attr_value_range"`
}

// nameArguments is Terraform's private_dns_name_options block. Which records
// the resolver of the VPC has does not show in the metadata.
type nameArguments struct {
	Type   *string   `hcl:"hostname_type,optional"`
	TypeAt hcl.Range `hcl:"hostname_type,attr_value_range"`

	A    *bool `hcl:"enable_resource_name_dns_a_record,optional"`
	AAAA *bool `hcl:"enable_resource_name_dns_aaaa_record,optional"`
}
