package instance

import (
	"fmt"
	"net/netip"
)

// joinOthers finds the blocks of subnets that are given by id only, and subnets
// for the interfaces that give none: the one that their addresses lie in, or
// that of the primary interface, or a new one.
func (n *network) joinOthers() bool {
	for _, c := range n.nics {
		if c.subnet != nil && !n.settleBlock4(c) {
			return false
		}
	}
	for _, c := range n.nics {
		if c.subnet != nil {
			continue
		}
		s := n.choose(c)
		if s == nil {
			s = n.newSubnet()
		}
		s.join(c)
		if !n.setNative(s, c) || !n.settleBlock4(c) {
			return false
		}
	}
	return true
}

// choose returns the subnet of an interface that gives none, and nil for a new
// one.
func (n *network) choose(c *nic) *subnet {
	primary := n.nics[0].subnet
	switch anchors := c.anchors4(); {
	case c.native.value:
		if primary != nil && primary.native && takes6(primary, c) {
			return primary
		}
		return n.find(func(s *subnet) bool { return s.native && takes6(s, c) })
	case len(anchors) > 0:
		return n.holding(anchors[0].block)
	case c == n.nics[0]:
		return n.holding(single(n.draw4(c, 0)))
	case primary.native && c.wants4(), c.apart:
		return nil
	case takes6(primary, c):
		return primary
	}
	return n.find(func(s *subnet) bool { return (!s.native || !c.wants4()) && len(c.anchors6()) > 0 && takes6(s, c) })
}

// holding returns the subnet with an IPv4 block around another one, or nil.
func (n *network) holding(block netip.Prefix) *subnet {
	return n.find(func(s *subnet) bool { return s.block4.IsValid() && covers(s.block4, block) })
}

// takes6 says whether the IPv6 addresses of an interface can lie in a subnet.
func takes6(s *subnet, c *nic) bool {
	anchors := c.anchors6()
	blocks := s.blocks6
	if s.from6 == nil {
		const usual = 64
		for _, member := range s.members {
			for _, a := range member.anchors6() {
				blocks = append(blocks, around(a.block.Addr(), usual))
			}
		}
	}
	for _, a := range anchors {
		if len(blocks) > 0 && !anyCovers(blocks, a.block) {
			return false
		}
	}
	return true
}

// settleBlock4 finds the IPv4 block of the subnet of an interface: one that
// contains the addresses that are given in it, or else one of the VPC.
func (n *network) settleBlock4(c *nic) bool {
	s := c.subnet
	if s.native || s.block4.IsValid() {
		return true
	}
	var anchors []anchor
	for _, member := range s.members {
		anchors = append(anchors, member.anchors4()...)
	}
	if len(anchors) == 0 {
		return n.drawBlock4(c)
	}
	block, ok := n.enclose4(s, anchors)
	if !ok {
		return n.tellNoBlock4(s, anchors)
	}
	s.block4 = block
	return true
}

// enclose4 returns the block of a subnet around addresses. It is a /24, or a
// /20 in the block of default VPCs; a larger or smaller one only where that
// does not suit.
func (n *network) enclose4(s *subnet, anchors []anchor) (netip.Prefix, bool) {
	const largest, smallest = 16, 28
	at := anchors[0].block.Addr()
	usual := usual4(at)
	for i := range smallest - largest + 1 {
		bits := usual - i
		if bits < largest {
			bits = largest + i // i sizes have been tried, so the next smaller one
		}
		if block := around(at, bits); n.suits4(s, block, anchors) {
			return block, true
		}
	}
	return netip.Prefix{}, false
}

// usual4 is the size of subnets in the block that an address is of.
func usual4(ip netip.Addr) int {
	if netip.MustParsePrefix(defaultVPC).Contains(ip) {
		return 20
	}
	return 24
}

// suits4 says whether a block can be that of a subnet with these addresses.
func (n *network) suits4(s *subnet, block netip.Prefix, anchors []anchor) bool {
	for _, a := range anchors {
		if !covers(block, a.block) || kept(block, a.block) {
			return false
		}
	}
	for _, other := range n.subnets {
		switch {
		case other == s || other.native:
		case other.block4.IsValid():
			if other.block4.Overlaps(block) {
				return false
			}
		default:
			for _, member := range other.members {
				for _, a := range member.anchors4() {
					if block.Overlaps(a.block) {
						return false
					}
				}
			}
		}
	}
	return n.vpc.has4(block)
}

// tellNoBlock4 refuses the address because of which a subnet has no block.
func (n *network) tellNoBlock4(s *subnet, anchors []anchor) bool {
	const largest = 16
	first := anchors[0].block
	for _, a := range anchors {
		if !n.vpc.has4(a.block) {
			return n.refuse(a.from, "Address outside the VPC", n.outsideVPC(a.block))
		}
		if around(first.Addr(), largest) != around(a.block.Addr(), largest) {
			return n.refuse(a.from, "Addresses of two subnets", fmt.Sprintf(
				"%s and %s do not lie in one subnet: it is a /16 at most. Change one of them, or give them to two interfaces.",
				bare(first), bare(a.block)))
		}
	}
	for _, a := range anchors {
		if _, ok := n.enclose4(s, []anchor{a}); !ok {
			return n.refuse(a.from, "Address without a subnet", fmt.Sprintf(
				"There is no subnet that %s could lie in: in each one AWS keeps it for itself, or the subnet overlaps with another one. Take another address, or give the blocks of the subnets.",
				bare(a.block)))
		}
	}
	return n.refuse(anchors[len(anchors)-1].from, "Addresses of two subnets", fmt.Sprintf(
		"%s and %s do not lie in one subnet that overlaps with no other one. Change one of them, or give the blocks of the subnets.",
		bare(first), bare(anchors[len(anchors)-1].block)))
}

func (n *network) outsideVPC(block netip.Prefix) string {
	blocks, from := n.vpc.given4()
	return fmt.Sprintf("%s does not lie in the VPC, which has %s, at line %d. Change one of them.", bare(block), joined(blocks), lineOf(from))
}

// bare is a block as users write it: one address has no size.
func bare(block netip.Prefix) string {
	if block.IsSingleIP() {
		return block.Addr().String()
	}
	return block.String()
}
