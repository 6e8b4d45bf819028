package instance

import (
	"fmt"
	"net/netip"
)

// attempts is how often an address is drawn before all are tried in turn.
const attempts = 16

// draw4 returns an address that an interface could have if nothing else were
// given: one of a default VPC, or else of the VPC that is given.
func (n *network) draw4(c *nic, attempt int) netip.Addr {
	key := c.key("private_ip")
	if attempt > 0 {
		key = fmt.Sprintf("%s#%d", key, attempt)
	}
	ip := n.seed.addressOf(key)
	blocks, from := n.vpc.given4()
	if from == nil || anyContains(blocks, ip) {
		return ip
	}
	home := blocks[0]
	bits := max(home.Bits(), usual4(home.Addr()))
	size, usable := uint64(1)<<(32-bits), usable4(bits)
	i := n.seed.number(key+"/vpc", usable<<(bits-home.Bits()))
	return offset(home.Addr(), i/usable*size+first4+i%usable)
}

// first4 is how many addresses AWS keeps for itself at the begin of a subnet.
const first4 = 4

// usable4 is how many addresses a subnet gives out.
func usable4(bits int) uint64 { return uint64(1)<<(32-bits) - first4 - 1 }

// drawBlock4 derives the block of a subnet without addresses: that around the
// address that is drawn for an interface in it.
func (n *network) drawBlock4(c *nic) bool {
	s := c.subnet
	fits := func(ip netip.Addr, usual bool) bool {
		block, ok := n.enclose4(s, []anchor{{block: single(ip)}})
		if ok && usual {
			// Leave the primary interface where it is without this one.
			ok = c == n.nics[0] || !block.Contains(n.seed.addressOf("private_ip"))
		}
		if ok {
			s.block4 = block
		}
		return ok
	}
	for attempt := range attempts {
		if fits(n.draw4(c, attempt), true) {
			return true
		}
	}
	homes, from := n.vpc.given4()
	if from == nil {
		homes = []netip.Prefix{netip.MustParsePrefix("172.16.0.0/12")}
	}
	const smallest = 28
	for _, home := range homes {
		for i := range uint64(1) << (smallest - min(smallest, home.Bits())) {
			block := offset(home.Addr(), i<<(32-smallest))
			if fits(offset(block, first4+n.seed.number(c.key("private_ip"), usable4(smallest))), false) {
				return true
			}
		}
	}
	if from == nil { // the configuration takes all of 172.16.0.0/12
		from = n.taker4(s)
	}
	return n.refuse(from, "No room in the VPC", fmt.Sprintf(
		"The other subnets leave none for %s. Give it the block or the address of another subnet, or the VPC more blocks.", c))
}

// taker4 returns an argument that gives the block of another subnet.
func (n *network) taker4(s *subnet) argument {
	for _, other := range n.subnets {
		switch {
		case other == s:
		case other.from4 != nil:
			return other.from4
		default:
			if from := other.anchor4(); from != nil {
				return from
			}
		}
	}
	return nil
}

// anchor4 returns an argument that gives addresses of the subnet.
func (s *subnet) anchor4() argument {
	for _, c := range s.members {
		if anchors := c.anchors4(); len(anchors) > 0 {
			return anchors[0].from
		}
	}
	return nil
}

// String tells users of an interface.
func (c *nic) String() string {
	if c.scope == "" {
		return "the primary interface"
	}
	return fmt.Sprintf("the interface at line %d", c.at.Start.Line)
}

// reserve takes the addresses that are given, so that none of them is drawn.
func (n *network) reserve() bool {
	for _, c := range n.nics {
		for _, a := range append(c.given4(), c.anchors6()...) {
			n.taken[a.block.Addr()] = true
		}
		for _, as := range c.associations {
			n.taken[as.public.value] = true
		}
	}
	return true
}

// drawAddresses4 gives each interface its private IPv4 addresses.
func (n *network) drawAddresses4() bool {
	for _, c := range n.nics {
		if c.subnet.native {
			continue
		}
		if !c.privateIPs.ok && !c.privateIP.ok {
			ip, ok := n.drawAddress4(c)
			if !ok {
				return n.tellFull(c)
			}
			n.taken[ip] = true
			c.ips4 = []netip.Addr{ip}
		}
		c.ips4 = append(c.ips4, addressesOf(c.given4())...)
	}
	return true
}

// drawAddress4 draws the primary address of an interface in its subnet.
func (n *network) drawAddress4(c *nic) (netip.Addr, bool) {
	block := c.subnet.block4
	free := func(ip netip.Addr) bool {
		return block.Contains(ip) && !kept(block, single(ip)) && !n.taken[ip] && !c.subnet.delegates(ip)
	}
	for attempt := range attempts {
		if ip := n.draw4(c, attempt); free(ip) {
			return ip, true
		}
	}
	usable := usable4(block.Bits())
	start := n.seed.number(c.key("private_ip")+"/subnet", usable)
	for i := range usable {
		if ip := offset(block.Addr(), first4+(start+i)%usable); free(ip) {
			return ip, true
		}
	}
	return netip.Addr{}, false
}

// delegates says whether an address lies in a prefix of one of the interfaces.
func (s *subnet) delegates(ip netip.Addr) bool {
	for _, c := range s.members {
		if anyContains(c.prefixes4.value, ip) || anyContains(c.prefixes6.value, ip) {
			return true
		}
	}
	return false
}

// tellFull refuses what keeps an interface in a subnet without a free address,
// or puts it into another one.
func (n *network) tellFull(c *nic) bool {
	var held argument
	switch {
	case c.subnetID.ok:
		held = &c.subnetID
	case c.block4.ok:
		held = &c.block4
	case c.secondaryIPs.ok:
		held = &c.secondaryIPs
	case c.prefixes4.ok:
		held = &c.prefixes4
	case !c.apart && c != n.nics[0]:
		c.apart = true
		return false
	default:
		held = c.subnet.anchor4()
	}
	return n.refuse(held, "Subnet without a free address", fmt.Sprintf(
		"All addresses of %s are taken, and %s needs one. Give it another subnet, or a larger one.", c.subnet.block4, c))
}
