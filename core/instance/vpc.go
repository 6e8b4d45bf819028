package instance

import (
	"fmt"
	"net/netip"
	"slices"
)

// vpc is the VPC of all interfaces.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
type vpc struct {
	id      given[string]
	block   given[netip.Prefix]
	blocks  given[[]netip.Prefix]
	blocks6 given[[]netip.Prefix]
	names   given[bool]
}

// defaultVPC is the block that AWS gives to the default VPC of each account.
// https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html
const defaultVPC = "172.31.0.0/16"

func (n *network) readVPC(a *arguments) {
	b, parse4, parse6 := n.builder, parseBlock4("a VPC", 16, 28), parseBlock6("a VPC", 44, 60)
	n.vpc = vpc{
		id:      read(b, "", "vpc_id", a.VPC, a.VPCAt, checked(idWith("vpc-"))),
		block:   read(b, "", "vpc_cidr_block", a.VPCBlock, a.VPCBlockAt, parse4),
		blocks:  read(b, "", "vpc_cidr_blocks", some(a.VPCBlocks), a.VPCBlocksAt, eachOf(parse4)),
		blocks6: read(b, "", "vpc_ipv6_cidr_blocks", some(a.VPCBlocks6), a.VPCBlocks6At, eachOf(parse6)),
		names:   read(b, "", "enable_dns_hostnames", a.DNSHostnames, a.DNSHostnamesAt, checked(anyBool)),
	}
}

// settleVPC holds the blocks that are given against each other.
func (n *network) settleVPC() bool {
	v := &n.vpc
	if v.block.ok && v.blocks.ok && v.block.value != v.blocks.value[0] {
		return n.refuse(&v.block, "Two primary blocks of the VPC", fmt.Sprintf(
			"vpc_cidr_blocks begins with the primary block, and that is %s, not %s. Leave vpc_cidr_block out, or put %s first.",
			v.blocks.value[0], v.block.value, v.block.value))
	}
	for _, blocks := range []*given[[]netip.Prefix]{&v.blocks, &v.blocks6} {
		for i, block := range blocks.value {
			if anyOverlaps(blocks.value[:i], block) {
				return n.refuse(blocks, "Blocks of the VPC that overlap", fmt.Sprintf(
					"%s overlaps with another block of the VPC. Leave one of them out.", block))
			}
		}
	}
	return true
}

// given4 returns the IPv4 blocks of the VPC that are given, and the argument.
func (v *vpc) given4() ([]netip.Prefix, argument) {
	switch {
	case v.blocks.ok:
		return v.blocks.value, &v.blocks
	case v.block.ok:
		return []netip.Prefix{v.block.value}, &v.block
	}
	return nil, nil
}

// has4 says whether a block can lie in the VPC, which it always can when its
// blocks are not given: they are then derived to contain all subnets.
func (v *vpc) has4(block netip.Prefix) bool {
	blocks, from := v.given4()
	return from == nil || anyCovers(blocks, block)
}

// has6 is has4 for IPv6.
func (v *vpc) has6(block netip.Prefix) bool {
	return !v.blocks6.ok || anyCovers(v.blocks6.value, block)
}

// blocksOfVPC returns the IPv4 blocks of the VPC: for each subnet the largest
// block that a VPC can have, unless they are given.
func (n *network) blocksOfVPC() []netip.Prefix {
	if blocks, from := n.vpc.given4(); from != nil {
		return blocks
	}
	const largest = 16
	var blocks []netip.Prefix
	for _, c := range n.nics {
		if s := c.subnet; !s.native && !anyCovers(blocks, s.block4) {
			blocks = append(blocks, around(s.block4.Addr(), largest))
		}
	}
	if len(blocks) == 0 { // a VPC has IPv4 even where no subnet has
		blocks = append(blocks, netip.MustParsePrefix(defaultVPC))
	}
	return blocks
}

// blocks6OfVPC returns the IPv6 blocks of the VPC. Those that Amazon gives out
// are a /56.
func (n *network) blocks6OfVPC() []netip.Prefix {
	if n.vpc.blocks6.ok {
		return n.vpc.blocks6.value
	}
	const usual = 56
	var blocks []netip.Prefix
	for _, c := range n.nics {
		for _, block := range c.subnet.blocks6 {
			wider := around(block.Addr(), min(block.Bits(), usual))
			if anyCovers(blocks, wider) {
				continue
			}
			blocks = slices.DeleteFunc(blocks, func(b netip.Prefix) bool { return covers(wider, b) })
			blocks = append(blocks, wider)
		}
	}
	return blocks
}
