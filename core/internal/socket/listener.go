package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ErrRetired is what Accept returns when a listener has been retired and all
// that had connected to it has been accepted. Who serves it lets these
// connections ask what they came for, and then ends.
var ErrRetired = errors.New("the listener has been retired")

const (
	// settling is how long handshakes that are under way when a listener is
	// retired get to come to an end. On one host they take microseconds; a
	// client that is kept out meanwhile tries again after a second.
	settling = 5 * time.Millisecond
	// rounds is how often it is looked again for who waits to be accepted,
	// where new ones cannot be kept out.
	rounds = 100
)

// opened is what TCP and Unix listeners of the net package have in common.
type opened interface {
	net.Listener
	syscall.Conn
	SetDeadline(t time.Time) error
	File() (*os.File, error)
}

// Listener is a listening socket, TCP or Unix.
type Listener struct {
	opened
	shared  bool
	retired atomic.Bool
	passed  atomic.Bool // another one accepts who waits
	closing sync.Once
	closed  chan struct{}
}

// newListener is the listener on a socket that is open.
func newListener(l opened) *Listener { return &Listener{opened: l, closed: make(chan struct{})} }

// Listen opens an address, as host and port. An IPv4 address means IPv4 alone,
// 0.0.0.0 too. The error is that of the net package.
func Listen(ctx context.Context, address string) (*Listener, error) {
	return listen(ctx, address, net.ListenConfig{})
}

func listen(ctx context.Context, address string, c net.ListenConfig) (*Listener, error) {
	network := "tcp"
	host, _, _ := net.SplitHostPort(address)
	if a, err := netip.ParseAddr(host); err == nil && a.Is4() {
		network = "tcp4"
	}
	c.SetMultipathTCP(false) // a socket of that kind takes no filter
	l, err := c.Listen(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return newListener(l.(*net.TCPListener)), nil
}

// Accept waits for a connection. The error is [ErrRetired] or that of the net
// package.
func (l *Listener) Accept() (net.Conn, error) {
	for round := 0; ; round++ {
		c, err := l.opened.Accept()
		if !errors.Is(err, os.ErrDeadlineExceeded) || !l.retired.Load() {
			return c, err
		}
		if l.passed.Load() || round >= rounds || !l.pending() {
			return nil, ErrRetired
		}
		if err := l.SetDeadline(time.Now().Add(settling)); err != nil {
			return nil, err
		}
	}
}

// Close closes the socket. The error is that of the net package.
func (l *Listener) Close() error {
	err := l.opened.Close()
	l.closing.Do(func() { close(l.closed) })
	return err
}

// Closed is closed when the socket is.
func (l *Listener) Closed() <-chan struct{} { return l.closed }

// pending says whether a connection waits to be accepted.
func (l *Listener) pending() bool {
	c, err := l.SyscallConn()
	if err != nil {
		return false
	}
	n := 0
	err = c.Control(func(fd uintptr) {
		n, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	})
	return err == nil && n > 0
}

// Retire lets in nobody new: what has connected is still accepted, then Accept
// returns [ErrRetired]. The socket is closed by Close, as always. Where the
// system allows it, a client that comes in between is not refused but tries
// again, and finds who has the address then. A socket that is shared must not
// be retired but be passed on: what is done to it is done to its other owner.
func (l *Listener) Retire() error {
	l.retired.Store(true)
	var quiet error
	if l.Addr().Network() == "tcp" {
		quiet = l.keepOut() // where that fails, a client in that moment is refused
	}
	return errors.Join(quiet, l.SetDeadline(time.Now().Add(settling)))
}

// PassOn has Accept return [ErrRetired] at once: another listener on the same
// socket, from [Listener.Duplicate] or in another process, accepts who waits.
func (l *Listener) PassOn() error {
	l.passed.Store(true)
	l.retired.Store(true)
	return l.SetDeadline(time.Now())
}

// Duplicate returns another listener on the same socket. The first one can be
// closed then without a loss.
func (l *Listener) Duplicate() (*Listener, error) {
	f, err := l.File()
	if err != nil {
		return nil, fmt.Errorf("duplicate the socket of %s: %w", l.Addr(), err)
	}
	out, err := net.FileListener(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("duplicate the socket of %s: %w", l.Addr(), err)
	}
	return newListener(out.(opened)), nil
}
