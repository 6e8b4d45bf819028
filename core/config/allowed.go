package config

import (
	"fmt"
	"net/netip"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// hostName is a DNS name without port, RFC 1123 with the underscore that
// container networks use; a dot at the end is allowed.
var hostName = lazyregexp.New(`^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$`)

// hosts decodes allowed_hosts.
func (l *loader) hosts(attrs hcl.Attributes) []string {
	list, _, _ := l.list(attrs, "allowed_hosts")
	var out []string
	for _, e := range list {
		if !hostName.MatchString(e.text) || len(e.text) > 254 {
			l.errorAt(e.at, "Invalid host name",
				"%q is not a host name: write each name in full, like \"metadata.example.internal\", without port or wildcard. IP addresses are always allowed.", e.text)
			continue
		}
		out = append(out, e.text)
	}
	return out
}

// clients decodes allowed_clients. Risk says what allowing everybody means.
func (l *loader) clients(attrs hcl.Attributes, risk string) []netip.Prefix {
	list, _, _ := l.list(attrs, "allowed_clients")
	var out []netip.Prefix
	for _, e := range list {
		prefix, err := parseNetwork(e.text)
		if err != nil {
			l.errorAt(e.at, "Invalid network", "%s", sentence(err))
			continue
		}
		if prefix.Bits() == 0 {
			l.warnAt(e.at, "Everybody is allowed", "%s is every address there is. %s", prefix, risk)
		}
		out = append(out, prefix)
	}
	return out
}

// parseNetwork reads a network such as 10.0.0.0/8, or one address.
func parseNetwork(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		return prefix, fmt.Errorf("%q is neither an IP address nor a network: write it like \"10.1.2.3\" or \"10.0.0.0/8\"", s)
	}
	if prefix != prefix.Masked() {
		return prefix, fmt.Errorf("%q has address bits behind its prefix: write %q for the network or %q for the one address", s, prefix.Masked(), prefix.Addr())
	}
	return prefix, nil
}
