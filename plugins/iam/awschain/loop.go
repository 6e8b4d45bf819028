package awschain

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"syscall"
)

// errLoop says that something wants to ask the metadata service.
var errLoop = errors.New("the instance metadata service is mockmd's own and is not asked for credentials")

// metadataAddresses are where the instance metadata service is. Those of
// container credentials (169.254.170.2, 169.254.170.23) are others.
func metadataAddresses() []netip.Addr {
	return []netip.Addr{netip.MustParseAddr("169.254.169.254"), netip.MustParseAddr("fd00:ec2::254")}
}

// refuseMetadata has a dialer connect to no metadata service, by whatever name.
func refuseMetadata(d *net.Dialer) {
	d.Control = func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err == nil && slices.Contains(metadataAddresses(), at.Addr().Unmap().WithZone("")) {
			return errLoop
		}
		return nil
	}
}
