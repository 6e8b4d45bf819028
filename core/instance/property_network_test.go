package instance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/sdk"
)

// networkChoices are values of the network arguments of the instance block.
func networkChoices() map[string][]string {
	return map[string][]string{
		"vpc_id":                      {`"vpc-0123456789abcdef0"`, `"vpc-12345678"`, `"vpc"`},
		"vpc_cidr_block":              {`"10.0.0.0/16"`, `"172.31.0.0/16"`, `"10.0.0.0/28"`, `"10.0.0.0/8"`},
		"vpc_cidr_blocks":             {`["10.0.0.0/16", "172.31.0.0/20"]`, `["10.0.0.0/20"]`, `["10.0.0.0/16", "10.0.0.0/24"]`, `[]`},
		"vpc_ipv6_cidr_blocks":        {`["2600:1f16:67f:f200::/56"]`, `["2600:1f16:67f:f200::/60"]`, `["fd00::/48", "2600:1f16:67f:f200::/56"]`, `["::/0"]`},
		"enable_dns_hostnames":        {`true`, `false`, `7`},
		"subnet_id":                   {`"subnet-0123456789abcdef0"`, `"subnet-0123456789abcdef1"`, `"subnet"`},
		"subnet_cidr_block":           {`"10.0.0.0/24"`, `"10.0.0.0/28"`, `"172.31.0.0/16"`, `"10.0.0.1/24"`, `"10.1.0.0/16"`},
		"subnet_ipv6_cidr_blocks":     {`["2600:1f16:67f:f201::/64"]`, `["2600:1f16:67f:f202::/64", "2600:1f16:67f:f203::/64"]`, `["fd00::/48"]`, `["x"]`},
		"ipv6_native":                 {`true`, `false`, `true`, `[]`},
		"private_ip":                  {`"10.0.0.4"`, `"10.0.0.200"`, `"10.1.2.3"`, `"172.31.0.9"`, `"10.0.0.0"`},
		"secondary_private_ips":       {`["10.0.0.5", "10.0.0.6"]`, `["10.1.2.4"]`, `[]`, `["10.0.0.4", "10.0.0.4"]`, `["10.0.0.4","10.0.0.5","10.0.0.6","10.0.0.7","10.0.0.8","10.0.0.9","10.0.0.10","10.0.0.11","10.0.0.12","10.0.0.13","10.0.0.14"]`},
		"ipv6_addresses":              {`["2600:1f16:67f:f201::9"]`, `["2600:1f16:67f:f202::9", "2600:1F16:67f:f202:0::a"]`, `["fd00::1"]`, `["1.2.3.4"]`},
		"ipv6_address_count":          {`0`, `1`, `3`, `-1`},
		"public_ip":                   {`"52.1.2.3"`, `"54.0.0.9"`, `"10.0.0.4"`, `null`},
		"associate_public_ip_address": {`true`, `false`, `"x"`},
		"mac_address":                 {`"02:44:59:b9:cd:0e"`, `"0A-44-59-B9-CD-0E"`, `"01:44:59:b9:cd:0e"`},
		"security_groups":             {`["default"]`, `["web", "db"]`, `["sg-1"]`, `[]`},
		"vpc_security_group_ids":      {`["sg-0123456789abcdef0"]`, `["sg-0123456789abcdef1", "sg-12345678"]`, `["x"]`},
		"private_dns":                 {`"web-1.corp.example"`, `"web"`, `"10.0.0.1"`, `""`},
	}
}

