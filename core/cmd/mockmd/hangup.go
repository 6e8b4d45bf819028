package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// farewell is how long after a hang-up the terminal may still seem to be there:
// when a shell ends, the kernel sends the signal first.
const farewell = 100 * time.Millisecond

// hangups tells a hang-up that asks for a reload from one that says that the
// terminal, which mockmd was started from, is gone. The first kind is sent on
// the channel, those that nobody has received yet as one; the second ends the
// context, as closing a window does with any program. Stop frees what it
// holds.
func hangups(ctx context.Context) (stopped context.Context, reloads <-chan os.Signal, stop func()) {
	attended := !signal.Ignored(syscall.SIGHUP) && terminal() // nohup wants to outlive its terminal
	got, forwarded := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(got, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ctx.Done():
				return
			case s := <-got:
				if attended && lost(ctx) {
					cancel()
					return
				}
				select {
				case forwarded <- s:
				default:
				}
			}
		}
	}()
	return ctx, forwarded, func() {
		signal.Stop(got)
		cancel()
		<-ended
	}
}

// lost says whether the terminal is, or is in a moment.
func lost(ctx context.Context) bool {
	tick := time.NewTicker(farewell / 10)
	defer tick.Stop()
	for range 10 {
		if !terminal() {
			return true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return !terminal()
}

// terminal says whether the process has a terminal.
func terminal() bool {
	fd, err := syscall.Open("/dev/tty", syscall.O_RDONLY|syscall.O_NOCTTY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	_ = syscall.Close(fd)
	return true
}
