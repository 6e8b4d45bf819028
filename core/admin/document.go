package admin

import (
	"time"

	"github.com/mockmd/mockmd/core/config"
)

// Reload is what became of a reload, as POST /reload answers it.
type Reload struct {
	// Path is the configuration file as the daemon names it.
	Path string `json:"path"`
	// Reloaded says that the configuration is served now. Otherwise what was
	// served before still is.
	Reloaded bool `json:"reloaded"`
	// Error says why not, in a sentence; empty when it was.
	Error string `json:"error,omitempty"`
	// Kept are the plugins whose processes go on, Replaced those whose
	// process another one has followed.
	Kept     []string `json:"kept,omitempty"`
	Replaced []string `json:"replaced,omitempty"`
	Added    []string `json:"added,omitempty"`
	Removed  []string `json:"removed,omitempty"`
	// Diagnostics are all that there is to say, warnings too, without source.
	Diagnostics []config.Diagnostic `json:"diagnostics,omitempty"`
}

// Overview is what the daemon runs, as GET /plugins answers it.
type Overview struct {
	// Path is the configuration file as the daemon names it, and Loaded when
	// what is served was read from it.
	Path   string    `json:"path"`
	Loaded time.Time `json:"loaded"`
	// ReloadError says why the last reload failed, and ReloadFailed when;
	// empty after one that succeeded.
	ReloadError  string    `json:"reload_error,omitempty"`
	ReloadFailed time.Time `json:"reload_failed,omitzero"`
	// Plugins are in the order of the file.
	Plugins []Plugin `json:"plugins"`
}

// Plugin is one plugin of an [Overview].
type Plugin struct {
	// Name is the label of its block.
	Name string `json:"name"`
	// State is one of those of the supervisor, such as ready, and Message
	// says why it is not that.
	State   string `json:"state"`
	Message string `json:"message,omitempty"`
	// PID is its process, 0 when there is none, and Started when that began.
	// Restarts counts the processes before it under the same configuration.
	PID      int       `json:"pid,omitempty"`
	Started  time.Time `json:"started,omitzero"`
	Restarts int       `json:"restarts"`
	// CPUSeconds is the processor time of all these processes, and RSS and PSS
	// the memory of the present one in bytes, what is shared counted
	// fully and in parts; 0 is not known.
	CPUSeconds float64 `json:"cpu_seconds"`
	RSS        int64   `json:"rss_bytes,omitempty"`
	PSS        int64   `json:"pss_bytes,omitempty"`
	// Mounts are the prefixes that it serves.
	Mounts []string `json:"mounts"`
	// Actions are what it offers, each as method and path: "POST /x/y".
	Actions []string `json:"actions,omitempty"`
	// Version and SDK are what it says of itself, Summary what it says that
	// it is configured to do.
	Version string `json:"version,omitempty"`
	SDK     string `json:"sdk,omitempty"`
	Summary string `json:"summary,omitempty"`
}
