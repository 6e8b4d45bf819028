package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// cores says where the two sides of a measurement run.
type cores struct {
	all, server, client unix.CPUSet
	apart               bool   // the two have processors of their own
	servers, clients    string // for people
}

// findCores takes the last processor of those that this process may use for
// the servers and the others for the clients. The process itself is confined
// to those: what it starts is put elsewhere by start.
func findCores() (*cores, error) {
	c := &cores{}
	if err := unix.SchedGetaffinity(0, &c.all); err != nil {
		return nil, fmt.Errorf("find the processors: %w", err)
	}
	var last int
	for i, left := 0, c.all.Count(); left > 0; i++ {
		if c.all.IsSet(i) {
			last, left = i, left-1
		}
	}
	c.server.Set(last)
	c.client = c.all
	if c.apart = c.all.Count() > 1; c.apart {
		c.client.Clear(last)
	}
	c.servers = fmt.Sprintf("CPU %d", last)
	c.clients = fmt.Sprintf("%d other(s)", c.client.Count())
	if !c.apart {
		c.clients = "the same: there is one only, and figures are of little use"
	}
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return nil, err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return nil, err
		}
		if err := unix.SchedSetaffinity(id, &c.client); err != nil && err != unix.ESRCH {
			return nil, fmt.Errorf("confine thread %d: %w", id, err)
		}
	}
	return c, nil
}

// start calls f, which starts a process, so that the process and all that it
// starts may use one processor alone, or all. A Go program takes over the
// processors of the thread that starts it, before its first instruction.
func (c *cores) start(pinned bool, f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	to := &c.all
	if pinned {
		to = &c.server
	}
	if err := unix.SchedSetaffinity(0, to); err != nil {
		return fmt.Errorf("pin a server: %w", err)
	}
	err := f()
	if e := unix.SchedSetaffinity(0, &c.client); e != nil {
		return fmt.Errorf("return to the clients' processors: %w", e)
	}
	return err
}
