package network

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// blockForm writes an IPv6 block in one of the forms that the service uses.
type blockForm func(block string) (string, error)

// spelledOut writes every hextet, zeros too, as the service does for the
// blocks of subnets and VPCs: "2600:1f16:67f:f201:0:0:0:0/64".
func spelledOut(block string) (string, error) {
	p, err := parseIPv6Block(block)
	if err != nil {
		return "", err
	}
	bytes := p.Addr().As16()
	hextets := make([]string, 8)
	for i := range hextets {
		hextets[i] = strconv.FormatUint(uint64(binary.BigEndian.Uint16(bytes[2*i:])), 16)
	}
	return strings.Join(hextets, ":") + "/" + strconv.Itoa(p.Bits()), nil
}

// compressed writes the form of RFC 5952, as the service does for delegated
// prefixes: "2600:1f16:abc:1234:5678::/80".
func compressed(block string) (string, error) {
	p, err := parseIPv6Block(block)
	if err != nil {
		return "", err
	}
	return p.String(), nil
}

func parseIPv6Block(block string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(block)
	if err != nil || !p.Addr().Is6() {
		return netip.Prefix{}, fmt.Errorf("%q is no IPv6 block such as 2600:1f16:abc:1234::/64", block)
	}
	return p, nil
}
