package instance

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// settleBlocks6 finds the IPv6 blocks of all subnets whose interfaces need
// some.
func (n *network) settleBlocks6() bool {
	for _, c := range n.nics {
		s := c.subnet
		if len(s.blocks6) > 0 || !c.wants6() && !s.native {
			continue
		}
		var anchors []anchor
		for _, member := range s.members {
			anchors = append(anchors, member.anchors6()...)
		}
		if len(anchors) == 0 {
			if !n.drawBlock6(c) {
				return false
			}
			continue
		}
		block, ok := n.enclose6(s, anchors)
		if !ok {
			return n.tellNoBlock6(s, anchors)
		}
		s.blocks6 = []netip.Prefix{block}
	}
	return true
}

// enclose6 returns the smallest block that a subnet can have around addresses.
func (n *network) enclose6(s *subnet, anchors []anchor) (netip.Prefix, bool) {
	const smallest, largest, step = 64, 44, 4
	for bits := smallest; bits >= largest; bits -= step {
		if block := around(anchors[0].block.Addr(), bits); n.suits6(s, block, anchors) {
			return block, true
		}
	}
	return netip.Prefix{}, false
}

// suits6 says whether a block can be that of a subnet with these addresses.
func (n *network) suits6(s *subnet, block netip.Prefix, anchors []anchor) bool {
	for _, a := range anchors {
		if !covers(block, a.block) || a.block.IsSingleIP() && kept(block, a.block) {
			return false
		}
	}
	for _, other := range n.subnets {
		if other == s {
			continue
		}
		if anyOverlaps(other.blocks6, block) {
			return false
		}
		for _, member := range other.members {
			for _, a := range member.anchors6() {
				if block.Overlaps(a.block) {
					return false
				}
			}
		}
	}
	return n.vpc.has6(block)
}

// tellNoBlock6 refuses the address because of which a subnet has no IPv6 block.
func (n *network) tellNoBlock6(s *subnet, anchors []anchor) bool {
	const largest = 44
	first := anchors[0].block
	for _, a := range anchors {
		if !n.vpc.has6(a.block) {
			return n.refuse(a.from, "Address outside the VPC", fmt.Sprintf(
				"%s does not lie in the VPC, which has %s, at line %d. Change one of them.",
				bare(a.block), joined(n.vpc.blocks6.value), lineOf(&n.vpc.blocks6)))
		}
		if around(first.Addr(), largest) != around(a.block.Addr(), largest) {
			return n.refuse(a.from, "Addresses of two subnets", fmt.Sprintf(
				"%s and %s do not lie in one subnet: it is a /44 at most. Change one of them, or give them to two interfaces.",
				bare(first), bare(a.block)))
		}
	}
	for _, a := range anchors {
		if _, ok := n.enclose6(s, []anchor{a}); !ok {
			return n.refuse(a.from, "Address without a subnet", fmt.Sprintf(
				"There is no subnet that %s could lie in: in each one AWS keeps it for itself, or the subnet overlaps with another one. Take another address, or give the blocks of the subnets.",
				bare(a.block)))
		}
	}
	last := anchors[len(anchors)-1]
	return n.refuse(last.from, "Addresses of two subnets", fmt.Sprintf(
		"%s and %s do not lie in one subnet that overlaps with no other one. Change one of them, or give the blocks of the subnets.",
		bare(first), bare(last.block)))
}

// drawBlock6 derives a /64 in the VPC.
func (n *network) drawBlock6(c *nic) bool {
	s := c.subnet
	home := n.home6()
	sum := n.seed.sum(c.key("subnet_ipv6_cidr_blocks"))
	for i := range uint64(1 << 16) {
		// The low bits of the first half are those of the subnet in the VPC.
		tail := make([]byte, 16)
		binary.BigEndian.PutUint64(tail, binary.BigEndian.Uint64(sum[:8])+i)
		const usual = 64
		if block := around(spliced(home, tail), usual); n.suits6(s, block, nil) {
			s.blocks6 = []netip.Prefix{block}
			return true
		}
	}
	// Without blocks that are given the derived /56 is full of given ones, and
	// they are given by interfaces.
	from := argument(&n.vpc.blocks6)
	if !n.vpc.blocks6.ok {
		from = n.taker6(s)
	}
	return n.refuse(from, "No room in the VPC", fmt.Sprintf(
		"The other subnets leave no IPv6 block for %s. Give it the block of another subnet, or the VPC more blocks.", c))
}

// home6 returns the IPv6 block that subnets are derived in: an Amazon-provided
// one, or else the first one of the VPC that is given.
func (n *network) home6() netip.Prefix {
	sum := n.seed.sum("vpc_ipv6_cidr_blocks")
	const usual = 56
	own := around(spliced(netip.MustParsePrefix("2600:1f16::/32"), sum[:16]), usual)
	if n.vpc.has6(own) {
		return own
	}
	return n.vpc.blocks6.value[0]
}

// taker6 returns an argument that gives the IPv6 block of another subnet.
func (n *network) taker6(s *subnet) argument {
	for _, other := range n.subnets {
		if other == s {
			continue
		}
		if other.from6 != nil {
			return other.from6
		}
		for _, member := range other.members {
			if anchors := member.anchors6(); len(anchors) > 0 {
				return anchors[0].from
			}
		}
	}
	return nil
}

// drawAddresses6 gives each interface its IPv6 addresses.
func (n *network) drawAddresses6() bool {
	for _, c := range n.nics {
		c.ips6 = c.addresses6.value
		if c.addresses6.ok {
			continue
		}
		count := c.count6.value
		if c.subnet.native {
			count = max(count, 1)
		}
		for i := range count {
			ip := n.drawAddress6(c, i)
			n.taken[ip] = true
			c.ips6 = append(c.ips6, ip)
		}
	}
	return true
}

func (n *network) drawAddress6(c *nic, i int) netip.Addr {
	block := c.subnet.blocks6[0]
	key := c.key("ipv6_addresses")
	for attempt := 0; ; attempt++ { // prefixes are far from taking a whole block
		sum := n.seed.sum(fmt.Sprintf("%s/%d#%d", key, i, attempt))
		ip := spliced(block, sum[:16])
		if !kept(block, single(ip)) && !n.taken[ip] && !c.subnet.delegates(ip) {
			return ip
		}
	}
}
