package sdk

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Plugin is what every plugin is.
type Plugin interface {
	// Tree returns every path that the plugin serves for in. It is called when
	// a client first asks for the instance, for the instances that are in use
	// at the start, when the instance's facts change, and after each
	// [Host.Changed]. Calls never overlap one another. All paths lie in the
	// plugin's mounts: see [Mounter] and [Config.Mounts]. The facts must not be
	// changed.
	// An error keeps what is published for this instance and costs no other;
	// the core logs it and shows the plugin as degraded.
	Tree(ctx context.Context, in *Instance) (Tree, error)
}

// Configurer is implemented by a plugin that takes a config block. A plugin
// without it accepts an empty block only.
type Configurer interface {
	// Configure decodes, validates and remembers. It is called once per
	// process and before anything else, so what it stores needs no lock, and
	// it has no side effect outside the plugin's memory: `mockmd validate`
	// calls it too. Whoever takes no arguments calls Decode with an empty
	// struct all the same, so that what is written there is refused. Return
	// [hcl.Diagnostics] to report mistakes with their
	// place in the file; another error is reported at the plugin's block.
	//
	// [hcl.Diagnostics]: https://pkg.go.dev/github.com/hashicorp/hcl/v2#Diagnostics
	Configure(ctx context.Context, c *Config) error
}

// Documenter is implemented by a plugin that tells its options, for
// `mockmd plugin describe` and for generated documentation.
type Documenter interface {
	// Options returns the struct that Configure decodes the config block into,
	// or a pointer to it; what it holds does not matter. Names, types, blocks,
	// labels and what is required are read from its `hcl` tags. Of each field,
	// the tag `doc:"…"` is a sentence for people, `default:"…"` the value of an
	// argument that is left out, and `example:"…"` one for an example; strings
	// are written without quotes in them.
	Options() any
}

// Mounter is implemented by a plugin that has mounts of its own: the path
// prefixes, relative to the version root ("meta-data/rack"), that it claims
// when its block in the configuration names none. Without it the block must
// have a mount argument.
type Mounter interface {
	// Mounts is asked before Configure and once more after Configure has
	// accepted: the mounts may depend on the configuration, and the second
	// answer holds. The first one may then be empty. A plugin that can serve
	// at any mount returns [Config.Mounts] where there are some.
	Mounts() []string
}

// Runner is implemented by a plugin that works in the background.
type Runner interface {
	// Run works until ctx ends and then returns. It starts after Restore and
	// before the first Tree, and overlaps Tree and actions: what they share
	// needs a lock. An error before ctx ends stops the process, and the core
	// starts a new one.
	Run(ctx context.Context, h Host) error
}

// Restorer is implemented by a plugin that keeps a checkpoint.
type Restorer interface {
	// Restore is given the last checkpoint of an earlier process of the same
	// plugin and configuration. It is called before Run and before the first
	// Tree, and only when there is a checkpoint. An error is logged and the
	// plugin starts without.
	Restore(ctx context.Context, checkpoint []byte) error
}

// Forgetter is implemented by a plugin that keeps something for each instance.
type Forgetter interface {
	// Forget is given the facts of an instance that is gone, as Tree was given
	// them last: the configuration has it no more, or nobody has asked for it
	// for long. What is kept for it can be let go. It is called on the goroutine
	// of Tree, so it never overlaps Tree, and Tree is not called for that
	// instance afterwards, unless the instance comes back: then Tree is called
	// for it as for a new one. No request for one of its live nodes is under
	// way. It overlaps Run and actions.
	Forget(in *Instance)
}

// Expirer is implemented by a plugin whose answers are valid for a time, such
// as credentials.
type Expirer interface {
	// ValidUntil returns until when what the plugin serves is valid, and the
	// zero time while it is not. It is asked after each round of Tree calls,
	// on the same goroutine.
	// The core's /status is true only while it lies in the future.
	ValidUntil() time.Time
}

// Actor is implemented by a plugin that offers actions to the admin listener.
type Actor interface {
	// Actions returns the same actions at each call.
	Actions() []Action
}

// Summarizer is implemented by a plugin that has something to tell people when
// the core has started.
type Summarizer interface {
	// Summary says in a few words what the plugin is configured to do, such as
	// "role app of account 123456789012". It is called once, after Configure
	// has accepted. No secrets.
	Summary() string
}

// Versioner is implemented by a plugin that shows its version to operators.
type Versioner interface {
	// Version returns free text, such as "1.2.3". It is the same at each call.
	Version() string
}

// MaxCheckpoint is the size in bytes that a checkpoint may have.
const MaxCheckpoint = 64 << 10

// Host is what a running plugin can ask of the core.
type Host interface {
	// Changed republishes: Tree is called again, for the instances whose labels
	// are given, and for every instance when none is. It does not wait; calls
	// in quick succession become one.
	Changed(labels ...string)
	// Checkpoint hands over what must survive a crash of this process, at
	// most [MaxCheckpoint] bytes. It stays in the core's memory and is given
	// to [Restorer.Restore] of the next process. It does not wait.
	Checkpoint(data []byte) error
	// Degraded shows the plugin as degraded with a sentence for people; an
	// empty message takes that back. No secrets: the message is logged.
	Degraded(message string)
}

// Static is a plugin that serves fixed values: path to text.
//
// Its mounts are the paths themselves.
type Static map[string]string

var (
	_ Plugin  = Static{}
	_ Mounter = Static{}
)

// Mounts returns the paths.
func (s Static) Mounts() []string { return slices.Sorted(maps.Keys(s)) }

// Tree returns the values as leaves of text/plain.
func (s Static) Tree(context.Context, *Instance) (Tree, error) {
	t := make(Tree, len(s))
	for path, value := range s {
		t[path] = Text(value)
	}
	return t, nil
}
