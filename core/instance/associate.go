package instance

import (
	"fmt"
	"net/netip"
	"slices"
)

// associateAll gives the interfaces their public addresses: that of the primary
// private address first.
func (n *network) associateAll() bool {
	for _, c := range n.nics {
		behind := map[netip.Addr]argument{}
		for _, as := range c.associations {
			private := as.private.value
			switch {
			case !as.private.ok:
				private = c.ips4[0]
			case slices.Contains(c.ips4, private):
			case n.refused[c.scope+"private_ips"] || n.refused[c.scope+"private_ip"]:
				return n.forget(&as.public) // the addresses are what is wrong
			default:
				return n.refuse(&as.private, "Association with another interface", fmt.Sprintf(
					"%s is no private address of this interface. Take one of its private_ips, or leave it out for the primary one.", private))
			}
			if other, taken := behind[private]; taken {
				return n.refuse(&as.public, "Two public addresses for one", fmt.Sprintf(
					"%s has the public address of line %d already. Give this one another private_ip of the interface, or leave it out.",
					private, lineOf(other)))
			}
			behind[private] = &as.public
			c.public = append(c.public, pair{as.public.value, private})
		}
		if len(c.associations) == 0 && c.associate.value {
			c.public = []pair{{n.drawPublic(c), c.ips4[0]}}
		}
		slices.SortStableFunc(c.public, func(a, b pair) int { return c.rank(a) - c.rank(b) })
	}
	return true
}

// broken says whether one half of an association is wrong, and drops the other
// one.
func (n *network) broken(as *association) bool {
	if as.public.ok && !n.refused[as.private.name] {
		return false
	}
	for _, half := range []*given[netip.Addr]{&as.public, &as.private} {
		if half.ok {
			n.forget(half)
		}
	}
	return true
}

// rank is 0 for the association of the primary private address and 1 for the
// others.
func (c *nic) rank(p pair) int {
	if p.private == c.ips4[0] {
		return 0
	}
	return 1
}

// drawPublic derives a public address.
func (n *network) drawPublic(c *nic) netip.Addr {
	for attempt := 0; ; attempt++ {
		ip := n.seed.publicIP(fmt.Sprintf("%s#%d", c.key("public_ip"), attempt))
		if !n.taken[ip] {
			return ip
		}
	}
}
