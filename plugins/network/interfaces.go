package network

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/mockmd/mockmd/sdk"
)

// networkInterface adds the directory of one interface.
//
// The user guide dates local-hostname 2007-01-19. Nothing below network can be
// that old: the directory itself is of 2011-01-01.
func (b builder) networkInterface(in *sdk.Instance, n *sdk.NetworkInterface) error {
	dir := "meta-data/network/interfaces/macs/" + n.MACAddress + "/"
	b.add(dir+"device-number", strconv.Itoa(n.DeviceIndex), sinceNetwork)
	b.add(dir+"interface-id", n.ID, sinceNetwork)
	b.add(dir+"local-hostname", n.PrivateDNS, sinceNetwork)
	b.addLines(dir+"local-ipv4s", n.PrivateIPs, sinceNetwork)
	b.add(dir+"mac", n.MACAddress, sinceNetwork)
	b.add(dir+"owner-id", in.AccountID, sinceNetwork)
	b.addLines(dir+"security-groups", n.SecurityGroups, sinceNetwork)
	b.addLines(dir+"security-group-ids", n.SecurityGroupIDs, sinceNetwork)
	b.addLines(dir+"ipv4-prefix", n.IPv4Prefixes, sincePrefix)
	b.addLines(dir+"ipv6s", n.IPv6Addresses, sinceBlocks)
	if n.NetworkCardIndex != nil {
		// The user guide called it network-card-index until 2024; the service
		// never has.
		b.add(dir+"network-card", strconv.Itoa(*n.NetworkCardIndex), sinceCards)
	}
	b.associations(dir, n)
	if err := b.ipv6Blocks(dir+"ipv6-prefix", n.IPv6Prefixes, compressed, sincePrefix); err != nil {
		return err
	}
	return b.surroundings(dir, in, n)
}

// associations adds the public IPv4 addresses and what lies behind each.
func (b builder) associations(dir string, n *sdk.NetworkInterface) {
	var public []string
	behind := map[string][]string{}
	for _, a := range n.Associations {
		if !slices.Contains(public, a.PublicIP) {
			public = append(public, a.PublicIP)
		}
		behind[a.PublicIP] = append(behind[a.PublicIP], a.PrivateIP)
	}
	for ip, private := range behind {
		b.addLines(dir+"ipv4-associations/"+ip, private, sinceNetwork)
	}
	b.addLines(dir+"public-ipv4s", public, sinceNetwork)
	b.add(dir+"public-hostname", n.PublicDNS, sinceNetwork)
}

// surroundings adds the subnet and the VPC. The VPC has IPv4 blocks even where
// the subnet has none.
func (b builder) surroundings(dir string, in *sdk.Instance, n *sdk.NetworkInterface) error {
	b.add(dir+"subnet-id", n.SubnetID, sinceNetwork)
	b.add(dir+"subnet-ipv4-cidr-block", n.SubnetCIDRBlock, sinceNetwork)
	b.add(dir+"vpc-id", in.VPCID, sinceNetwork)
	if len(in.VPCCIDRBlocks) > 0 {
		b.add(dir+"vpc-ipv4-cidr-block", in.VPCCIDRBlocks[0], sinceNetwork)
	}
	b.addLines(dir+"vpc-ipv4-cidr-blocks", in.VPCCIDRBlocks, sinceBlocks)
	if err := b.ipv6Blocks(dir+"subnet-ipv6-cidr-blocks", n.SubnetIPv6CIDRBlocks, spelledOut, sinceBlocks); err != nil {
		return err
	}
	return b.ipv6Blocks(dir+"vpc-ipv6-cidr-blocks", in.VPCIPv6CIDRBlocks, spelledOut, sinceBlocks)
}

// ipv6Blocks adds IPv6 blocks in the given form, one a line.
func (b builder) ipv6Blocks(path string, blocks []string, form blockForm, since string) error {
	lines := make([]string, len(blocks))
	for i, block := range blocks {
		line, err := form(block)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		lines[i] = line
	}
	b.addLines(path, lines, since)
	return nil
}