// interfaceChoices are values of the arguments of a network_interface block.
func interfaceChoices() map[string][]string {
	own := map[string][]string{
		"network_interface_id": {`"eni-0123456789abcdef0"`, `"eni-0123456789abcdef1"`, `"eni"`},
		"device_index":         {`0`, `1`, `1`, `2`, `3`, `-1`},
		"network_card_index":   {`0`, `1`, `2`, `99`},
		"private_ips":          {`["10.0.0.7", "10.0.0.8"]`, `["10.0.0.9"]`, `["10.0.1.9", "10.0.2.9"]`, `["10.0.3.9", "10.9.3.9"]`, `[]`},
		"ipv4_prefixes":        {`["10.0.0.16/28"]`, `["10.0.0.32/28", "10.0.0.48/28"]`, `["10.0.2.0/28"]`, `["10.0.4.16/28"]`, `["10.0.0.16/27"]`},
		"ipv6_prefixes":        {`["2600:1f16:67f:f201:5::/80"]`, `["2600:1f16:67f:f202:6::/80"]`, `["2600:1f16:67f:f201::/64"]`},
		"security_group_ids":   {`["sg-0123456789abcdef0"]`, `["sg-0123456789abcdef1", "sg-12345678"]`},
	}
	for _, name := range []string{
		"mac_address", "subnet_id", "subnet_cidr_block", "subnet_ipv6_cidr_blocks", "ipv6_native", "private_ip", "ipv6_addresses",
		"ipv6_address_count", "security_groups",
	} {
		own[name] = networkChoices()[name]
	}
	return own
}

