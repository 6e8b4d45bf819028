package hostnet

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"slices"
	"strings"
)

// loopback is the interface that has the addresses, and the only one that
// everybody may reach them by.
const loopback = "lo"

// The addresses, by their index wherever there is one thing of each.
const (
	four = iota // 169.254.169.254
	six         // fd00:ec2::254
)

// Addresses returns the addresses of the metadata service, IPv4 first.
func Addresses() [2]netip.Addr {
	return [2]netip.Addr{
		four: netip.AddrFrom4([4]byte{169, 254, 169, 254}),
		six:  netip.AddrFrom16([16]byte{0: 0xfd, 2: 0x0e, 3: 0xc2, 14: 0x02, 15: 0x54}),
	}
}

// Options say what Up makes.
type Options struct {
	// Allow names interfaces by which others may reach the addresses, as
	// docker0, or with a star at the end all that begin so, as br-*.
	Allow []string
	// WithoutIPv6 leaves the IPv6 address out. Where IPv6 is disabled it is left
	// out anyway.
	WithoutIPv6 bool
	// Force is for a host in a cloud whose own metadata service it will no
	// longer reach.
	Force bool
	// Identity is what the firmware says of the machine: /sys/class/dmi/id.
	// Without it, nothing is known of a cloud.
	Identity fs.FS
}

// ErrUnsupported is returned where there is no Linux.
var ErrUnsupported = errors.New("only Linux has this command: serve on an address that the host has, " +
	"as metadata { address = \"127.0.0.1:1338\" }; or, on macOS, sudo ifconfig lo0 alias 169.254.169.254 gives it this one, unguarded")

// PermissionError says that the process may not do, or not see, something of
// the host's network.
type PermissionError struct {
	Doing string
	Err   error
}

// Error says what helps.
func (e *PermissionError) Error() string {
	return fmt.Sprintf("%s: %v: this needs CAP_NET_ADMIN. Run it with sudo, "+
		"or see with -print which commands do the same", e.Doing, e.Err)
}

// Unwrap returns the cause.
func (e *PermissionError) Unwrap() error { return e.Err }

// allowed returns the interfaces of Allow, sorted, each once.
func (o Options) allowed() ([]string, error) {
	var names []string
	for _, name := range o.Allow {
		if err := checkInterface(name); err != nil {
			return nil, fmt.Errorf("-allow %q: %w", name, err)
		}
		if name != loopback { // is let in anyway
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// checkInterface says what is wrong with the name of an interface, or with the
// beginning of several.
func checkInterface(name string) error {
	stem, _ := strings.CutSuffix(name, "*")
	switch {
	case name == "":
		return errors.New("name an interface, as docker0")
	case stem == "":
		return errors.New("a star alone lets every neighbour in: write how the interfaces begin, as br-*")
	case len(stem) > 15:
		return errors.New("an interface has at most 15 characters in its name")
	case strings.Contains(stem, "*"):
		return errors.New("a star is for the end only, as in br-*")
	case strings.Contains(stem, ","):
		return errors.New("give the flag once for each interface")
	}
	for _, r := range stem {
		if r <= ' ' || r > '~' || strings.ContainsRune(`/:"\`, r) {
			return fmt.Errorf("%q is in no interface's name", r)
		}
	}
	return nil
}

// allows tells whether an interface is lo or one of those.
func allows(allowed []string, name string) bool {
	return name == loopback || slices.ContainsFunc(allowed, func(a string) bool {
		stem, many := strings.CutSuffix(a, "*")
		return a == name || many && strings.HasPrefix(name, stem)
	})
}
