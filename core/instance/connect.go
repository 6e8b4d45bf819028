package instance

import (
	"fmt"
	"net/netip"
	"strings"
)

// connect settles addresses and host names. It comes after locate.
func (b *builder) connect(a *arguments) {
	f := &b.facts
	private := b.seed.privateIP()
	if text, ok := take(b, "private_ip", a.PrivateIP, a.PrivateIPAt, checkPrivateIP); ok {
		private = netip.MustParseAddr(text)
	}
	f.PrivateIP = private.String()
	f.PrivateDNS = privateDNS(private, f.Region)
	text, ok := take(b, "public_ip", a.PublicIP, a.PublicIPAt, checkPublicIP)
	switch {
	case !ok:
		return
	case text == f.PrivateIP:
		b.refuse("public_ip", a.PublicIPAt, "One address twice", fmt.Sprintf(
			"%s is the private address as well. Change one of them, or leave one out.", text))
		return
	}
	f.PublicIP = text
	f.PublicDNS = publicDNS(netip.MustParseAddr(text), f.Region, f.Domain)
}

// privateDNS is the IP-based name that a VPC gives by itself.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
func privateDNS(ip netip.Addr, region string) string {
	if region == "us-east-1" {
		return "ip-" + dashed(ip) + ".ec2.internal"
	}
	return "ip-" + dashed(ip) + "." + region + ".compute.internal"
}

// publicDNS is the name of a public address, from the same page.
func publicDNS(ip netip.Addr, region, domain string) string {
	if region == "us-east-1" {
		return "ec2-" + dashed(ip) + ".compute-1." + domain
	}
	return "ec2-" + dashed(ip) + "." + region + ".compute." + domain
}

func dashed(ip netip.Addr) string { return strings.ReplaceAll(ip.String(), ".", "-") }

func checkPrivateIP(given string) string {
	ip, detail := parseIPv4(given)
	switch {
	case detail != "":
		return detail
	case within4(ip, "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"):
		return fmt.Sprintf("%s is not an address that a network interface of a VPC can have. Take one such as 172.31.5.10.", ip)
	}
	return ""
}

func checkPublicIP(given string) string {
	ip, detail := parseIPv4(given)
	switch {
	case detail != "":
		return detail
	case within4(ip, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"):
		return fmt.Sprintf("%s is a private address. Give it as private_ip, or leave public_ip out when there is none.", ip)
	case within4(ip, "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"):
		return fmt.Sprintf("%s is not a public address. Leave public_ip out when there is none.", ip)
	}
	return ""
}

func parseIPv4(given string) (ip netip.Addr, detail string) {
	ip, err := netip.ParseAddr(given)
	switch {
	case err != nil:
		return ip, fmt.Sprintf("%q is not an IPv4 address: four numbers from 0 to 255 without leading zeros, such as %q.",
			given, "172.31.5.10")
	case !ip.Is4():
		return ip, fmt.Sprintf("%q is an IPv6 address; an IPv4 one is wanted.", given)
	}
	return ip, ""
}

// within4 says whether an address lies in one of the blocks.
func within4(ip netip.Addr, blocks ...string) bool {
	for _, block := range blocks {
		if netip.MustParsePrefix(block).Contains(ip) {
			return true
		}
	}
	return false
}
