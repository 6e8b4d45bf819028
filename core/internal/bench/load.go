package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// load has clients make requests, all from one thread.
type load struct {
	spin bool            // a single client waits without sleep; it needs a processor for itself
	took []time.Duration // of each request; the space is used again
}

// result is what a load found.
type result struct {
	requests int
	rate     float64 // requests in a second
	p50, p99 float64 // µs from the request, or from connect, to the whole answer
}

// run makes requests for as long as said, or as many as said; the other is
// zero. Client i makes the exchange i modulo their number, again and again.
func (l *load) run(address string, exchanges []exchange, clients, many int, long time.Duration) (result, error) {
	to, family, err := sockaddr(address)
	if err != nil {
		return result{}, err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r := &running{exchanges: exchanges, family: family, many: many, spin: l.spin, long: long, took: l.took[:0], began: time.Now()}
	for range clients {
		r.clients = append(r.clients, &client{to: to, fd: -1})
	}
	if clients == 1 {
		err = r.one()
	} else {
		err = r.all()
	}
	lasted := time.Since(r.began)
	for _, c := range r.clients {
		c.close()
	}
	l.took = r.took
	if err != nil {
		return result{}, err
	}
	slices.Sort(r.took)
	at := func(percent int) float64 {
		return float64(r.took[(len(r.took)-1)*percent/100].Nanoseconds()) / 1000
	}
	return result{len(r.took), float64(len(r.took)) / lasted.Seconds(), at(50), at(99)}, nil
}

// running is a load under way.
type running struct {
	exchanges []exchange
	clients   []*client
	family    int
	many      int
	spin      bool
	long      time.Duration
	sent      int
	took      []time.Duration
	began     time.Time
}

// next has a client make its next request. It tells false when there are to be
// no more.
func (r *running) next(i int, now time.Duration) (bool, error) {
	c, e := r.clients[i], &r.exchanges[i%len(r.exchanges)]
	late := r.long > 0 && now >= r.long && r.sent >= len(r.clients) // each makes one, however short the time
	if late || r.many > 0 && r.sent == r.many {
		return false, nil
	}
	r.sent++
	c.fresh, c.sentAt = false, now
	if c.fd < 0 {
		if err := c.dial(r.family); err != nil {
			return false, err
		}
	}
	return true, c.send(e.request)
}

// receive has a client read, and tells whether its answer is complete, and
// when that was.
func (r *running) receive(i int) (bool, time.Duration, error) {
	c, e := r.clients[i], &r.exchanges[i%len(r.exchanges)]
	done, err := c.receive(e)
	if err != nil || !done {
		return false, 0, err
	}
	if !e.keep {
		c.close()
	}
	now := time.Since(r.began)
	r.took = append(r.took, now-c.sentAt)
	return true, now, nil
}

// one serves a single client, which waits in read, or awake.
func (r *running) one() error {
	for now := time.Duration(0); ; {
		more, err := r.next(0, now)
		if err != nil || !more {
			return err
		}
		if r.clients[0].fresh {
			t := unix.NsecToTimeval(patience.Nanoseconds())
			if err := unix.SetsockoptTimeval(r.clients[0].fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &t); err != nil {
				return fmt.Errorf("bound the wait: %w", err)
			}
		}
		for done := false; !done; {
			if r.spin {
				if err := r.clients[0].spin(); err != nil {
					return err
				}
			}
			if done, now, err = r.receive(0); err != nil {
				return err
			}
		}
	}
}

// all serves many clients, whichever has something to read.
func (r *running) all() error {
	w, err := newWaiter(len(r.clients))
	if err != nil {
		return fmt.Errorf("wait for many: %w", err)
	}
	defer w.close()
	busy := 0
	start := func(i int, now time.Duration) error {
		more, err := r.next(i, now)
		if err != nil || !more {
			return err
		}
		busy++
		if r.clients[i].fresh {
			err = w.watch(i, r.clients[i].fd)
		}
		return err
	}
	for i := range r.clients {
		if err := start(i, time.Since(r.began)); err != nil {
			return err
		}
	}
	for busy > 0 {
		ready, err := w.wait()
		if err != nil {
			return err
		}
		for _, i := range ready {
			done, now, err := r.receive(i)
			if err != nil {
				return err
			}
			if done {
				busy--
				if err := start(i, now); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
