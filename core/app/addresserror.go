package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/mockmd/mockmd/core/hostnet"
)

// AddressError is an address that cannot be listened on.
type AddressError struct {
	Listener string // metadata or admin
	Address  string
	Err      error
	// Dropped says that the process was root's once.
	Dropped bool
}

// Error says what to type.
func (e *AddressError) Error() string {
	return fmt.Sprintf("%s listener: cannot listen on %s: %v%s", e.Listener, e.Address, rootCause(e.Err), e.mend())
}

// Unwrap returns the cause.
func (e *AddressError) Unwrap() error { return e.Err }

// rootCause leaves out what net.OpError says of the address a second time.
func rootCause(err error) error {
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		return errno
	}
	return err
}

// mend returns the lines that help with the known causes.
func (e *AddressError) mend() string {
	if filepath.IsAbs(e.Address) {
		return e.mendSocket()
	}
	host, port, _ := net.SplitHostPort(e.Address)
	addr, _ := netip.ParseAddr(host)
	service := hostnet.Addresses()
	var b strings.Builder
	switch {
	case errors.Is(e.Err, syscall.EADDRNOTAVAIL) && slices.Contains(service[:], addr):
		fmt.Fprintf(&b, "\nThis host does not have the address. Put it on the loopback interface, and keep the\n"+
			"neighbours on the network away from it:\n"+
			"  sudo mockmd network up\n"+
			"or see with mockmd network up -print what that does.\n")
	case errors.Is(e.Err, syscall.EADDRNOTAVAIL):
		ip, tables := "ip", "iptables"
		if addr.Is6() {
			ip, tables = "ip -6", "ip6tables"
		}
		fmt.Fprintf(&b, "\nThis host does not have the address. Add it to the loopback interface, as root:\n"+
			"  %s addr add %s/%d dev lo\n"+
			"  ip link set lo up\n"+
			"and keep the neighbours on the network away from it:\n"+
			"  %s -I INPUT -d %s ! -i lo -j DROP\n", ip, addr, addr.BitLen(), tables, addr)
	case errors.Is(e.Err, syscall.EACCES) && e.Dropped:
		fmt.Fprintf(&b, "\nPort %s needs a privilege, and mockmd has given up those of root. A restart opens it, so restart mockmd.\n", port)
	case errors.Is(e.Err, syscall.EACCES):
		fmt.Fprintf(&b, "\nPort %s needs a privilege. Give it to the program, as root:\n"+
			"  setcap cap_net_bind_service=+ep \"$(command -v mockmd)\"\n"+
			"or run it as a service with AmbientCapabilities=CAP_NET_BIND_SERVICE.\n", port)
	case errors.Is(e.Err, syscall.EADDRINUSE):
		fmt.Fprintf(&b, "\nAnother program listens there. See which one:\n"+
			"  ss -ltnp 'sport = :%s'\n", port)
	default:
		return ""
	}
	argument, other := "address", "127.0.0.1:"
	if addr.Is6() && e.Listener == "metadata" {
		argument, other = "ipv6_address", "[::1]:"
	}
	if e.Listener == "metadata" {
		other += unlike(port, "1338", "1348")
		fmt.Fprintf(&b, "Or serve on an address that needs no privilege, and point the SDK at it:\n"+
			"  metadata { %s = %q }\n"+
			"  export AWS_EC2_METADATA_SERVICE_ENDPOINT=http://%s/", argument, other, other)
	} else {
		fmt.Fprintf(&b, "Or choose another one:\n  admin { address = %q }", other+unlike(port, "8999", "8988"))
	}
	return b.String()
}

// mendSocket is mend for the path of a Unix socket.
func (e *AddressError) mendSocket() string {
	folder := filepath.Dir(e.Address)
	switch {
	case errors.Is(e.Err, syscall.EADDRINUSE):
		return "\nAnother program answers there. Stop it, or choose another path:\n  admin { socket = \"" + filepath.Join(folder, "admin2.sock") + "\" }"
	case errors.Is(e.Err, syscall.ENOENT):
		return "\nThere is no folder " + folder + ". Make it, for the user of mockmd alone; under systemd RuntimeDirectory=mockmd makes /run/mockmd."
	case errors.Is(e.Err, syscall.EACCES), errors.Is(e.Err, syscall.EROFS):
		return fmt.Sprintf("\nUser %d, as whom mockmd runs, cannot write to the folder %s. Give it a folder of its own; under systemd RuntimeDirectory=mockmd makes /run/mockmd.", os.Geteuid(), folder)
	}
	return ""
}

// unlike returns the first of two ports that is not the given one.
func unlike(given, first, second string) string {
	if given == first {
		return second
	}
	return first
}
