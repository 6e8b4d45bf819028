package sdk

// NetworkInterface is one elastic network interface of an instance. What it
// does not have is empty. The words are those of Terraform's
// aws_network_interface and aws_subnet.
type NetworkInterface struct {
	// ID is the interface: "eni-0123456789abcdef0".
	ID string `json:"network_interface_id"`
	// MACAddress is in lower case with colons: "02:44:59:b9:cd:0e".
	MACAddress string `json:"mac_address"`
	// DeviceIndex is the place of the interface on its network card, from 0.
	DeviceIndex int `json:"device_index"`
	// NetworkCardIndex is the network card, from 0; nil on instance types that
	// have one card only.
	NetworkCardIndex *int `json:"network_card_index"`

	// SubnetID is the subnet: "subnet-0123456789abcdef0".
	SubnetID string `json:"subnet_id"`
	// SubnetCIDRBlock is the subnet's IPv4 block; empty when the subnet has
	// IPv6 only.
	SubnetCIDRBlock string `json:"subnet_cidr_block"`
	// SubnetIPv6CIDRBlocks are the subnet's IPv6 blocks.
	SubnetIPv6CIDRBlocks []string `json:"subnet_ipv6_cidr_blocks"`

	// PrivateIPs are the private IPv4 addresses, the primary one first.
	PrivateIPs []string `json:"private_ips"`
	// PrivateDNS is the host name inside the VPC.
	PrivateDNS string `json:"private_dns"`
	// IPv6Addresses are the IPv6 addresses in the form of RFC 5952, the primary
	// one first.
	IPv6Addresses []string `json:"ipv6_addresses"`
	// IPv4Prefixes are the IPv4 blocks delegated to the interface.
	IPv4Prefixes []string `json:"ipv4_prefixes"`
	// IPv6Prefixes are the IPv6 blocks delegated to the interface.
	IPv6Prefixes []string `json:"ipv6_prefixes"`

	// Associations are the public IPv4 addresses, that of the primary private
	// address first.
	Associations []Association `json:"association"`
	// PublicDNS is the host name of the first association; empty when there is
	// none or the VPC gives no names.
	PublicDNS string `json:"public_dns"`

	// SecurityGroups are the names of the security groups, and
	// SecurityGroupIDs their ids in the same order.
	SecurityGroups   []string `json:"security_groups"`
	SecurityGroupIDs []string `json:"security_group_ids"`
}

// Association is a public IPv4 address and the private one behind it.
type Association struct {
	PublicIP  string `json:"public_ip"`
	PrivateIP string `json:"private_ip"`
}
