//go:build !linux

package main

import (
	"errors"

	"golang.org/x/sys/unix"
)

// waiter waits until one of many connections can be read.
type waiter struct {
	fds   []unix.PollFd
	ready []int
}

func newWaiter(clients int) (*waiter, error) {
	w := &waiter{fds: make([]unix.PollFd, clients), ready: make([]int, 0, clients)}
	for i := range w.fds {
		w.fds[i].Fd = -1
	}
	return w, nil
}

// watch waits for a connection, known by a number from now on, until it is
// closed.
func (w *waiter) watch(number, fd int) error {
	w.fds[number] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	return nil
}

// wait returns the numbers of those that can be read.
func (w *waiter) wait() ([]int, error) {
	for {
		n, err := unix.Poll(w.fds, int(patience.Milliseconds()))
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err == nil && n == 0 {
			err = errSilent
		}
		if err != nil {
			return nil, err
		}
		w.ready = w.ready[:0]
		for i := range w.fds {
			if w.fds[i].Revents != 0 {
				w.ready = append(w.ready, i)
			}
		}
		return w.ready, nil
	}
}

func (*waiter) close() {}
