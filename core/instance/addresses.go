package instance

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// unusable returns the blocks of IPv4 that no interface has addresses of.
func unusable() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"),
		netip.MustParsePrefix("224.0.0.0/4"), netip.MustParsePrefix("240.0.0.0/4"),
	}
}

func parsePrivateIP(raw string) (netip.Addr, string) {
	ip, detail := parseIPv4(raw)
	if detail == "" && anyContains(unusable(), ip) {
		detail = fmt.Sprintf("%s is not an address that a network interface of a VPC can have. Take one such as 172.31.5.10.", ip)
	}
	return ip, detail
}

func parsePublicIP(raw string) (netip.Addr, string) {
	ip, detail := parseIPv4(raw)
	switch {
	case detail != "":
		return ip, detail
	case ip.IsPrivate() || netip.MustParsePrefix("100.64.0.0/10").Contains(ip):
		return ip, fmt.Sprintf("%s is a private address. Give it as private_ip, or leave public_ip out when there is none.", ip)
	case anyContains(unusable(), ip):
		return ip, fmt.Sprintf("%s is not a public address. Leave public_ip out when there is none.", ip)
	}
	return ip, ""
}

func parseIPv4(raw string) (netip.Addr, string) {
	ip, err := netip.ParseAddr(raw)
	switch {
	case err != nil:
		return ip, fmt.Sprintf("%q is not an IPv4 address: four numbers from 0 to 255 without leading zeros, such as %q.",
			raw, "172.31.5.10")
	case !ip.Is4():
		return ip, fmt.Sprintf("%q is an IPv6 address; an IPv4 one is wanted.", raw)
	}
	return ip, ""
}

func parseIPv6(raw string) (netip.Addr, string) {
	ip, err := netip.ParseAddr(raw)
	switch {
	case err != nil:
		return ip, fmt.Sprintf("%q is not an IPv6 address, such as %q.", raw, "2600:1f16:67f:f201::a")
	case ip.Is4() || ip.Is4In6():
		return ip, fmt.Sprintf("%q is an IPv4 address; an IPv6 one is wanted.", raw)
	case ip.Zone() != "" || !ip.IsGlobalUnicast():
		return ip, fmt.Sprintf("%q is not an address that a network interface of a VPC can have. Take one such as %q.",
			raw, "2600:1f16:67f:f201::a")
	}
	return ip, ""
}

// parseBlock4 returns a parser of IPv4 blocks of the sizes that what, such as
// "a subnet", has.
func parseBlock4(what string, most, least int) func(string) (netip.Prefix, string) {
	return func(raw string) (netip.Prefix, string) {
		block, err := netip.ParsePrefix(raw)
		switch {
		case err != nil || !block.Addr().Is4():
			return block, fmt.Sprintf("%q is not an IPv4 block: an address, a slash and a number of bits, such as %q.", raw, "10.0.1.0/24")
		case block != block.Masked():
			return block, hostBits(block)
		case block.Bits() < most || block.Bits() > least:
			return block, fmt.Sprintf("%s has a size that %s has not: %s.", block, what, sizes(most, least))
		case anyOverlaps(unusable(), block):
			return block, fmt.Sprintf("%s is not a block that a VPC can have. Take one such as %q.", block, "10.0.1.0/24")
		}
		return block, ""
	}
}

// parseBlock6 is parseBlock4 for IPv6, where the sizes go in steps of 4.
func parseBlock6(what string, most, least int) func(string) (netip.Prefix, string) {
	return func(raw string) (netip.Prefix, string) {
		block, err := netip.ParsePrefix(raw)
		switch {
		case err != nil || block.Addr().Is4() || block.Addr().Is4In6():
			return block, fmt.Sprintf("%q is not an IPv6 block: an address, a slash and a number of bits, such as %q.",
				raw, "2600:1f16:67f:f201::/64")
		case block != block.Masked():
			return block, hostBits(block)
		case block.Bits() < most || block.Bits() > least || block.Bits()%4 != 0:
			return block, fmt.Sprintf("%s has a size that %s has not: %s.", block, what, sizes(most, least))
		case !block.Addr().IsGlobalUnicast():
			return block, fmt.Sprintf("%s is not a block that a VPC can have. Take one such as %q.", block, "2600:1f16:67f:f201::/64")
		}
		return block, ""
	}
}

