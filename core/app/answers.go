package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
)

// What the listeners are asked by the watchdog. The first is refused before an
// instance is chosen, so that none is built for it; the second asks every
// plugin's supervisor.
const (
	askMetadata = "watchdog\r\n\r\n"
	askAdmin    = "GET /readyz HTTP/1.0\r\n\r\n"
)

// answers says whether each listener answers who has connected to it, whatever
// it answers. That it cannot be connected to is no sign of being stuck: its
// address may have been removed from the host.
func (n *notice) answers(ctx context.Context) error {
	listeners := *n.listening.Load()
	found := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() {
			found <- answers(ctx, l, l.role == roleAdmin && !l.unix && n.current.Load().certificate != nil)
		}()
	}
	var err error
	for range listeners {
		err = errors.Join(err, <-found)
	}
	return err
}

func answers(ctx context.Context, l *listener, encrypted bool) error {
	network, address, from := own(l.Addr())
	c, err := (&net.Dialer{LocalAddr: from}).DialContext(ctx, network, address)
	if err != nil {
		if ctx.Err() != nil { // whoever connects waits, so nobody accepts
			return fmt.Errorf("the %s listener on %s takes no connection", l.role, l.Addr())
		}
		return nil
	}
	defer func() { _ = c.Close() }() // nothing more is wanted of it
	until, _ := ctx.Deadline()
	if err := c.SetDeadline(until); err != nil {
		return nil
	}
	if encrypted {
		c = tls.Client(c, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // it asks itself, and tells nothing
	}
	ask := askMetadata
	if l.role == roleAdmin {
		ask = askAdmin
	}
	_, err = c.Write([]byte(ask))
	if err == nil {
		_, err = c.Read(make([]byte, 1))
	}
	if errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() != nil {
		return fmt.Errorf("the %s listener on %s gives no answer", l.role, l.Addr())
	}
	return nil
}

// own is how a listener's address is reached from this very host, and from
// which address: were it not on this host any more, the network would be asked.
func own(a net.Addr) (network, address string, from net.Addr) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return a.Network(), a.String(), nil
	}
	at := *tcp
	switch {
	case at.IP == nil, at.IP.IsUnspecified() && at.IP.To4() == nil:
		at.IP = net.IPv6loopback
	case at.IP.IsUnspecified():
		at.IP = net.IPv4(127, 0, 0, 1)
	}
	return "tcp", at.String(), &net.TCPAddr{IP: at.IP, Zone: at.Zone}
}
