package config

import (
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

var metadataSchema = hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "address"},
		{Name: "ipv6_address"},
		{Name: "omit"},
		{Name: "allowed_hosts"},
		{Name: "allowed_clients"},
		{Name: "keep_alive"},
		{Name: "instance"},
	},
	Blocks: []hcl.BlockHeaderSchema{{Type: "instance_cache"}},
}

// metadata decodes the metadata block, which may be nil.
func (l *loader) metadata(block *hcl.Block, s *Instances) Metadata {
	m := Metadata{Address: DefaultMetadataAddress, Cache: Cache{Count: DefaultCacheCount, Bytes: DefaultCacheBytes}}
	ipv6 := s.ipv6()
	if ipv6 {
		m.IPv6Address = DefaultMetadataIPv6Address
	}
	if block == nil {
		return m
	}
	content := l.content(block.Body, &metadataSchema)
	attrs := content.Attributes
	if address, at, ok := get[string](l, attrs, "address"); ok {
		if err := checkAddress(address, false); err != nil {
			l.errorAt(at, "Invalid address", "%s", sentence(err))
		} else {
			m.Address, m.AddressRange = address, at
		}
	}
	l.ipv6Address(&m, attrs, ipv6)
	m.Omit, m.OmitRange = l.omit(attrs)
	m.AllowedHosts = l.hosts(attrs)
	m.AllowedClients = l.clients(attrs, "Every machine that reaches this address can read the metadata and, with an iam plugin, the credentials.")
	m.KeepAlive, _, _ = get[bool](l, attrs, "keep_alive")
	m.Instance = l.instanceOf(attrs, s)
	l.cache(&m.Cache, l.one(content.Blocks, "instance_cache"))
	return m
}

// firstRange is the range that says something, of two.
func firstRange(a, b hcl.Range) hcl.Range {
	if a == (hcl.Range{}) {
		return b
	}
	return a
}

// resolve makes a path of the configuration absolute.
func (l *loader) resolve(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(l.dir, path)
}

// checkAddress says what is wrong with an address to listen on. Only the admin
// listener may leave out the host.
func checkAddress(address string, all bool) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		if ip, err := netip.ParseAddr(strings.Trim(address, "[]")); err == nil {
			return fmt.Errorf("%q has no port: write %q", address, net.JoinHostPort(ip.String(), "1338"))
		}
		return fmt.Errorf("%q is not an address with a port: write it like \"127.0.0.1:1338\" or \"[::1]:1338\"", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("%q in %q is not a port: write a number from 0 to 65535, where 0 takes a free one", port, address)
	}
	if host == "" && !all {
		return fmt.Errorf("%q does not say on which address to listen: write \"127.0.0.1%s\" for this host only, or the address of an interface", address, address)
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "localhost" && host != "" {
		return fmt.Errorf("%q in %q is not an IP address: write the address of an interface, or localhost", host, address)
	}
	return nil
}

// overlap says whether two addresses that are well-formed cannot both be
// listened on.
func overlap(a, b string) bool {
	hostA, portA, _ := net.SplitHostPort(a)
	hostB, portB, _ := net.SplitHostPort(b)
	return portA == portB && portA != "0" && (everything(hostA) || everything(hostB) || sameHost(hostA, hostB))
}

func everything(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "" || err == nil && ip.IsUnspecified()
}

func sameHost(a, b string) bool {
	ipA, errA := netip.ParseAddr(strings.Replace(a, "localhost", "127.0.0.1", 1))
	ipB, errB := netip.ParseAddr(strings.Replace(b, "localhost", "127.0.0.1", 1))
	return errA == nil && errB == nil && ipA.Unmap() == ipB.Unmap()
}
