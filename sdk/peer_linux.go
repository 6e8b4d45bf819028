package sdk

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// checkPeer refuses a connection that does not come from the process that
// started this one. The socket lies in a directory that only this user enters,
// and the core unlinks it; this keeps other programs of the same user out of
// the moment in between.
func checkPeer(c net.Conn, parent int) error {
	uc, ok := c.(*net.UnixConn)
	if !ok {
		return fmt.Errorf("connection over %s, want a unix socket", c.LocalAddr().Network())
	}
	raw, err := uc.SyscallConn()
	if err != nil {
		return fmt.Errorf("read peer of %s: %w", c.LocalAddr(), err)
	}
	var cred *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return fmt.Errorf("read peer of %s: %w", c.LocalAddr(), err)
	}
	if credErr != nil {
		return fmt.Errorf("read peer of %s: %w", c.LocalAddr(), credErr)
	}
	if pid := int(cred.Pid); pid != parent {
		return fmt.Errorf("process %d of user %d is not the core (process %d) that started plugin process %d",
			pid, cred.Uid, parent, os.Getpid())
	}
	return nil
}
