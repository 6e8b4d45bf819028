package instance

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// subnet is a subnet that interfaces share. What is not given is derived.
type subnet struct {
	id     string
	block4 netip.Prefix // not valid until it is known, and when the subnet is native
	// blocks6 are empty when the subnet has no IPv6.
	blocks6 []netip.Prefix
	native  bool // has IPv6 only

	idFrom, from4, from6, nativeFrom argument // nil for what is not given
	members                          []*nic
}

func (s *subnet) join(c *nic) {
	s.members = append(s.members, c)
	c.subnet = s
}

// describes returns how the user knows the subnet.
func (s *subnet) String() string {
	switch {
	case s.id != "":
		return s.id
	case s.block4.IsValid():
		return s.block4.String()
	case len(s.blocks6) > 0:
		return s.blocks6[0].String()
	}
	return "a subnet"
}

// joinGiven makes the subnets that are given by id or by blocks. Two interfaces
// are in one subnet when they give one of these alike.
func (n *network) joinGiven() bool {
	for _, wanted := range []func(c *nic) bool{
		func(c *nic) bool { return c.subnetID.ok && (c.block4.ok || c.blocks6.ok) },
		func(c *nic) bool { return !c.subnetID.ok && (c.block4.ok || c.blocks6.ok) },
		func(c *nic) bool { return c.subnetID.ok && !c.block4.ok && !c.blocks6.ok },
	} {
		for _, c := range n.given {
			if wanted(c) && !n.joinByName(c) {
				return false
			}
		}
	}
	return n.checkBlocks()
}

// joinByName joins an interface to the subnet that it gives, and adds what it
// says about it.
func (n *network) joinByName(c *nic) bool {
	s := n.find(func(s *subnet) bool { return c.subnetID.ok && s.id == c.subnetID.value })
	if s == nil {
		s = n.find(func(s *subnet) bool {
			return c.block4.ok && s.block4 == c.block4.value ||
				slices.ContainsFunc(c.blocks6.value, func(block netip.Prefix) bool { return slices.Contains(s.blocks6, block) })
		})
	}
	if s == nil {
		s = n.newSubnet()
	}
	switch {
	case c.subnetID.ok && s.idFrom != nil && s.id != c.subnetID.value:
		return n.refuse(&c.subnetID, "One block, two subnets", fmt.Sprintf(
			"This block is that of %s, at line %d, and cannot be that of %s too. Give both interfaces the same subnet_id, or different blocks.",
			s.id, lineOf(s.idFrom), c.subnetID.value))
	case c.block4.ok && s.from4 != nil && s.block4 != c.block4.value:
		return n.refuse(&c.block4, "One subnet, two blocks", fmt.Sprintf(
			"%s has the block %s, at line %d, and cannot have %s too. Give both interfaces the same block, or different subnets.",
			s, s.block4, lineOf(s.from4), c.block4.value))
	case c.blocks6.ok && s.from6 != nil && !slices.Equal(s.blocks6, c.blocks6.value):
		return n.refuse(&c.blocks6, "One subnet, two blocks", fmt.Sprintf(
			"%s has other IPv6 blocks at line %d: %s. Give both interfaces the same blocks, or different subnets.",
			s, lineOf(s.from6), joined(s.blocks6)))
	}
	if c.subnetID.ok && s.idFrom == nil {
		s.id, s.idFrom = c.subnetID.value, &c.subnetID
	}
	if c.block4.ok && s.from4 == nil {
		s.block4, s.from4 = c.block4.value, &c.block4
	}
	if c.blocks6.ok && s.from6 == nil {
		s.blocks6, s.from6 = c.blocks6.value, &c.blocks6
	}
	s.join(c)
	return n.setNative(s, c)
}

// setNative adds what an interface says about whether its subnet has IPv6 only.
func (n *network) setNative(s *subnet, c *nic) bool {
	switch {
	case !c.native.ok:
	case s.nativeFrom == nil:
		s.native, s.nativeFrom = c.native.value, &c.native
	case s.native != c.native.value:
		return n.refuse(&c.native, "One subnet, two kinds", fmt.Sprintf(
			"ipv6_native is %t for %s at line %d, and %t here. Leave one of them out.", s.native, s, lineOf(s.nativeFrom), c.native.value))
	}
	return true
}

// checkBlocks holds the given blocks of subnets against each other and against
// the VPC.
func (n *network) checkBlocks() bool {
	for i, s := range n.subnets {
		switch {
		case s.native && s.from4 != nil:
			return n.refuse(s.from4, "IPv4 in a subnet without it", fmt.Sprintf(
				"ipv6_native, at line %d, says that the subnet has IPv6 only. Leave subnet_cidr_block out, or ipv6_native.",
				lineOf(s.nativeFrom)))
		case s.from4 != nil && !n.vpc.has4(s.block4):
			blocks, from := n.vpc.given4()
			return n.refuse(s.from4, "Subnet outside the VPC", fmt.Sprintf(
				"%s does not lie in the VPC, which has %s, at line %d. Change one of them.", s.block4, joined(blocks), lineOf(from)))
		}
		for _, block := range s.blocks6 {
			if !n.vpc.has6(block) {
				return n.refuse(s.from6, "Subnet outside the VPC", fmt.Sprintf(
					"%s does not lie in the VPC, which has %s, at line %d. Change one of them.",
					block, joined(n.vpc.blocks6.value), lineOf(&n.vpc.blocks6)))
			}
		}
		for j, block := range s.blocks6 {
			if anyOverlaps(s.blocks6[:j], block) {
				return n.refuse(s.from6, "Subnets that overlap", fmt.Sprintf("%s stands here twice, or in another block. Leave one of them out.", block))
			}
		}
		for _, other := range n.subnets[:i] {
			if s.from4 != nil && other.from4 != nil && s.block4.Overlaps(other.block4) {
				return n.refuse(s.from4, "Subnets that overlap", overlap(s.block4, other.block4, other.from4))
			}
			for _, block := range s.blocks6 {
				if k := slices.IndexFunc(other.blocks6, block.Overlaps); k >= 0 {
					return n.refuse(s.from6, "Subnets that overlap", overlap(block, other.blocks6[k], other.from6))
				}
			}
		}
	}
	return true
}

func overlap(block, other netip.Prefix, from argument) string {
	return fmt.Sprintf("%s overlaps with %s, at line %d. Give each subnet a block of its own, or both interfaces the same subnet.",
		block, other, lineOf(from))
}

func (n *network) newSubnet() *subnet {
	s := &subnet{}
	n.subnets = append(n.subnets, s)
	return s
}

// find returns the first subnet that suits, or nil.
func (n *network) find(suits func(*subnet) bool) *subnet {
	if i := slices.IndexFunc(n.subnets, suits); i >= 0 {
		return n.subnets[i]
	}
	return nil
}

func joined(blocks []netip.Prefix) string {
	texts := make([]string, len(blocks))
	for i, block := range blocks {
		texts[i] = block.String()
	}
	return strings.Join(texts, ", ")
}
