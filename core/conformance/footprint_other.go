//go:build unix && !linux

package conformance

import (
	"errors"
	"runtime"
	"syscall"
)

// look sees nothing: only Linux shows the sockets and children of a process in
// files.
func look(int) footprint {
	return footprint{blind: "on " + runtime.GOOS + " the sockets and processes of another process are not shown"}
}

// gone tells whether a process that is no child of this one has exited.
func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
