package guard

import (
	"net"
	"net/netip"
)

// Peer says whether a connection from remote to local, the two addresses of
// the accepted socket, may be served: remote is a loopback address, equals
// local, lies in Clients, or is an address of one of this host's interfaces. A
// client of 169.254.169.254 on this host comes from 169.254.169.254, so
// loopback alone would not do. The interfaces are looked up only when nothing
// else allows the peer; when that fails the peer is refused. Their link-local
// IPv6 addresses do not count, for a neighbour on another link may have the
// same; a client on this host has one only when local is the same.
//
// IPv4 addresses may be mapped into IPv6, and zones are not looked at.
func (p *Policy) Peer(remote, local netip.Addr) bool {
	remote, local = plain(remote), plain(local)
	if !remote.IsValid() {
		return false
	}
	if remote.IsLoopback() || remote == local {
		return true
	}
	for _, c := range p.Clients {
		if plainPrefix(c).Contains(remote) {
			return true
		}
	}
	return p.ownAddress(remote)
}

// ownAddress says whether an interface of this host, and nobody else, has the
// address. It is looked up each time: addresses come and go while a listener
// lives.
func (p *Policy) ownAddress(remote netip.Addr) bool {
	if remote.Is6() && remote.IsLinkLocalUnicast() {
		return false
	}
	lookup := p.interfaces
	if lookup == nil {
		lookup = net.InterfaceAddrs
	}
	addrs, err := lookup()
	if err != nil {
		return false
	}
	for _, a := range addrs {
		if Addr(a) == remote {
			return true
		}
	}
	return false
}

// Addr returns the IP address in a, without port and zone and with a mapped
// IPv4 address as IPv4. It is the zero Addr, which no policy allows, when a
// holds none: a nil address or that of a Unix socket.
func Addr(a net.Addr) netip.Addr {
	var ip net.IP
	switch a := a.(type) {
	case *net.TCPAddr:
		ip = a.IP
	case *net.IPNet:
		ip = a.IP
	case *net.IPAddr:
		ip = a.IP
	}
	addr, _ := netip.AddrFromSlice(ip)
	return plain(addr)
}

func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// plainPrefix unmaps ::ffff:192.0.2.0/120 to 192.0.2.0/24, since
// [netip.Prefix.Contains] keeps the two families apart.
func plainPrefix(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p
}
