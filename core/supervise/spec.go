package supervise

import (
	"time"

	"github.com/hashicorp/go-hclog"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// Spec says how a plugin's process is started.
type Spec struct {
	// Name is the label of the plugin's block.
	Name string
	// Command is the program and its arguments. The program is a path; PATH
	// is not searched.
	Command []string
	// Env is the whole environment of the process, as made by [Environ].
	Env []string
	// Dir is the folder that the process starts in; empty is the core's own.
	Dir string
	// Outlive says not to have the kernel end the process with the core, so
	// that it can be seen whether it ends by itself.
	Outlive bool
	// SHA256, when not empty, is what the program's file must hash to.
	SHA256 []byte
	// MTLS has core and plugin prove themselves to each other by certificates.
	MTLS bool
	// Timeouts bound what the core waits for.
	Timeouts Timeouts
	// Limits bound what the plugin may use.
	Limits Limits
	// Launcher is a command that puts itself under the limits of its
	// environment and then becomes the program and arguments that follow it.
	// Empty: the program puts itself under them, as the built-ins do.
	Launcher []string
}

// Timeouts bound what the core waits for; all must be positive.
type Timeouts struct {
	// Start is for each step of a start: up to the first contact, the
	// description, and the check of the configuration.
	Start time.Duration
	// Resolve is for one request for a live node.
	Resolve time.Duration
	// Act is for one action.
	Act time.Duration
	// Stop is what a process gets to end by itself before it is killed.
	Stop time.Duration
}

// Sink takes what plugins publish.
type Sink interface {
	// Publish replaces the tree of one plugin for one instance. An error says
	// why the tree was refused; the earlier one stays.
	Publish(plugin, instance string, nodes []*pluginv1.Node) error
}

// Options are what all plugins of one core share.
type Options struct {
	// Log receives the supervisor's lines and, under "plugin.NAME", those of
	// the plugins.
	Log hclog.Logger
	// CoreVersion is told to the plugins.
	CoreVersion string
	// SocketDir is where the sockets' directories are made for the moment
	// between start and first contact, as [PrepareSocketDir] returns it.
	SocketDir string
	// Reaper ends what plugins leave behind; nil: only their process groups
	// are ended.
	Reaper *Reaper
}
