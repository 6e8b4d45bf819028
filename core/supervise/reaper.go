//go:build unix

package supervise

import (
	"os"
	"sync"
)

// Reaper ends what plugins leave behind. Killing a process group does not
// reach a process that has left it; but where the system has subreapers
// (Linux) all that a plugin has started is below it, and becomes the core's
// own child when the plugin ends. There it is found and ended, however often
// it has forked and whatever session it has made its own.
//
// There is one in a process, and it must know all that the process starts: a
// younger child that it does not know is a plugin's. A nil Reaper ends
// nothing.
type Reaper struct {
	starting sync.RWMutex // held to look through the children: none is unknown meanwhile
	known    sync.Map     // of the processes that the core has started itself, by pid
}

// NewReaper makes the process the one that inherits what plugins leave behind.
// With an error, which says why it cannot be, the Reaper is nil.
func NewReaper() (*Reaper, error) {
	if err := inherit(); err != nil {
		return nil, err
	}
	return &Reaper{}, nil
}

// start runs f, which starts a process.
func (r *Reaper) start(f func() (*os.Process, error)) error {
	if r == nil {
		_, err := f()
		return err
	}
	r.starting.RLock()
	defer r.starting.RUnlock()
	p, err := f()
	if err == nil {
		r.known.Store(p.Pid, true)
	}
	return err
}

// ended takes in that a process that the core has started itself is gone. It
// ends what that has left behind, all of which is younger than it, and returns
// how many processes these were that had left its group.
func (r *Reaper) ended(pid int, born uint64) int {
	if r == nil {
		return 0
	}
	r.known.Delete(pid)
	return r.sweep(pid, born)
}
