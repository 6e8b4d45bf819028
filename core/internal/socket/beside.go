package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// ListenBeside opens an address of which other listeners have a part, such as
// all interfaces beside one or two of them, or the other way round. The more
// special one gets the connections while both are open. All sockets allow that
// for the moment of the opening only, so that no other program can ever listen
// there too.
func ListenBeside(ctx context.Context, address string, with ...*Listener) (*Listener, error) {
	var old []syscall.RawConn
	for _, w := range with {
		c, err := w.SyscallConn()
		if err != nil {
			return nil, fmt.Errorf("share %s: %w", w.Addr(), err)
		}
		old = append(old, c)
	}
	if err := share(true, old...); err != nil {
		return nil, fmt.Errorf("share the port of %s: %w", address, errors.Join(err, share(false, old...)))
	}
	l, err := listen(ctx, address, net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return share(true, c) }})
	err = errors.Join(err, share(false, old...))
	if l != nil {
		c, e := l.SyscallConn()
		if e == nil {
			e = share(false, c)
		}
		if err = errors.Join(err, e); err != nil {
			_ = l.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s beside others: %w", address, err)
	}
	return l, nil
}

// share allows or forbids other sockets of this user on the addresses of sockets.
func share(allow bool, sockets ...syscall.RawConn) error {
	value := 0
	if allow {
		value = 1
	}
	var failed error
	for _, c := range sockets {
		failed = errors.Join(failed, c.Control(func(fd uintptr) {
			failed = errors.Join(failed, unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, value))
		}))
	}
	return failed
}
