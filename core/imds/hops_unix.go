//go:build linux || darwin

package imds

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// setHops limits how many network hops what is sent on c from now on may
// travel. The family is that of the local address, not of the socket: IPv4
// that comes to an IPv6 socket obeys the IPv4 option.
func setHops(c net.Conn, local netip.Addr, hops int) error {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return fmt.Errorf("limit hops to %d: %T is no socket", hops, c)
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return fmt.Errorf("limit hops to %d: %w", hops, err)
	}
	level, option := unix.IPPROTO_IP, unix.IP_TTL
	if local.Is6() {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS
	}
	var failed error
	if err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), level, option, hops)
	}); err != nil {
		return fmt.Errorf("limit hops to %d: %w", hops, err)
	}
	if failed != nil {
		return fmt.Errorf("limit hops to %d: %w", hops, failed)
	}
	return nil
}
