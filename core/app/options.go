package app

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mockmd/mockmd/core/internal/logsink"
	"github.com/mockmd/mockmd/core/internal/systemd"
)

// Options are what the command line and the process give to [Run] and
// [Validate].
type Options struct {
	// ConfigPath is the configuration file.
	ConfigPath string
	// LogLevel and LogFormat, when not empty, win over the configuration.
	LogLevel, LogFormat string
	// Version of the program, for people.
	Version string
	// Builtins are the plugins that need no command in the configuration.
	Builtins []Builtin
	// Launcher is the command that puts itself under a plugin's limits and then
	// becomes the program that follows it, for all plugins but the built-ins.
	Launcher []string
	// Environ is the process's environment, as os.Environ returns it.
	Environ []string
	// Hangups has the configuration taken in anew at each value, as far as
	// [Run] is concerned; nil never does.
	Hangups <-chan os.Signal
	// Manager is the service manager that has started the process; nil: none.
	Manager *systemd.Manager
	// JSON has [Validate] and [Reload] tell what they find as JSON, on Stdout.
	JSON bool
	// AdminAddress, when not empty, is where [Status], [Reload] and [Plugins]
	// find the admin listener, whatever the configuration says, as
	// [adminclient.At] takes it; CAFile is as there, with or without it.
	AdminAddress, CAFile string
	// checkEach is how many instances of each for_each are evaluated when the
	// configuration is read; at least the first is.
	checkEach int
	// serves says that the configuration is to be served, and not only checked.
	serves bool
	// Stdout receives the summary, Stderr diagnostics and the log.
	Stdout, Stderr io.Writer
	// Log, when not nil, receives the log in place of Stderr.
	Log *logsink.Sink
}

// logged is where the log goes.
func (o *Options) logged() io.Writer {
	if o.Log != nil {
		return o.Log
	}
	return o.Stderr
}

// Builtin is a shipped plugin.
type Builtin struct {
	// Name is the label of its block.
	Name string
	// Command starts it.
	Command []string
	// PassEnv are the variables of the core's environment that it gets beyond
	// those that every plugin gets; "AWS_*" is all that begin so.
	PassEnv []string
	// Env is added to its environment; what its block says of the same
	// variables wins.
	Env map[string]string
}

// ErrConfiguration says that the configuration is refused. What is wrong with
// it has been printed.
var ErrConfiguration = errors.New("the configuration is refused")

// UsageError is a wrong argument of the command line.
type UsageError struct{ Flag, Value, Want string }

// Error names the argument and what it takes.
func (e *UsageError) Error() string {
	return fmt.Sprintf("-%s %q: want %s", e.Flag, e.Value, e.Want)
}
