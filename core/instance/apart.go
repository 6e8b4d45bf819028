package instance

import "fmt"

// tellApart refuses what two interfaces, or two addresses, cannot share.
func (n *network) tellApart() bool {
	ids, macs := map[string]argument{}, map[string]argument{}
	private, public := map[string]argument{}, map[string]argument{}
	unique := func(seen map[string]argument, value string, from argument, summary, what string) bool {
		if other, twice := seen[value]; twice {
			return n.refuse(from, summary, fmt.Sprintf(
				"%s is %s given at line %d already. Change one of them, or leave one out.", value, what, lineOf(other)))
		}
		seen[value] = from
		return true
	}
	for _, c := range n.given {
		if c.id.ok && !unique(ids, c.id.value, &c.id, "One interface twice", "the id") {
			return false
		}
		if c.mac.ok && !unique(macs, c.mac.value, &c.mac, "One MAC address twice", "the MAC address") {
			return false
		}
		for _, a := range append(c.given4(), c.anchors6()...) {
			if !a.block.IsSingleIP() {
				continue
			}
			if !unique(private, a.block.Addr().String(), a.from, "One address twice", "an address") {
				return false
			}
		}
	}
	for _, c := range n.given {
		for _, as := range c.associations {
			ip := as.public.value.String()
			if _, both := private[ip]; both {
				return n.refuse(&as.public, "One address twice", fmt.Sprintf(
					"%s is the private address as well. Change one of them, or leave one out.", ip))
			}
			if !unique(public, ip, &as.public, "One address twice", "a public address") {
				return false
			}
		}
	}
	return true
}

// disagree refuses arguments of one interface that contradict each other.
func (n *network) disagree() bool {
	for _, c := range n.given {
		if c.privateIP.ok && c.privateIPs.ok && c.privateIP.value != c.privateIPs.value[0] {
			return n.refuse(&c.privateIP, "Two primary addresses", fmt.Sprintf(
				"private_ips begins with the primary address, and that is %s, not %s. Leave private_ip out, or put %s first.",
				c.privateIPs.value[0], c.privateIP.value, c.privateIP.value))
		}
		if given := len(c.addresses6.value); c.count6.ok && c.addresses6.ok && c.count6.value != given {
			return n.refuse(&c.count6, "Number of addresses that are given", fmt.Sprintf(
				"ipv6_addresses has %d, and ipv6_address_count says %d. Leave one of them out.", given, c.count6.value))
		}
		if c.associate.ok && !c.associate.value && len(c.associations) > 0 {
			return n.refuse(&c.associate, "Public address that is not wanted", fmt.Sprintf(
				"associate_public_ip_address is false, and public_ip gives %s. Remove one of them.", c.associations[0].public.value))
		}
	}
	return true
}
