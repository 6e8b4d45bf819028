package guard

import (
	"net"
	"net/netip"
)

// Policy says what is allowed besides this host itself. The zero Policy allows
// this host only. It may be copied, and used from many goroutines as long as
// nobody changes it.
type Policy struct {
	// Hosts are further names that the Host header may have, without port, as
	// in the setting allowed_hosts. Case and a trailing dot do not matter.
	// There are no wildcards.
	Hosts []string
	// Clients are further networks that peers may come from, as in the
	// setting allowed_clients.
	Clients []netip.Prefix

	// interfaces stands in for net.InterfaceAddrs in tests.
	interfaces func() ([]net.Addr, error)
}

// fixedHosts are the names of the metadata service itself and of this host:
// instance-data is what EC2's resolver answers for 169.254.169.254.
var fixedHosts = [...]string{"localhost", "instance-data", "instance-data.ec2.internal"}
