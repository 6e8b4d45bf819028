package socket

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// FromFile returns the listener on a socket that was opened by somebody else,
// who keeps it too: the service manager. It takes the file over. The error
// says what the file is instead of a socket that listens for streams.
func FromFile(f *os.File) (*Listener, error) {
	l, err := fromFile(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	l.shared = true
	return l, nil
}

func fromFile(f *os.File) (*Listener, error) {
	c, err := f.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("look at the socket: %w", err)
	}
	kind, listens := 0, 0
	var failed error
	if err := c.Control(func(fd uintptr) {
		if kind, failed = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TYPE); failed == nil {
			listens, failed = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
		}
	}); err != nil {
		return nil, fmt.Errorf("look at the socket: %w", err)
	}
	switch {
	case errors.Is(failed, unix.ENOTSOCK):
		return nil, errors.New("it is no socket")
	case failed != nil:
		return nil, fmt.Errorf("look at the socket: %w", failed)
	case kind != unix.SOCK_STREAM:
		return nil, errors.New("it is no stream socket: open it with ListenStream=")
	case listens == 0:
		return nil, errors.New("it is a connection and does not listen: open it with Accept=no")
	}
	l, err := net.FileListener(f)
	if err != nil {
		return nil, fmt.Errorf("take the socket over: %w", err)
	}
	switch l := l.(type) {
	case *net.TCPListener:
		return newListener(l), nil
	case *net.UnixListener: // whoever has made its name removes it
		return newListener(l), nil
	}
	return nil, errors.Join(fmt.Errorf("it is a socket of another kind (%s): TCP and Unix sockets are served", l.Addr().Network()), l.Close())
}

// Shared says whether somebody else has the socket too and goes on with it
// when this listener is closed. Who waits to be accepted is not lost then.
func (l *Listener) Shared() bool { return l.shared }

// Handover is a listener that may be shared, see [Listener.Shared].
type Handover interface {
	net.Listener
	// Shared says whether it is.
	Shared() bool
	// PassOn leaves who waits to be accepted to the other owner.
	PassOn() error
}

// PassOn passes a listener on when it is shared, and says whether it was: who
// has connected to it has not been refused, so must be answered.
func PassOn(l net.Listener) bool {
	h, ok := l.(Handover)
	return ok && h.Shared() && h.PassOn() == nil
}
