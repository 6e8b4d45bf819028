package guard

import (
	"net/netip"
	"strings"
)

// Host says whether the value of a Host header names this host: an IP address
// literal, localhost, instance-data, instance-data.ec2.internal, one of Hosts,
// or nothing at all, as HTTP/1.0 clients send. Any of them may have a port.
//
// An address literal is safe whatever the address: it needs no resolver, so
// nobody can rebind it. Other spellings of addresses that some resolvers
// accept (127.1, 0x7f000001) are names and refused.
func (p *Policy) Host(host string) bool {
	if host == "" {
		return true
	}
	if strings.Count(host, ":") > 1 && host[0] != '[' {
		return isAddr(host, netip.Addr.Is6)
	}
	name, ok := cutPort(host)
	if !ok || name == "" {
		return false
	}
	switch {
	case name[0] == '[':
		return name[len(name)-1] == ']' && isAddr(name[1:len(name)-1], netip.Addr.Is6)
	case name[0] >= '0' && name[0] <= '9' && isAddr(name, netip.Addr.Is4):
		return true
	}
	for _, allowed := range fixedHosts {
		if sameName(name, allowed) {
			return true
		}
	}
	for _, allowed := range p.Hosts {
		if sameName(name, allowed) {
			return true
		}
	}
	return false
}

func isAddr(s string, family func(netip.Addr) bool) bool {
	addr, err := netip.ParseAddr(s)
	return err == nil && addr.Zone() == "" && family(addr)
}

// cutPort removes a port, and is false when what follows the colon is not one.
// A colon inside brackets belongs to the address.
func cutPort(host string) (name string, ok bool) {
	colon := strings.LastIndexByte(host, ':')
	if colon < 0 || colon < strings.LastIndexByte(host, ']') {
		return host, true
	}
	digits, number := host[colon+1:], 0
	if digits == "" || len(digits) > 5 {
		return "", false
	}
	for _, d := range []byte(digits) {
		if d < '0' || d > '9' {
			return "", false
		}
		number = number*10 + int(d-'0')
	}
	return host[:colon], number <= 65535
}

// sameName compares two host names without regard to case and one trailing
// dot. Only ASCII letters fold: strings.EqualFold would take the Kelvin sign
// for a k.
func sameName(a, b string) bool {
	a, b = strings.TrimSuffix(a, "."), strings.TrimSuffix(b, ".")
	if len(a) != len(b) || a == "" {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
