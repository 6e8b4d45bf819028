//go:build !linux && !darwin

package imds

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// setHops cannot be done here.
func setHops(_ net.Conn, _ netip.Addr, hops int) error {
	return fmt.Errorf("limit hops to %d: %w", hops, errors.ErrUnsupported)
}
