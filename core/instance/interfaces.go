package instance

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// readInterfaces reads the blocks and the primary interface, which stands
// either in one of them or at the top level, as in Terraform.
func (n *network) readInterfaces(a *arguments) {
	for i, block := range a.Interfaces {
		n.given = append(n.given, n.readInterface(fmt.Sprintf("network_interface[%d].", i), "security_group_ids", block))
	}
	top := topLevel(a)
	primary := n.primaryOf(slices.ContainsFunc(top, func(t topArgument) bool { return t.given || n.failed(t.at) }))
	if primary < 0 {
		n.given = slices.Insert(n.given, 0, n.readTop(a))
		return
	}
	c := n.given[primary]
	n.given = slices.Insert(slices.Delete(n.given, primary, primary+1), 0, c)
	for _, t := range top {
		switch {
		case n.failed(t.at):
			n.drop(t.name)
		case t.given:
			n.builder.refuse(t.name, t.at, "Primary interface described twice", fmt.Sprintf(
				"The network_interface block at line %d is the primary interface. Write %s there, not at the top level.",
				c.at.Start.Line, t.within))
		}
	}
}

// primaryOf returns the index of the block that is the primary interface: the
// one with the device index 0, or else the first one without an index if there
// is nothing else that describes the primary interface. It returns -1 when the
// top level does.
func (n *network) primaryOf(described bool) int {
	first := func(c *nic) bool { return c.card.value == 0 && c.device.ok && c.device.value == 0 }
	if i := slices.IndexFunc(n.given, first); i >= 0 {
		return i
	}
	if described {
		return -1
	}
	return slices.IndexFunc(n.given, func(c *nic) bool { return c.card.value == 0 && !c.device.ok })
}

// topArgument is an argument of the instance block that describes the primary
// interface.
type topArgument struct {
	name   string
	given  bool
	at     hcl.Range
	within string // the same in a network_interface block
}

func topLevel(a *arguments) []topArgument {
	return []topArgument{
		{"subnet_id", a.Subnet != nil, a.SubnetAt, "subnet_id"},
		{"subnet_cidr_block", a.SubnetBlock != nil, a.SubnetBlockAt, "subnet_cidr_block"},
		{"subnet_ipv6_cidr_blocks", a.SubnetBlocks6 != nil, a.SubnetBlocks6At, "subnet_ipv6_cidr_blocks"},
		{"ipv6_native", a.Native != nil, a.NativeAt, "ipv6_native"},
		{"mac_address", a.MAC != nil, a.MACAt, "mac_address"},
		{"private_ip", a.PrivateIP != nil, a.PrivateIPAt, "private_ips"},
		{"secondary_private_ips", a.SecondaryIPs != nil, a.SecondaryIPsAt, "private_ips, behind the primary one,"},
		{"ipv6_addresses", a.IPv6 != nil, a.IPv6At, "ipv6_addresses"},
		{"ipv6_address_count", a.IPv6Count != nil, a.IPv6CountAt, "ipv6_address_count"},
		{"public_ip", a.PublicIP != nil, a.PublicIPAt, "association { public_ip = ... }"},
		{"associate_public_ip_address", a.Associate != nil, a.AssociateAt, "association { public_ip = ... }"},
		{"security_groups", a.Groups != nil, a.GroupsAt, "security_groups"},
		{"vpc_security_group_ids", a.GroupIDs != nil, a.GroupIDsAt, "security_group_ids"},
	}
}

// readTop reads the primary interface from the top level.
func (n *network) readTop(a *arguments) *nic {
	c := n.readInterface("", "vpc_security_group_ids", &interfaceArguments{
		MAC: a.MAC, MACAt: a.MACAt,
		Subnet: a.Subnet, SubnetAt: a.SubnetAt, SubnetBlock: a.SubnetBlock, SubnetBlockAt: a.SubnetBlockAt,
		SubnetBlocks6: a.SubnetBlocks6, SubnetBlock6At: a.SubnetBlocks6At, Native: a.Native, NativeAt: a.NativeAt,
		PrivateIP: a.PrivateIP, PrivateIPAt: a.PrivateIPAt,
		IPv6: a.IPv6, IPv6At: a.IPv6At, IPv6Count: a.IPv6Count, IPv6CountAt: a.IPv6CountAt,
		Groups: a.Groups, GroupsAt: a.GroupsAt, GroupIDs: a.GroupIDs, GroupIDsAt: a.GroupIDsAt,
	})
	b := n.builder
	c.secondaryIPs = read(b, "", "secondary_private_ips", some(a.SecondaryIPs), a.SecondaryIPsAt, eachOf(parsePrivateIP))
	c.associate = read(b, "", "associate_public_ip_address", a.Associate, a.AssociateAt, checked(anyBool))
	if public := read(b, "", "public_ip", a.PublicIP, a.PublicIPAt, parsePublicIP); public.ok {
		c.associations = []*association{{public: public}}
	}
	return c
}

