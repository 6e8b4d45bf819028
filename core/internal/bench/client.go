package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// client makes one request after the other with nothing but system calls, so
// that it is no slower than what it measures. It allocates nothing.
type client struct {
	to     unix.Sockaddr
	fd     int // -1: no connection
	fresh  bool
	sentAt time.Duration // since the beginning of the load
	got    int           // bytes of the answer so far
	poll   [1]unix.PollFd
	buf    [16 << 10]byte
}

// sockaddr makes of host:port what connect takes.
func sockaddr(address string) (unix.Sockaddr, int, error) {
	a, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, 0, fmt.Errorf("server %q: %w", address, err)
	}
	if ip := a.AddrPort().Addr().Unmap(); ip.Is4() {
		return &unix.SockaddrInet4{Port: a.Port, Addr: ip.As4()}, unix.AF_INET, nil
	}
	ip := a.AddrPort().Addr()
	if ip == (netip.Addr{}) {
		return nil, 0, fmt.Errorf("server %q: no address", address)
	}
	return &unix.SockaddrInet6{Port: a.Port, Addr: ip.As16()}, unix.AF_INET6, nil
}

// dial connects. On this host it does so at once.
func (c *client) dial(family int) error {
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err != nil {
		return fmt.Errorf("make a socket: %w", err)
	}
	c.fd, c.fresh = fd, true
	if err := unix.Connect(fd, c.to); err != nil {
		c.close()
		return fmt.Errorf("connect: %w", err)
	}
	return nil
}

// send sends a request.
func (c *client) send(text []byte) error {
	c.got = 0
	n, err := unix.Write(c.fd, text)
	if err == nil && n < len(text) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fmt.Errorf("send a request: %w", err)
	}
	return nil
}

// spin waits until there is something to read, or for half a millisecond, and
// stays awake: how long a processor takes to wake up is not the server's doing.
func (c *client) spin() error {
	c.poll[0] = unix.PollFd{Fd: int32(c.fd), Events: unix.POLLIN}
	for began := time.Now(); time.Since(began) < 500*time.Microsecond; {
		n, err := unix.Poll(c.poll[:], 0)
		if n > 0 {
			return nil
		}
		if err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("wait for an answer: %w", err)
		}
	}
	return nil
}

// receive reads once, waiting if there is nothing, and tells whether the
// answer is complete. It is an error when the answer is not as it must be.
func (c *client) receive(e *exchange) (bool, error) {
	if c.got == len(c.buf) {
		return false, errors.New("an answer is too long for this client")
	}
	n, err := unix.Read(c.fd, c.buf[c.got:])
	for errors.Is(err, unix.EINTR) {
		n, err = unix.Read(c.fd, c.buf[c.got:])
	}
	switch {
	case errors.Is(err, unix.EAGAIN):
		return false, errSilent
	case err != nil:
		return false, fmt.Errorf("read an answer: %w", err)
	case n == 0 && (e.keep || c.got < e.size):
		return false, fmt.Errorf("the connection is closed after %d of %d bytes", c.got, e.size)
	}
	c.got += n
	if c.got < e.size || !e.keep && n > 0 {
		return false, nil
	}
	if a := c.buf[:c.got]; c.got != e.size || !bytes.HasPrefix(a, e.begin) || !bytes.HasSuffix(a, e.end) {
		return false, fmt.Errorf("a wrong answer: %q, want %d bytes from %q to %q", a, e.size, e.begin, e.end)
	}
	return true, nil
}

func (c *client) close() {
	if c.fd >= 0 {
		_ = unix.Close(c.fd)
		c.fd = -1
	}
}
