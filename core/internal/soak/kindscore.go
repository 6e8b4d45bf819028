package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"syscall"
)

// spareGoroutines is by how many goroutines two cores in the same state may
// differ: those that serve a connection that has just been closed.
const spareGoroutines = 4

// slept is a command after which the clock that counts from the start of the
// system, which goes on during sleep, is an hour ahead of what was kept of it.
var slept = []string{"unshare", "--time", "--boottime", "3600"}

// coreKinds end the core and start it again.
func (s *soak) coreKinds() []kind {
	again := func(signal syscall.Signal, before []string, env ...string) func(context.Context, *rand.Rand) error {
		return func(ctx context.Context, _ *rand.Rand) error { return s.restart(ctx, signal, before, env...) }
	}
	noTime := ""
	if command(append(slices.Clone(slept), "true")...) != nil {
		noTime = "no time namespace (root and unshare)"
	}
	return []kind{
		{name: "core SIGTERM and start", do: again(syscall.SIGTERM, nil)},
		{name: "core kill -9 and start", do: again(syscall.SIGKILL, nil)},
		{name: "core start with GOMEMLIMIT=16MiB", do: again(syscall.SIGTERM, nil, "GOMEMLIMIT=16MiB")},
		{name: "core start after an hour of sleep (boot clock)", do: again(syscall.SIGTERM, slept), impossible: noTime},
		{name: "core SIGQUIT, goroutines counted", do: func(ctx context.Context, _ *rand.Rand) error {
			release := s.readers.hold() // goroutines of connections do not count
			if err := s.quiet(ctx); err != nil {
				s.violation("%v", err)
			}
			end := s.excuse(coreAway)
			release()
			defer end()
			if err := s.endCore(syscall.SIGQUIT); err != nil {
				return err
			}
			n := s.log.told()
			s.leaks.most = max(s.leaks.most, n)
			// Clients have come back in between.
			if n > s.leaks.goroutines+spareGoroutines+2*(s.o.clients+1) {
				s.violation("%d goroutines; a core to which nothing has happened has %d", n, s.leaks.goroutines)
			}
			return s.startAgain(ctx, nil)
		}},
	}
}

// restart ends the core and starts it again. Nobody answers meanwhile.
func (s *soak) restart(ctx context.Context, signal syscall.Signal, before []string, env ...string) error {
	end := s.excuse(coreAway)
	defer end()
	if err := s.endCore(signal); err != nil {
		return err
	}
	return s.startAgain(ctx, before, env...)
}

func (s *soak) startAgain(ctx context.Context, before []string, env ...string) error {
	if err := s.startCore(before, env...); err != nil {
		return err
	}
	return s.well(ctx)
}
