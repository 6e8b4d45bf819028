package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// ListenBeside opens an address of which another listener has a part, such as
// all interfaces beside one of them, or the other way round. The more special
// one gets the connections while both are open. Both sockets allow that for
// the moment of the opening only, so that no other program can ever listen
// there too.
func ListenBeside(ctx context.Context, address string, with *Listener) (*Listener, error) {
	old, err := with.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("share %s: %w", with.Addr(), err)
	}
	if err := share(old, true); err != nil {
		return nil, fmt.Errorf("share %s: %w", with.Addr(), err)
	}
	l, err := listen(ctx, address, net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return share(c, true) }})
	err = errors.Join(err, share(old, false))
	if l != nil {
		c, e := l.SyscallConn()
		if e == nil {
			e = share(c, false)
		}
		if err = errors.Join(err, e); err != nil {
			_ = l.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s beside %s: %w", address, with.Addr(), err)
	}
	return l, nil
}

// share allows or forbids other sockets of this user on a socket's address.
func share(c syscall.RawConn, allow bool) error {
	value := 0
	if allow {
		value = 1
	}
	var failed error
	err := c.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, value) })
	return errors.Join(err, failed)
}