// randomNetwork writes arguments and blocks that have to do with the network.
func randomNetwork(r *rand.Rand) string {
	var b strings.Builder
	some := func(all map[string][]string, density float64) {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if r.Float64() < density {
				fmt.Fprintf(&b, "%s = %s\n", name, all[name][r.IntN(len(all[name]))])
			}
		}
	}
	if r.IntN(2) == 0 {
		fmt.Fprintf(&b, "instance_type = %q\n", []string{"m5.large", "p4d.24xlarge", "trn1.32xlarge"}[r.IntN(3)])
	}
	some(networkChoices(), r.Float64()*r.Float64()*r.Float64())
	if r.IntN(8) == 0 {
		fmt.Fprintf(&b, "private_dns_name_options {\n hostname_type = %q\n}\n", []string{"ip-name", "resource-name", "x"}[r.IntN(3)])
	}
	density := r.Float64() * r.Float64() * r.Float64()
	for i := range r.IntN(5) {
		b.WriteString("network_interface {\n")
		some(interfaceChoices(), density)
		for j := range r.IntN(3) {
			fmt.Fprintf(&b, " association {\n")
			some(map[string][]string{"public_ip": {`"52.1.2.3"`, fmt.Sprintf(`"52.1.%d.%d"`, i, j), `"10.0.0.4"`}}, 0.9)
			some(map[string][]string{"private_ip": {`"10.0.0.7"`, `"10.0.0.8"`, `"10.0.1.9"`}}, 0.4)
			b.WriteString(" }\n")
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func TestRandomNetworksAreConsistent(t *testing.T) {
	t.Parallel()
	const runs = randomRuns
	r := rand.New(rand.NewPCG(3, 4))
	clean := 0
	for i := range runs {
		source, seed := randomNetwork(r), fmt.Sprint("seed ", i)
		in, diags := decode(t, source, seed)
		consistent(t, in)
		if same, _ := decode(t, source, seed); sameFacts(in.Facts, same.Facts) != "" {
			t.Errorf("one seed, two networks")
		}
		again, moved := decode(t, strings.Join(write(&in.Facts), "\n"), "another seed")
		if moved.HasErrors() {
			t.Errorf("facts are refused when they are written: %v\n%s", moved, strings.Join(write(&in.Facts), "\n"))
		}
		if diff := sameFacts(in.Facts, again.Facts); diff != "" {
			t.Errorf("facts change when they are written (-first +second):\n%s", diff)
		}
		if t.Failed() {
			t.Fatalf("the instance was\n%s\nwith %v", source, diags)
		}
		if !diags.HasErrors() {
			clean++
		}
	}
	if clean < runs/10 || clean > runs*9/10 {
		t.Errorf("%d of %d configurations have no mistake: the choices prove little", clean, runs)
	}
}

// writeNetwork writes the network of an instance.
func writeNetwork(f *sdk.Instance) []string {
	out := []string{line("vpc_id", f.VPCID), line("vpc_cidr_blocks", f.VPCCIDRBlocks), line("private_dns", f.PrivateDNS)}
	if len(f.VPCIPv6CIDRBlocks) > 0 {
		out = append(out, line("vpc_ipv6_cidr_blocks", f.VPCIPv6CIDRBlocks))
	}
	named := true
	for _, n := range f.NetworkInterfaces {
		named = named && (len(n.Associations) == 0 || n.PublicDNS != "")
		lines := []string{
			line("network_interface_id", n.ID), line("mac_address", n.MACAddress), line("device_index", n.DeviceIndex),
			line("network_card_index", n.NetworkCardIndex), line("subnet_id", n.SubnetID),
			line("security_groups", n.SecurityGroups), line("security_group_ids", n.SecurityGroupIDs),
		}
		if n.SubnetCIDRBlock == "" {
			lines = append(lines, "ipv6_native = true")
		} else {
			lines = append(lines, line("subnet_cidr_block", n.SubnetCIDRBlock))
		}
		for name, values := range map[string][]string{
			"subnet_ipv6_cidr_blocks": n.SubnetIPv6CIDRBlocks, "private_ips": n.PrivateIPs, "ipv6_addresses": n.IPv6Addresses,
			"ipv4_prefixes": n.IPv4Prefixes, "ipv6_prefixes": n.IPv6Prefixes,
		} {
			if len(values) > 0 {
				lines = append(lines, line(name, values))
			}
		}
		for _, a := range n.Associations {
			lines = append(lines, fmt.Sprintf("association {\n  public_ip = %q\n  private_ip = %q\n }", a.PublicIP, a.PrivateIP))
		}
		out = append(out, "network_interface {\n "+strings.Join(lines, "\n ")+"\n}")
	}
	if !named {
		out = append(out, "enable_dns_hostnames = false")
	}
	return out
}

func line(name string, value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return name + " = " + string(text)
}

var macShape = regexp.MustCompile(`^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$`)

// networkConsistent holds the network against what must be true of every one.
func networkConsistent(t *testing.T, f *sdk.Instance) {
	t.Helper()
	holds := func(ok bool, rule string) {
		t.Helper()
		if !ok {
			t.Errorf("not so: %s: %+v", rule, f.NetworkInterfaces)
		}
	}
	unique := map[string]bool{}
	once := func(value string) {
		t.Helper()
		holds(value != "" && !unique[value], value+" is there once")
		unique[value] = true
	}
	vpc := blocks(t, f.VPCCIDRBlocks, f.VPCIPv6CIDRBlocks)
	holds(strings.HasPrefix(f.VPCID, "vpc-") && len(f.VPCCIDRBlocks) > 0, "there is a VPC with IPv4")
	if len(f.NetworkInterfaces) == 0 {
		t.Fatal("no interface")
	}
	first := &f.NetworkInterfaces[0]
	holds(first.DeviceIndex == 0 && (first.NetworkCardIndex == nil || *first.NetworkCardIndex == 0), "the first interface is the primary one")
	holds(f.PrivateIP == at0(first.PrivateIPs) && f.PrivateDNS == first.PrivateDNS && f.PublicDNS == first.PublicDNS, "the instance agrees with it")

	subnets := map[string][]netip.Prefix{} // by id
	groups := map[string]string{}          // ids by name
	last := -1
	for _, n := range f.NetworkInterfaces {
		card := 0
		holds((n.NetworkCardIndex == nil) == (first.NetworkCardIndex == nil), "all interfaces have a card or none")
		if n.NetworkCardIndex != nil {
			card = *n.NetworkCardIndex
		}
		holds(card*1000+n.DeviceIndex > last, "interfaces are in order")
		last = card*1000 + n.DeviceIndex
		once(n.ID)
		once(n.MACAddress)
		holds(macShape.MatchString(n.MACAddress), "the MAC address is unicast")

		own := blocks(t, some(n.SubnetCIDRBlock), n.SubnetIPv6CIDRBlocks)
		holds(len(own) > 0, "the subnet has blocks")
		for _, block := range own {
			holds(inside(vpc, block), block.String()+" lies in the VPC")
		}
		if other, known := subnets[n.SubnetID]; known {
			holds(slices.Equal(other, own), "a subnet has the same blocks everywhere")
		}
		for id, other := range subnets {
			for _, block := range own {
				holds(id == n.SubnetID || !slices.ContainsFunc(other, block.Overlaps), "subnets do not overlap")
			}
		}
		subnets[n.SubnetID] = own
		holds((n.SubnetCIDRBlock == "") == (len(n.PrivateIPs) == 0), "where the subnet has IPv4, so has the interface")
		holds(n.SubnetCIDRBlock != "" || len(n.IPv6Addresses) > 0, "an interface has an address")
		for _, text := range slices.Concat(n.PrivateIPs, n.IPv6Addresses) {
			once(text)
			ip := netip.MustParseAddr(text)
			holds(ip.String() == text && inside(own, netip.PrefixFrom(ip, ip.BitLen())), text+" lies in its subnet")
			for _, block := range own {
				holds(!block.Contains(ip) || !reserved(block, ip), text+" is not reserved")
			}
		}
		prefixes := blocks(t, n.IPv4Prefixes, n.IPv6Prefixes)
		for _, p := range prefixes {
			once(p.String())
			holds(inside(own, p), "a prefix lies in the subnet")
			for _, n := range f.NetworkInterfaces {
				holds(!slices.ContainsFunc(slices.Concat(n.PrivateIPs, n.IPv6Addresses), func(ip string) bool {
					return p.Contains(netip.MustParseAddr(ip))
				}), "a prefix has no address of an interface")
			}
		}
		for i, a := range n.Associations {
			once(a.PublicIP)
			holds(slices.Contains(n.PrivateIPs, a.PrivateIP) && (i == 0 || a.PrivateIP != n.PrivateIPs[0]), "associations are with own addresses")
			holds(!netip.MustParseAddr(a.PublicIP).IsPrivate(), "public addresses are public")
		}
		names(t, f, &n, n.ID == first.ID)
		holds(len(n.SecurityGroups) > 0 && len(n.SecurityGroups) == len(n.SecurityGroupIDs), "each group has an id")
		for i, name := range n.SecurityGroups {
			id, known := groups[name]
			holds(!known || id == n.SecurityGroupIDs[i], "a group has the same id everywhere")
			groups[name] = n.SecurityGroupIDs[i]
		}
	}
	if len(first.Associations) > 0 {
		holds(f.PublicIP == first.Associations[0].PublicIP, "the public address is that of the first interface")
	} else {
		holds(f.PublicIP == "", "there is a public address only if the first interface has one")
	}
}

// names holds the host names of an interface against its addresses.
func names(t *testing.T, f *sdk.Instance, n *sdk.NetworkInterface, primary bool) {
	t.Helper()
	private, public := "."+f.Region+".compute.internal", "."+f.Region+".compute."+f.Domain
	if f.Region == "us-east-1" {
		private, public = ".ec2.internal", ".compute-1."+f.Domain
	}
	host, internal := strings.CutSuffix(n.PrivateDNS, private)
	byAddress := len(n.PrivateIPs) > 0 && host == "ip-"+strings.ReplaceAll(n.PrivateIPs[0], ".", "-")
	if !internal && !primary || internal && !byAddress && host != f.ID {
		t.Errorf("the private name of %v is %s", n.PrivateIPs, n.PrivateDNS)
	}
	if n.PublicDNS == "" {
		return
	}
	if want := "ec2-" + strings.ReplaceAll(n.Associations[0].PublicIP, ".", "-") + public; n.PublicDNS != want {
		t.Errorf("the public name of %v is %s", n.Associations, n.PublicDNS)
	}
}

func blocks(t *testing.T, lists ...[]string) []netip.Prefix {
	t.Helper()
	var out []netip.Prefix
	for _, text := range slices.Concat(lists...) {
		block, err := netip.ParsePrefix(text)
		if err != nil || block != block.Masked() || block.String() != text {
			t.Fatalf("%q is no block: %v", text, err)
		}
		out = append(out, block)
	}
	return out
}

func inside(outer []netip.Prefix, inner netip.Prefix) bool {
	return slices.ContainsFunc(outer, func(o netip.Prefix) bool { return o.Bits() <= inner.Bits() && o.Contains(inner.Addr()) })
}

// reserved says whether an address is one of the first four of a block or its
// last one.
func reserved(block netip.Prefix, ip netip.Addr) bool {
	first := block.Addr()
	for range 4 {
		if ip == first {
			return true
		}
		first = first.Next()
	}
	return !block.Contains(ip.Next())
}

func some(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func at0(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
