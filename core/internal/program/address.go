package program

import (
	"context"
	"net"
)

// FreeAddress finds a port of a host, such as 127.0.0.1 or ::1, on which nobody
// listens, and returns both as an address.
func FreeAddress(ctx context.Context, host string) (string, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
