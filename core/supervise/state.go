package supervise

import "time"

// State is where a plugin stands.
type State string

// The states of a plugin. A plugin in [StateReady] or [StateDegraded] has a
// process that serves; in all others what it published last is still served.
const (
	StateStarting    State = "starting"
	StateConfiguring State = "configuring"
	StateReady       State = "ready"
	StateDegraded    State = "degraded"
	StateBackoff     State = "backoff"
	StateStopping    State = "stopping"
	StateFailed      State = "failed"
)

// Snapshot is a plugin's state at one moment.
type Snapshot struct {
	Name  string
	State State
	// Message says why the plugin is not simply ready; empty otherwise.
	Message string
	// PID is the process; 0 when there is none. Started is when it was.
	PID     int
	Started time.Time
	// Published tells whether a tree has been taken of every instance that the
	// plugin was asked for before it was first run, from this process or an
	// earlier one.
	Published bool
	// Restarts counts the processes after the first.
	Restarts int
	// EndedCPU is the processor time of the processes that have ended, what
	// their children took included.
	EndedCPU time.Duration
	// Validity tells whether the plugin declares how long its answers are
	// valid, and ValidUntil until when; zero is not valid.
	Validity   bool
	ValidUntil time.Time
}

// Serving tells whether the plugin has a process that is ready and whose trees
// are served.
func (s Snapshot) Serving() bool {
	return s.Published && (s.State == StateReady || s.State == StateDegraded)
}
