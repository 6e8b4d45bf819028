package socket

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// GiveTo makes the socket a user's, who can then open others beside it
// ([ListenBeside]): the kernel lets only those of one user share a port. It is
// not for the path of a Unix socket.
func (l *Listener) GiveTo(uid, gid int) error {
	c, err := l.SyscallConn()
	if err == nil {
		var failed error
		err = errors.Join(c.Control(func(fd uintptr) { failed = unix.Fchown(int(fd), uid, gid) }), failed)
	}
	if err != nil {
		return fmt.Errorf("give the socket of %s to user %d: %w", l.Addr(), uid, err)
	}
	return nil
}
