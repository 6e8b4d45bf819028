package instance

import (
	"fmt"
	"net/netip"

	"github.com/hashicorp/hcl/v2"
)

// nic is one network interface: what is given of it, and what has been settled.
type nic struct {
	scope string    // its block: "network_interface[1].", or nothing for the top level
	at    hcl.Range // of the block

	id, mac      given[string]
	device, card given[int]

	subnetID given[string]
	block4   given[netip.Prefix]
	blocks6  given[[]netip.Prefix]
	native   given[bool]

	privateIP    given[netip.Addr]
	privateIPs   given[[]netip.Addr]
	secondaryIPs given[[]netip.Addr]
	addresses6   given[[]netip.Addr]
	count6       given[int]
	prefixes4    given[[]netip.Prefix]
	prefixes6    given[[]netip.Prefix]

	associations     []*association
	associate        given[bool]
	groups, groupIDs given[[]string]

	// apart is an interface for which the subnet of the primary one has no
	// room.
	apart bool

	settled
}

// association is a public address and the private one behind it.
type association struct{ public, private given[netip.Addr] }

// settled is what an interface has in the end.
type settled struct {
	slot            slot
	subnet          *subnet
	ips4, ips6      []netip.Addr
	public          []pair
	groupsOf, idsOf []string
	macOf, idOf     string
	privateDNSOf    string
	publicDNSOf     string
}

// slot is where an interface is attached. The primary one has the slot 0, 0.
type slot struct{ card, device int }

// pair is a settled association.
type pair struct{ public, private netip.Addr }

// key is the name of a fact in the seed. That of the primary interface has the
// plain name, wherever it is configured.
func (c *nic) key(fact string) string {
	if c.slot == (slot{}) {
		return fact
	}
	return fmt.Sprintf("network_interface/%d/%d/%s", c.slot.card, c.slot.device, fact)
}

// anchor is a block of addresses, most often of one, that an interface is
// given.
type anchor struct {
	block netip.Prefix
	from  argument
}

// anchors4 returns all IPv4 addresses and prefixes that are given.
func (c *nic) anchors4() []anchor {
	out := c.given4()
	for _, block := range c.prefixes4.value {
		out = append(out, anchor{block, &c.prefixes4})
	}
	return out
}

// given4 returns the private IPv4 addresses that are given, the primary one
// first if it is among them.
func (c *nic) given4() []anchor {
	var out []anchor
	if c.privateIP.ok && !c.privateIPs.ok {
		out = append(out, anchor{single(c.privateIP.value), &c.privateIP})
	}
	for _, ip := range c.privateIPs.value {
		out = append(out, anchor{single(ip), &c.privateIPs})
	}
	for _, ip := range c.secondaryIPs.value {
		out = append(out, anchor{single(ip), &c.secondaryIPs})
	}
	return out
}

// anchors6 returns all IPv6 addresses and prefixes that are given.
func (c *nic) anchors6() []anchor {
	var out []anchor
	for _, ip := range c.addresses6.value {
		out = append(out, anchor{single(ip), &c.addresses6})
	}
	for _, block := range c.prefixes6.value {
		out = append(out, anchor{block, &c.prefixes6})
	}
	return out
}

// wants4 says whether the interface cannot do without IPv4.
func (c *nic) wants4() bool {
	return len(c.anchors4()) > 0 || len(c.associations) > 0 || c.associate.value || c.native.ok && !c.native.value
}

// wants6 says whether the interface needs a subnet with IPv6.
func (c *nic) wants6() bool {
	return c.native.value || c.count6.value > 0 || c.addresses6.ok || c.prefixes6.ok
}
