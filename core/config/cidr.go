package config

import (
	"math/big"
	"net"
	"net/netip"

	"github.com/apparentlymart/go-cidr/cidr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/gocty"
)

// maxHosts is how many addresses cidrhosts lists: those of a /14.
const maxHosts = 1 << 18

// cidrHostFunc is cidrhost(prefix, hostnum): an address of a network by its
// number, from the end when that is negative.
func cidrHostFunc() function.Function {
	return prefixFunc([]function.Parameter{{Name: "hostnum", Type: cty.Number}}, cty.String,
		func(p netip.Prefix, args []cty.Value) (cty.Value, error) {
			var n *big.Int
			if err := gocty.FromCtyValue(args[0], &n); err != nil {
				return cty.NilVal, function.NewArgErrorf(1, "the number of an address is a whole one")
			}
			ip, err := cidr.HostBig(ipNet(p), n)
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(1, "%s has no address with the number %s", p, n)
			}
			addr, _ := netip.AddrFromSlice(ip)
			return cty.StringVal(sameFamily(addr, p).String()), nil
		})
}

// cidrSubnetFunc is cidrsubnet(prefix, newbits, netnum): a network in a
// network, whose prefix is newbits longer, by its number.
func cidrSubnetFunc() function.Function {
	return prefixFunc([]function.Parameter{{Name: "newbits", Type: cty.Number}, {Name: "netnum", Type: cty.Number}}, cty.String,
		func(p netip.Prefix, args []cty.Value) (cty.Value, error) {
			var bits int
			if err := gocty.FromCtyValue(args[0], &bits); err != nil || bits < 0 || bits > p.Addr().BitLen()-p.Bits() {
				return cty.NilVal, function.NewArgErrorf(1, "the prefix of %s can be made longer by 0 to %d bits", p, p.Addr().BitLen()-p.Bits())
			}
			var n *big.Int
			if err := gocty.FromCtyValue(args[1], &n); err != nil {
				return cty.NilVal, function.NewArgErrorf(2, "the number of a network is a whole one")
			}
			subnet, err := cidr.SubnetBig(ipNet(p), bits, n)
			if err != nil || n.Sign() < 0 {
				return cty.NilVal, function.NewArgErrorf(2, "%s has no network with the number %s when its prefix is %d bits longer", p, n, bits)
			}
			addr, _ := netip.AddrFromSlice(subnet.IP)
			return cty.StringVal(netip.PrefixFrom(sameFamily(addr, p), p.Bits()+bits).String()), nil
		})
}

// cidrHostsFunc is cidrhosts(prefix): the set of all addresses of a network.
// As the for_each of an instance block it is not listed, so there it may be of
// any size.
func cidrHostsFunc() function.Function {
	return prefixFunc(nil, cty.Set(cty.String), func(p netip.Prefix, _ []cty.Value) (cty.Value, error) {
		if size(p) > maxHosts {
			return cty.NilVal, function.NewArgErrorf(0, "%s has more than %d addresses, which are not listed; "+
				"for_each = cidrhosts(%q) with match = [each.key] lists none", p, maxHosts, p)
		}
		list := make([]cty.Value, 0, size(p))
		for a := p.Addr(); p.Contains(a); a = a.Next() {
			list = append(list, cty.StringVal(a.String()))
		}
		return cty.SetVal(list), nil
	})
}

// prefixFunc is a function whose first argument is a network.
func prefixFunc(more []function.Parameter, returns cty.Type, f func(p netip.Prefix, args []cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params: append([]function.Parameter{{Name: "prefix", Type: cty.String}}, more...),
		Type:   function.StaticReturnType(returns),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p, err := netip.ParsePrefix(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(0, "%q is not a network: write it like \"10.0.0.0/24\"", args[0].AsString())
			}
			return f(plainPrefix(p).Masked(), args[1:])
		},
	})
}

// size is how many addresses a network has; beyond 2^62 it is that.
func size(p netip.Prefix) int {
	return 1 << min(p.Addr().BitLen()-p.Bits(), 62)
}

// ipNet is a network as package net has it.
func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// plainPrefix makes a network of IPv4 mapped into IPv6 one of IPv4.
func plainPrefix(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p
}

// sameFamily undoes the mapping of IPv4 that package net likes to make.
func sameFamily(a netip.Addr, p netip.Prefix) netip.Addr {
	if p.Addr().Is4() {
		return a.Unmap()
	}
	return a
}
