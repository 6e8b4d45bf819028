package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// nap sleeps for less than a millisecond, which time.Sleep does less exactly.
func nap(d time.Duration) {
	t := unix.NsecToTimespec(d.Nanoseconds())
	_ = unix.Nanosleep(&t, nil) // a signal may end it early
}
