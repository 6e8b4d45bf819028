package supervise

import "time"

// Usage is what a plugin takes of the system.
type Usage struct {
	// CPU is the processor time of all its processes, those that have ended
	// and what their children took included.
	CPU time.Duration
	// RSS and PSS are the memory of its process now, in bytes: what of it is
	// in main memory, and that with what is shared counted in parts. 0 is not
	// known: PSS is told to root and to the owner of a process that is
	// dumpable, which built-ins are not, and both on Linux only.
	RSS, PSS int64
}

// Usage asks the system what the plugin takes now.
func (s Snapshot) Usage() Usage {
	u := usageOf(s.PID)
	u.CPU += s.EndedCPU
	return u
}
