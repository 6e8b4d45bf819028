package iam

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// sinceBoot returns the counter that goes on while the machine sleeps, and nil
// when the system has none.
func sinceBoot() func() time.Duration {
	read := func() (time.Duration, error) {
		var ts unix.Timespec
		err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts)
		return time.Duration(ts.Nano()), err
	}
	if _, err := read(); err != nil {
		return nil
	}
	return func() time.Duration {
		now, _ := read() // it has worked, and cannot fail since
		return now
	}
}

// bootID names this start of the system; empty when nobody tells.
//
// See random(4), /proc/sys/kernel/random/boot_id.
func bootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(id))
}

// watchClock sends whenever the wall clock is set or the machine wakes up,
// until ctx ends. A timer of Go's own notices neither.
//
// See timerfd_create(2), TFD_TIMER_CANCEL_ON_SET.
func watchClock(ctx context.Context, set chan<- struct{}) error {
	fd, err := unix.TimerfdCreate(unix.CLOCK_REALTIME, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return err
	}
	wake := make([]int, 2)
	if err := unix.Pipe2(wake, unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return errors.Join(err, unix.Close(fd))
	}
	defer func() {
		for _, f := range []int{fd, wake[0], wake[1]} {
			_ = unix.Close(f)
		}
	}()
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_, _ = unix.Write(wake[1], []byte{0}) // ends the poll below
	})
	defer func() {
		if !stop() {
			<-ended // it still uses the pipe
		}
	}()
	// It never ends by itself, so what wakes the poll is the clock or ctx.
	never := &unix.ItimerSpec{Value: unix.NsecToTimespec(time.Now().AddDate(100, 0, 0).UnixNano())}
	err = unix.TimerfdSettime(fd, unix.TFD_TIMER_ABSTIME|unix.TFD_TIMER_CANCEL_ON_SET, never, nil)
	for ctx.Err() == nil {
		if errors.Is(err, unix.ECANCELED) {
			select {
			case set <- struct{}{}:
			case <-ctx.Done():
			}
		} else if err != nil && !errors.Is(err, unix.EINTR) && !errors.Is(err, unix.EAGAIN) {
			return err
		}
		polled := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(wake[0]), Events: unix.POLLIN}}
		if _, err = unix.Poll(polled, -1); err == nil {
			_, err = unix.Read(fd, make([]byte, 8))
		}
	}
	return nil
}
