package instance

import (
	"fmt"
	"net/netip"

	"github.com/mockmd/mockmd/sdk"
)

// publish makes facts of what has been settled.
func (n *network) publish() {
	f := &n.facts
	f.VPCID = n.vpc.id.value
	if f.VPCID == "" {
		f.VPCID = n.seed.id("vpc_id", "vpc-")
	}
	f.VPCCIDRBlocks, f.VPCIPv6CIDRBlocks = texts(n.blocksOfVPC()), texts(n.blocks6OfVPC())
	n.identifyAll()
	cards := n.hasCards()
	for _, c := range n.nics {
		s := c.subnet
		fact := sdk.NetworkInterface{
			ID: c.idOf, MACAddress: c.macOf, DeviceIndex: c.slot.device,
			SubnetID: s.id, SubnetIPv6CIDRBlocks: texts(s.blocks6),
			PrivateIPs: texts(c.ips4), PrivateDNS: c.privateDNSOf, IPv6Addresses: texts(c.ips6),
			IPv4Prefixes: texts(c.prefixes4.value), IPv6Prefixes: texts(c.prefixes6.value),
			PublicDNS: c.publicDNSOf, SecurityGroups: c.groupsOf, SecurityGroupIDs: c.idsOf,
		}
		if cards {
			fact.NetworkCardIndex = &c.slot.card
		}
		if !s.native {
			fact.SubnetCIDRBlock = s.block4.String()
		}
		for _, p := range c.public {
			fact.Associations = append(fact.Associations, sdk.Association{PublicIP: p.public.String(), PrivateIP: p.private.String()})
		}
		f.NetworkInterfaces = append(f.NetworkInterfaces, fact)
	}
	primary := &f.NetworkInterfaces[0]
	f.PrivateDNS, f.PublicDNS = primary.PrivateDNS, primary.PublicDNS
	if len(primary.PrivateIPs) > 0 {
		f.PrivateIP = primary.PrivateIPs[0]
	}
	if len(primary.Associations) > 0 {
		f.PublicIP = primary.Associations[0].PublicIP
	}
}

// hasCards says whether the instance has several network cards: by its type, or
// because the configuration counts them.
func (n *network) hasCards() bool {
	_, several := cardsOf(n.facts.InstanceType)
	for _, c := range n.nics {
		several = several || c.card.ok
	}
	return several
}

// identifyAll derives the ids and the MAC addresses that are not given.
func (n *network) identifyAll() {
	used := map[string]bool{}
	for _, c := range n.nics {
		used[c.mac.value], used[c.id.value], used[c.subnetID.value] = true, true, true
	}
	unused := func(make func(key string) string, key string) string {
		value := make(key)
		for i := 1; used[value]; i++ {
			value = make(fmt.Sprintf("%s#%d", key, i))
		}
		used[value] = true
		return value
	}
	for _, c := range n.nics {
		c.idOf, c.macOf = c.id.value, c.mac.value
		if !c.id.ok {
			c.idOf = unused(func(key string) string { return n.seed.id(key, "eni-") }, c.key("network_interface_id"))
		}
		if !c.mac.ok {
			c.macOf = unused(n.seed.mac, c.key("mac_address"))
		}
		if c.subnet.id == "" {
			c.subnet.id = unused(func(key string) string { return n.seed.id(key, "subnet-") }, c.key("subnet_id"))
		}
	}
}

// texts are the texts of addresses or blocks, and nil for none.
func texts[T netip.Addr | netip.Prefix](values []T) []string {
	var out []string
	for _, value := range values {
		out = append(out, fmt.Sprint(value))
	}
	return out
}
