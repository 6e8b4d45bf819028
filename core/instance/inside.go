package instance

import (
	"fmt"
	"net/netip"
)

// checkNative refuses IPv4 on an interface whose subnet has IPv6 only.
func (n *network) checkNative() bool {
	for _, c := range n.nics {
		s := c.subnet
		if !s.native {
			continue
		}
		var from argument
		switch {
		case len(c.anchors4()) > 0:
			from = c.anchors4()[0].from
		case len(c.associations) > 0:
			from = &c.associations[0].public
		case c.associate.value:
			from = &c.associate
		default:
			continue
		}
		return n.refuse(from, "IPv4 in a subnet without it", fmt.Sprintf(
			"ipv6_native, at line %d, says that the subnet has IPv6 only. Leave this out, or ipv6_native.", lineOf(s.nativeFrom)))
	}
	return true
}

// warnOfNative warns of subnets that take instances on Nitro only.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html
func (n *network) warnOfNative() {
	if n.facts.Hypervisor == nitro {
		return
	}
	for _, c := range n.given {
		if c.native.value {
			n.warn(c.native.at, "No IPv6-only subnet on Xen", fmt.Sprintf(
				"EC2 launches instances on Nitro only into a subnet that has IPv6 only, and an instance of type %s runs on Xen. "+
					"It is taken all the same; leave ipv6_native out, or take a type such as %s.",
				n.facts.InstanceType, typeFor("x86_64")))
		}
	}
}

// checkAddresses4 holds IPv4 addresses and prefixes against their subnet.
func (n *network) checkAddresses4() bool {
	for _, c := range n.nics {
		if c.subnet.native {
			continue
		}
		block := c.subnet.block4
		for _, a := range c.anchors4() {
			switch {
			case !covers(block, a.block):
				return n.refuse(a.from, "Address outside its subnet", c.outside(a.block, []netip.Prefix{block}, c.subnet.from4))
			case kept(block, a.block) && a.block.IsSingleIP():
				return n.refuse(a.from, "Reserved address", fmt.Sprintf(
					"AWS keeps the first four addresses and the last one of %s for itself, and %s is one of them. Take one from %s to %s.",
					block, bare(a.block), offset(block.Addr(), first4), lastOf(block).Prev()))
			case kept(block, a.block):
				return n.refuse(a.from, "Reserved address", fmt.Sprintf(
					"AWS keeps the first four addresses and the last one of %s for itself, and %s has some of them. Take another prefix.",
					block, a.block))
			}
		}
	}
	return n.checkPrefixes(func(c *nic) ([]anchor, *given[[]netip.Prefix]) { return c.given4(), &c.prefixes4 })
}

// checkAddresses6 holds IPv6 addresses and prefixes against their subnet.
func (n *network) checkAddresses6() bool {
	for _, c := range n.nics {
		blocks := c.subnet.blocks6
		for _, a := range c.anchors6() {
			if !anyCovers(blocks, a.block) {
				return n.refuse(a.from, "Address outside its subnet", c.outside(a.block, blocks, c.subnet.from6))
			}
			for _, block := range blocks {
				if a.block.IsSingleIP() && kept(block, a.block) {
					return n.refuse(a.from, "Reserved address", fmt.Sprintf(
						"AWS keeps the first four addresses and the last one of %s for itself, and %s is one of them. Take another one.",
						block, bare(a.block)))
				}
			}
		}
	}
	return n.checkPrefixes(func(c *nic) ([]anchor, *given[[]netip.Prefix]) {
		var addresses []anchor
		for _, a := range c.anchors6() {
			if a.block.IsSingleIP() {
				addresses = append(addresses, a)
			}
		}
		return addresses, &c.prefixes6
	})
}

// outside tells that an address does not lie in the subnet of its interface;
// from is what gives the blocks, or nil when they are derived.
func (c *nic) outside(block netip.Prefix, blocks []netip.Prefix, from argument) string {
	if from == nil {
		return fmt.Sprintf("%s does not lie in the subnet of this interface, which is %s because of its other addresses. "+
			"Change one of them, or give the block of the subnet.", bare(block), joined(blocks))
	}
	return fmt.Sprintf("%s does not lie in the subnet of this interface, which is %s, at line %d. Change one of them.",
		bare(block), joined(blocks), lineOf(from))
}

// checkPrefixes refuses prefixes that overlap with each other or have an
// address that an interface has itself.
func (n *network) checkPrefixes(of func(*nic) ([]anchor, *given[[]netip.Prefix])) bool {
	var earlier []anchor
	for _, c := range n.given {
		_, prefixes := of(c)
		for _, block := range prefixes.value {
			for _, other := range earlier {
				if other.block.Overlaps(block) {
					return n.refuse(prefixes, "One prefix twice", fmt.Sprintf(
						"%s is given at line %d already. Change one of them, or leave one out.", block, lineOf(other.from)))
				}
			}
			earlier = append(earlier, anchor{block, prefixes})
			for _, d := range n.given {
				addresses, _ := of(d)
				for _, a := range addresses {
					if block.Contains(a.block.Addr()) {
						return n.refuse(prefixes, "Prefix with an address of an interface", fmt.Sprintf(
							"%s has the address %s, which is given at line %d. Change one of them.", block, bare(a.block), lineOf(a.from)))
					}
				}
			}
		}
	}
	return true
}
