package main

import (
	"errors"

	"golang.org/x/sys/unix"
)

// waiter waits until one of many connections can be read.
type waiter struct {
	fd     int
	events [256]unix.EpollEvent
	ready  [256]int
}

func newWaiter(int) (*waiter, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	return &waiter{fd: fd}, err
}

// watch waits for a connection, known by a number from now on, until it is
// closed.
func (w *waiter) watch(number, fd int) error {
	return unix.EpollCtl(w.fd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(number)})
}

// wait returns the numbers of those that can be read.
func (w *waiter) wait() ([]int, error) {
	for {
		n, err := unix.EpollWait(w.fd, w.events[:], int(patience.Milliseconds()))
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err == nil && n == 0 {
			err = errSilent
		}
		if err != nil {
			return nil, err
		}
		for i, e := range w.events[:n] {
			w.ready[i] = int(e.Fd)
		}
		return w.ready[:n], nil
	}
}

func (w *waiter) close() { _ = unix.Close(w.fd) }