func hostBits(block netip.Prefix) string {
	return fmt.Sprintf("%s is an address in a block; the block itself is %q.", block, block.Masked())
}

func sizes(most, least int) string {
	if most == least {
		return fmt.Sprintf("it is a /%d", most)
	}
	if least > 32 {
		return fmt.Sprintf("it is from /%d to /%d in steps of 4", most, least)
	}
	return fmt.Sprintf("it is from /%d to /%d", most, least)
}

var macShape = lazyregexp.New(`^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$`)

// parseMAC returns a MAC address in lower case with colons.
func parseMAC(raw string) (string, string) {
	mac := strings.ToLower(raw)
	if !strings.Contains(mac, ":") {
		mac = strings.ReplaceAll(mac, "-", ":")
	}
	switch {
	case !macShape.MatchString(mac) || mac == "00:00:00:00:00:00":
		return "", fmt.Sprintf("%q is not a MAC address: six pairs of hexadecimal digits with colons, such as %q.", raw, "02:44:59:b9:cd:0e")
	case strings.Contains("13579bdf", mac[1:2]):
		return "", fmt.Sprintf("%q is a multicast address, which no interface has: its second digit is odd. Take one such as %q.",
			raw, "02:44:59:b9:cd:0e")
	}
	return mac, ""
}

// single is the block of one address.
func single(ip netip.Addr) netip.Prefix { return netip.PrefixFrom(ip, ip.BitLen()) }

// around is the block of a size that an address lies in.
func around(ip netip.Addr, bits int) netip.Prefix { return netip.PrefixFrom(ip, bits).Masked() }

func anyContains(blocks []netip.Prefix, ip netip.Addr) bool { return anyOverlaps(blocks, single(ip)) }

func anyOverlaps(blocks []netip.Prefix, block netip.Prefix) bool {
	for _, b := range blocks {
		if b.Overlaps(block) {
			return true
		}
	}
	return false
}

// covers says whether the whole of a block lies in another one.
func covers(outer, inner netip.Prefix) bool {
	return outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}

func anyCovers(outer []netip.Prefix, inner netip.Prefix) bool {
	for _, block := range outer {
		if covers(block, inner) {
			return true
		}
	}
	return false
}

// offset returns the address that lies n behind an IPv4 address.
func offset(ip netip.Addr, n uint64) netip.Addr {
	a := ip.As4()
	binary.BigEndian.PutUint32(a[:], binary.BigEndian.Uint32(a[:])+uint32(n))
	return netip.AddrFrom4(a)
}

// kept says whether AWS keeps an address of a part of a subnet's block for
// itself: the first four and the last one of each block.
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
func kept(block, part netip.Prefix) bool {
	first := netip.PrefixFrom(block.Addr(), block.Addr().BitLen()-2)
	return first.Overlaps(part) || part.Contains(lastOf(block))
}

// lastOf returns the last address of a block.
func lastOf(block netip.Prefix) netip.Addr {
	a := block.Addr().AsSlice()
	for bit := block.Bits(); bit < 8*len(a); bit++ {
		a[bit/8] |= 0x80 >> (bit % 8)
	}
	ip, _ := netip.AddrFromSlice(a)
	return ip
}

// spliced returns the address with the leading bits of a block and the other
// ones of tail, which has 16 bytes.
func spliced(block netip.Prefix, tail []byte) netip.Addr {
	a := block.Addr().As16()
	for bit := block.Bits(); bit < 128; bit++ {
		mask := byte(0x80) >> (bit % 8)
		a[bit/8] = a[bit/8]&^mask | tail[bit/8]&mask
	}
	return netip.AddrFrom16(a)
}
