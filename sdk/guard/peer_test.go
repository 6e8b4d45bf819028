package guard

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

func TestPeer(t *testing.T) {
	t.Parallel()
	own := []net.Addr{
		&net.IPNet{IP: net.ParseIP("192.0.2.10"), Mask: net.CIDRMask(24, 32)},
		&net.IPNet{IP: net.ParseIP("2001:db8::10"), Mask: net.CIDRMask(64, 128)},
		&net.IPNet{IP: net.ParseIP("fe80::10"), Mask: net.CIDRMask(64, 128)},
	}
	clients := []netip.Prefix{
		netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("2001:db8:5::/48"),
		netip.MustParsePrefix("::ffff:203.0.113.0/120"),
	}
	for _, tt := range []struct {
		name, remote, local string
		want                bool
		lookups             int
	}{
		{"loopback", "127.0.0.1", "127.0.0.1", true, 0},
		{"another loopback address", "127.9.9.9", "169.254.169.254", true, 0},
		{"IPv6 loopback", "::1", "::1", true, 0},
		{"mapped loopback", "::ffff:127.0.0.1", "::ffff:127.0.0.1", true, 0},
		{"itself", "169.254.169.254", "169.254.169.254", true, 0},
		{"itself, mapped", "::ffff:169.254.169.254", "169.254.169.254", true, 0},
		{"itself, IPv6", "fd00:ec2::254", "fd00:ec2::254", true, 0},
		{"itself, zone on one side", "fe80::99%eth0", "fe80::99", true, 0},
		{"own interface", "192.0.2.10", "169.254.169.254", true, 1},
		{"own interface, mapped", "::ffff:192.0.2.10", "169.254.169.254", true, 1},
		{"own interface, IPv6", "2001:db8::10", "fd00:ec2::254", true, 1},
		{"neighbour with the link-local address of another interface", "fe80::10%eth1", "fd00:ec2::254", false, 0},
		{"neighbour with the same, zone not told", "fe80::10", "2001:db8::10", false, 0},
		{"neighbour of own interface", "192.0.2.11", "169.254.169.254", false, 1},
		{"neighbour, IPv6", "2001:db8::11", "fd00:ec2::254", false, 1},
		{"neighbour on the link", "fe80::11%eth0", "fe80::10%eth0", false, 0},
		{"allowed client", "198.51.100.7", "192.0.2.10", true, 0},
		{"allowed client, mapped", "::ffff:198.51.100.7", "::ffff:192.0.2.10", true, 0},
		{"allowed client, IPv6", "2001:db8:5::7", "2001:db8::10", true, 0},
		{"allowed client, mapped prefix", "203.0.113.7", "192.0.2.10", true, 0},
		{"beside the allowed network", "198.51.101.7", "192.0.2.10", false, 1},
		{"link-local stranger", "169.254.1.1", "169.254.169.254", false, 1},
		{"unspecified", "0.0.0.0", "127.0.0.1", false, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lookups := 0
			p := &Policy{Clients: clients, interfaces: func() ([]net.Addr, error) {
				lookups++
				return own, nil
			}}
			if got := p.Peer(netip.MustParseAddr(tt.remote), netip.MustParseAddr(tt.local)); got != tt.want {
				t.Errorf("Peer(%s, %s) = %t, want %t", tt.remote, tt.local, got, tt.want)
			}
			if lookups != tt.lookups {
				t.Errorf("Peer(%s, %s): %d interface lookups, want %d", tt.remote, tt.local, lookups, tt.lookups)
			}
		})
	}
}

func TestPeerWithoutAddress(t *testing.T) {
	t.Parallel()
	p := &Policy{Clients: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}}
	if p.Peer(netip.Addr{}, netip.Addr{}) {
		t.Error("a peer without an address is allowed because it equals a local side without one")
	}
	if got := Addr(&net.UnixAddr{Name: "/run/x"}); got.IsValid() {
		t.Errorf("Addr of a Unix socket = %v, want none", got)
	}
	if got := Addr(nil); got.IsValid() {
		t.Errorf("Addr(nil) = %v, want none", got)
	}
}

func TestPeerRefusedWhenLookupFails(t *testing.T) {
	t.Parallel()
	p := &Policy{interfaces: func() ([]net.Addr, error) { return nil, errors.New("netlink") }}
	if p.Peer(netip.MustParseAddr("192.0.2.10"), netip.MustParseAddr("192.0.2.11")) {
		t.Error("a stranger is allowed when the interfaces cannot be looked up")
	}
}

func TestPeerOnThisHost(t *testing.T) {
	t.Parallel()
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Skipf("no interfaces here: %v", err)
	}
	for _, a := range addrs {
		own := Addr(a)
		want := !own.Is6() || !own.IsLinkLocalUnicast() // others may have those
		if got := (&Policy{}).Peer(own, netip.MustParseAddr("169.254.169.254")); got != want {
			t.Errorf("own address %v: Peer = %t, want %t", a, got, want)
		}
		if !(&Policy{}).Peer(own, own) {
			t.Errorf("own address %v is refused at itself", a)
		}
	}
	if (&Policy{}).Peer(netip.MustParseAddr("192.0.2.77"), netip.MustParseAddr("127.0.0.1")) {
		t.Error("192.0.2.77, a documentation address, is allowed")
	}
}
