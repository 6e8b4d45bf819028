package config

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// ipv6Address decodes ipv6_address. Without an IPv6 endpoint it has no effect,
// which the user is told.
func (l *loader) ipv6Address(m *Metadata, attrs hcl.Attributes, enabled bool) {
	address, at, ok := get[string](l, attrs, "ipv6_address")
	if ok {
		switch err := checkIPv6Address(address); {
		case err != nil:
			l.errorAt(at, "Invalid address", "%s", sentence(err))
		case !enabled:
			l.warnAt(at, "IPv6 endpoint is disabled",
				"Nothing listens on %s, for the instance has no IPv6 endpoint. "+
					"Write http_protocol_ipv6 = \"enabled\" into its metadata_options, or remove ipv6_address.", address)
		default:
			m.IPv6Address, m.IPv6AddressRange = address, at
		}
	}
	if m.IPv6Address != "" && overlap(m.Address, m.IPv6Address) {
		l.errorAt(firstRange(m.IPv6AddressRange, m.AddressRange), "Two listeners on one address",
			"The metadata listener is on %s and, for IPv6, on %s. Give one of them another port or address.", m.Address, m.IPv6Address)
	}
}

// checkIPv6Address says what is wrong with an address to listen on for IPv6.
func checkIPv6Address(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = strings.Trim(address, "[]"), "1338"
	}
	ip, wrong := netip.ParseAddr(host)
	switch {
	case wrong == nil && ip.Zone() != "":
		return fmt.Errorf("%q has a zone, which no client can name: write an address without one, like %q", host, net.JoinHostPort("::1", port))
	case wrong == nil && !ip.Is4() && !ip.Is4In6():
		return checkAddress(address, false)
	case wrong == nil:
		return fmt.Errorf("%q is an IPv4 address: write it as address, and here an IPv6 one, like %q", host, net.JoinHostPort("::1", port))
	case err != nil:
		return fmt.Errorf("%q is not an IPv6 address with a port: write it like \"[::1]:1338\"", address)
	}
	return fmt.Errorf("%q in %q is not an IPv6 address: write one, like %q", host, address, net.JoinHostPort("::1", port))
}