// readInterface reads one interface. What its arguments have to do with each
// other comes later.
func (n *network) readInterface(scope, groupIDs string, a *interfaceArguments) *nic {
	b := n.builder
	c := &nic{
		scope: scope, at: a.At,
		id:         read(b, scope, "network_interface_id", a.ID, a.IDAt, checked(idWith("eni-"))),
		mac:        read(b, scope, "mac_address", a.MAC, a.MACAt, parseMAC),
		device:     read(b, scope, "device_index", a.Device, a.DeviceAt, checked(checkDeviceIndex)),
		card:       read(b, scope, "network_card_index", a.Card, a.CardAt, checked(b.checkCard)),
		subnetID:   read(b, scope, "subnet_id", a.Subnet, a.SubnetAt, checked(idWith("subnet-"))),
		block4:     read(b, scope, "subnet_cidr_block", a.SubnetBlock, a.SubnetBlockAt, parseBlock4("a subnet", 16, 28)),
		blocks6:    read(b, scope, "subnet_ipv6_cidr_blocks", some(a.SubnetBlocks6), a.SubnetBlock6At, eachOf(parseBlock6("a subnet", 44, 64))),
		native:     read(b, scope, "ipv6_native", a.Native, a.NativeAt, checked(anyBool)),
		privateIP:  read(b, scope, "private_ip", a.PrivateIP, a.PrivateIPAt, parsePrivateIP),
		privateIPs: read(b, scope, "private_ips", some(a.PrivateIPs), a.PrivateIPsAt, eachOf(parsePrivateIP)),
		addresses6: read(b, scope, "ipv6_addresses", some(a.IPv6), a.IPv6At, eachOf(parseIPv6)),
		count6:     read(b, scope, "ipv6_address_count", a.IPv6Count, a.IPv6CountAt, checked(checkIPv6Count)),
		prefixes4:  read(b, scope, "ipv4_prefixes", some(a.Prefixes4), a.Prefixes4At, eachOf(parseBlock4("a prefix", 28, 28))),
		prefixes6:  read(b, scope, "ipv6_prefixes", some(a.Prefixes6), a.Prefixes6At, eachOf(parseBlock6("a prefix", 80, 80))),
		groups:     read(b, scope, "security_groups", some(a.Groups), a.GroupsAt, checked(checkGroups)),
		groupIDs:   read(b, scope, groupIDs, some(a.GroupIDs), a.GroupIDsAt, checked(checkGroupIDs)),
	}
	for i, block := range a.Associations {
		if block.PublicAt == (hcl.Range{}) {
			continue // it is missing, which HCL has told
		}
		scope := fmt.Sprintf("%sassociation[%d].", scope, i)
		c.associations = append(c.associations, &association{
			public:  read(b, scope, "public_ip", &block.Public, block.PublicAt, parsePublicIP),
			private: read(b, scope, "private_ip", block.Private, block.PrivateAt, parsePrivateIP),
		})
	}
	return c
}

// seat gives each interface its slot and puts them in order.
func (n *network) seat() bool {
	taken := map[slot]*nic{{}: n.given[0]}
	for _, c := range n.given[1:] {
		if !c.device.ok {
			continue
		}
		c.slot = slot{c.card.value, c.device.value}
		other, clash := taken[c.slot]
		switch {
		case clash && (n.refused[c.card.name] || n.refused[other.card.name]):
			return n.forget(&c.device) // the card is what is wrong
		case clash:
			return n.refuse(&c.device, "One device index twice", fmt.Sprintf(
				"The interface at line %d has the device index %d on the same network card. Take another number, or leave it out to have the next free one.",
				other.at.Start.Line, c.device.value))
		}
		taken[c.slot] = c
	}
	for _, c := range n.given[1:] {
		if c.device.ok {
			continue
		}
		c.slot = slot{c.card.value, 1}
		for taken[c.slot] != nil {
			c.slot.device++
		}
		taken[c.slot] = c
	}
	n.nics = slices.SortedFunc(slices.Values(n.given), func(a, b *nic) int {
		return cmp.Or(cmp.Compare(a.slot.card, b.slot.card), cmp.Compare(a.slot.device, b.slot.device))
	})
	return true
}

func checkDeviceIndex(given int) string {
	const most = 255
	if given >= 0 && given <= most {
		return ""
	}
	return fmt.Sprintf("%d is not a device index: they are counted from 0 to %d.", given, most)
}

func checkIPv6Count(given int) string {
	const most = 50 // the largest types have as many on an interface
	if given >= 0 && given <= most {
		return ""
	}
	return fmt.Sprintf("%d is not a number of addresses that an interface can have: it is from 0 to %d.", given, most)
}

// addressesOf are the bare addresses of anchors.
func addressesOf(anchors []anchor) []netip.Addr {
	out := make([]netip.Addr, len(anchors))
	for i, a := range anchors {
		out[i] = a.block.Addr()
	}
	return out
}
