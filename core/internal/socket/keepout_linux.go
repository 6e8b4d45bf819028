package socket

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// keepOut has the kernel drop the first packet of connections that are not
// begun yet. Closing the socket would reset those that are begun and not
// accepted; of these there are none any more when no new ones come.
func (l *Listener) keepOut() error {
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: 13},            // the flags of the TCP header
		{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, K: 0x02, Jf: 1}, // SYN
		{Code: unix.BPF_RET | unix.BPF_K, K: 0},                           // dropped
		{Code: unix.BPF_RET | unix.BPF_K, K: 0xffffffff},                  // taken whole
	}
	c, err := l.SyscallConn()
	if err != nil {
		return fmt.Errorf("keep connections from %s: %w", l.Addr(), err)
	}
	var failed error
	err = c.Control(func(fd uintptr) {
		failed = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
			&unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]})
	})
	if err = errors.Join(err, failed); err != nil {
		return fmt.Errorf("keep connections from %s: %w", l.Addr(), err)
	}
	return nil
}
