package instance

import (
	"net/netip"
	"slices"
)

// network is the VPC and all interfaces of the instance, while they are being
// settled.
type network struct {
	*builder
	vpc vpc
	// given are all interfaces, the primary one first and then in the order of
	// the file, and nics are the same in the order of cards and device indexes,
	// which begins with the primary one too.
	given, nics []*nic
	names       names

	subnets []*subnet
	taken   map[netip.Addr]bool // addresses, private and public, that somebody has
}

// connect settles the network. It comes after locate and equip.
//
// What contradicts another argument is reported, becomes one that is not given,
// and all is settled anew: so one mistake is told once, and the facts are those
// of a configuration without it.
func (b *builder) connect(a *arguments) {
	n := &network{builder: b}
	n.readVPC(a)
	n.readInterfaces(a)
	n.readNames(a)
	for !n.settle() {
	}
	n.warnOfNative()
	n.publish()
}

// settle settles all, or forgets one argument and returns false.
func (n *network) settle() bool {
	n.subnets = nil
	n.taken = map[netip.Addr]bool{}
	for _, c := range n.given {
		c.settled = settled{}
		c.associations = slices.DeleteFunc(c.associations, n.broken)
	}
	for _, step := range []func() bool{
		n.settleVPC, n.seat, n.tellApart, n.disagree,
		n.joinGiven, n.joinOthers, n.checkNative, n.checkAddresses4, n.settleBlocks6, n.checkAddresses6,
		n.reserve, n.drawAddresses4, n.drawAddresses6, n.associateAll, n.settleGroups, n.settleNames,
	} {
		if !step() {
			return false
		}
	}
	return true
}

// refuse reports a contradiction and forgets the argument that it is seen in.
// Like forget it returns false: begin again.
func (n *network) refuse(a argument, summary, detail string) bool {
	name, at := a.where()
	n.builder.refuse(name, at, summary, detail)
	a.forget()
	return false
}

// forget drops an argument without a word, because another one is what is
// wrong.
func (n *network) forget(a argument) bool {
	name, _ := a.where()
	n.drop(name)
	a.forget()
	return false
}
