package awschain

import (
	"errors"
	"net"
	"net/http"
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

func isMetadata(a netip.Addr) bool {
	return slices.Contains(metadataAddresses(), a.Unmap().WithZone(""))
}

// refuseMetadata has a dialer connect to no metadata service, by whatever name.
func refuseMetadata(d *net.Dialer) {
	d.Control = func(_, address string, _ syscall.RawConn) error {
		if at, err := netip.ParseAddrPort(address); err == nil && isMetadata(at.Addr()) {
			return errLoop
		}
		return nil
	}
}

// guarded sends no request for a metadata service either: a proxy might take it
// there. The dialer does not see that.
type guarded struct {
	next interface {
		Do(r *http.Request) (*http.Response, error)
	}
}

func (g guarded) Do(r *http.Request) (*http.Response, error) {
	if a, err := netip.ParseAddr(r.URL.Hostname()); err == nil && isMetadata(a) {
		return nil, errLoop
	}
	return g.next.Do(r)
}
