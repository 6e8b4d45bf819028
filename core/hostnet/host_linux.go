package hostnet

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// host is the network of the namespace that the process is in.
type host struct {
	nft *nftables.Conn
	lo  netlink.Link
}

func openHost() (*host, error) {
	conn, err := nftables.New()
	if err != nil {
		return nil, fmt.Errorf("open netlink: %w", err)
	}
	lo, err := netlink.LinkByName(loopback)
	if err != nil {
		return nil, fmt.Errorf("find the interface %s: %w", loopback, err)
	}
	return &host{conn, lo}, nil
}

// denied adds to an error what was done, and what helps if it was forbidden.
func denied(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EPERM):
		return &PermissionError{doing, err}
	case errors.Is(err, syscall.EOPNOTSUPP), errors.Is(err, syscall.EPROTONOSUPPORT), errors.Is(err, syscall.EAFNOSUPPORT):
		return fmt.Errorf("%s: %w: this kernel lacks nf_tables, or its inet or arp family", doing, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// ipv6 tells whether lo may have IPv6 addresses.
func ipv6() bool {
	text, err := os.ReadFile("/proc/sys/net/ipv6/conf/" + loopback + "/disable_ipv6")
	return err == nil && strings.TrimSpace(string(text)) == "0"
}

// ways returns the routes, but for the default ones, by which packets to the
// IPv4 address leave this host while it does not have it.
func (h *host) ways() ([]string, error) {
	routes, err := netlink.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{Table: unix.RT_TABLE_UNSPEC}, netlink.RT_FILTER_TABLE)
	if err != nil && !errors.Is(err, netlink.ErrDumpInterrupted) { // what there is will do
		return nil, fmt.Errorf("list the routes: %w", err)
	}
	var ways []string
	for _, r := range routes {
		if r.Type != unix.RTN_UNICAST || r.Dst == nil || !r.Dst.Contains(Addresses()[four].AsSlice()) {
			continue
		}
		if ones, _ := r.Dst.Mask.Size(); ones == 0 {
			continue
		}
		if l, err := netlink.LinkByIndex(r.LinkIndex); err == nil {
			ways = append(ways, fmt.Sprintf("%s dev %s", r.Dst, l.Attrs().Name))
		}
	}
	return ways, nil
}

// read returns what the host has. Where only the guard cannot be read, the
// state has the rest and says so.
func (h *host) read() (*State, error) {
	s := &State{}
	for _, a := range Addresses() {
		s.Addresses = append(s.Addresses, Address{Address: a, Interfaces: []string{}}) // never null in JSON
	}
	if err := s.readAddresses(); err != nil {
		return nil, err
	}
	g, err := readGuard(h.nft)
	s.guard = g
	s.judge(err)
	return s, err
}

// Read returns what the host has. The state is there with an error too, if it
// was only the guard that could not be read.
func Read() (*State, error) {
	h, err := openHost()
	if err != nil {
		return nil, err
	}
	return h.read()
}
