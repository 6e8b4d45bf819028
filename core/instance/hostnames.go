package instance

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// The types of host names.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html
const (
	ipName       = "ip-name"
	resourceName = "resource-name"
)

// names are what is given of host names.
type names struct {
	own  given[string] // a name of the user's own
	kind given[string]
}

func (n *network) readNames(a *arguments) {
	n.names.own = read(n.builder, "", "private_dns", a.PrivateDNS, a.PrivateDNSAt, checked(checkHostName))
	if a.NameOptions != nil {
		n.names.kind = read(n.builder, "private_dns_name_options.", "hostname_type", a.NameOptions.Type, a.NameOptions.TypeAt,
			checked(oneOf(ipName, resourceName)))
	}
}

// settleNames gives all interfaces their host names.
func (n *network) settleNames() bool {
	f := &n.facts
	for i, c := range n.nics {
		kind := ipName
		if i == 0 && n.names.kind.ok {
			kind = n.names.kind.value
			if kind == ipName && c.subnet.native {
				return n.refuse(&n.names.kind, "Host name of an address that there is not", fmt.Sprintf(
					"ipv6_native, at line %d, says that the subnet has IPv6 only, and there hosts are named by their id. "+
						"Write hostname_type = %q, or leave it out.", lineOf(c.subnet.nativeFrom), resourceName))
			}
		}
		if kind == resourceName || c.subnet.native {
			c.privateDNSOf = f.ID + privateDomain(f.Region)
		} else {
			c.privateDNSOf = privateDNS(c.ips4[0], f.Region)
		}
		named := !n.vpc.names.ok || n.vpc.names.value
		if named && len(c.public) > 0 {
			c.publicDNSOf = publicDNS(c.public[0].public, f.Region, f.Domain)
		}
	}
	primary := n.nics[0]
	if n.names.own.ok && !n.checkOwnName(primary) {
		return false
	}
	if n.names.own.ok && n.names.kind.ok && n.names.own.value != primary.privateDNSOf {
		return n.refuse(&n.names.kind, "Two host names", fmt.Sprintf(
			"private_dns, at line %d, is %q, and by hostname_type it would be %q. Leave one of them out.",
			lineOf(&n.names.own), n.names.own.value, primary.privateDNSOf))
	}
	if n.names.own.ok {
		primary.privateDNSOf = n.names.own.value
	}
	return true
}

// ownShape is a name that looks like an IP-based one of EC2, with the address
// and the domain if there is one.
var ownShape = lazyregexp.New(`^(?i:ip-([0-9]+-[0-9]+-[0-9]+-[0-9]+)(?:\.(.+))?)$`)

// checkOwnName holds a given name that looks like an IP-based one against the
// interface that it is the name of. The domain may be one of the user's own.
func (n *network) checkOwnName(primary *nic) bool {
	own := &n.names.own
	m := ownShape.FindStringSubmatch(own.value)
	if m == nil {
		return true
	}
	named, err := netip.ParseAddr(strings.ReplaceAll(m[1], "-", "."))
	if err != nil {
		return true // numbers that are no address
	}
	const summary = "Host name of another "
	switch has := primary.ips4; {
	case len(has) > 0 && named == has[0]:
	case n.refused[primary.privateIP.name], n.refused[primary.privateIPs.name]:
		return n.forget(own) // the address is what is wrong
	case len(has) == 0:
		return n.refuse(own, summary+"address", fmt.Sprintf(
			"%q is the name of %s, and the primary interface has no IPv4 address. Leave private_dns out: it is then %q.",
			own.value, named, primary.privateDNSOf))
	default:
		return n.refuse(own, summary+"address", fmt.Sprintf(
			"%q is the name of %s, and the primary interface has %s. Change one of them, or leave private_dns out: it follows from the address.",
			own.value, named, has[0]))
	}
	given, right := "."+strings.ToLower(m[2]), privateDomain(n.facts.Region)
	switch {
	case given == right, given != ".ec2.internal" && !strings.HasSuffix(given, ".compute.internal"):
		return true
	case n.refused["region"], n.refused["availability_zone"]:
		return n.forget(own) // the region is what is wrong
	}
	return n.refuse(own, summary+"region", fmt.Sprintf(
		"%q ends in %s, and the names of %s end in %s. Write private_dns = %q, or leave it out: it follows from the region.",
		own.value, given, n.facts.Region, right, privateDNS(named, n.facts.Region)))
}

// privateDNS is the IP-based name that a VPC gives by itself.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
func privateDNS(ip netip.Addr, region string) string {
	return "ip-" + dashed(ip) + privateDomain(region)
}

// privateDomain is the domain of the names inside a VPC, with the dot before it.
func privateDomain(region string) string {
	if region == "us-east-1" {
		return ".ec2.internal"
	}
	return "." + region + ".compute.internal"
}

// publicDNS is the name of a public address, from the same page.
func publicDNS(ip netip.Addr, region, domain string) string {
	if region == "us-east-1" {
		return "ec2-" + dashed(ip) + ".compute-1." + domain
	}
	return "ec2-" + dashed(ip) + "." + region + ".compute." + domain
}

func dashed(ip netip.Addr) string { return strings.ReplaceAll(ip.String(), ".", "-") }

var (
	hostShape   = lazyregexp.New(`^(?i:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?i:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)$`)
	numberShape = lazyregexp.New(`^(?:.*\.)?[0-9]+$`)
)

// checkHostName holds a name against RFC 1123.
func checkHostName(given string) string {
	const longest = 253
	if len(given) <= longest && hostShape.MatchString(given) && !numberShape.MatchString(given) {
		return ""
	}
	return fmt.Sprintf("%q is not a host name: it has letters, digits and dashes between its dots, such as %q.", given, "web-1.corp.example")
}
