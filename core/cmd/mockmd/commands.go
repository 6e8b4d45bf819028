package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/mockmd/mockmd/core/app"
	"github.com/mockmd/mockmd/core/internal/footprint"
	"github.com/mockmd/mockmd/core/internal/harden"
	"github.com/mockmd/mockmd/core/internal/logsink"
	"github.com/mockmd/mockmd/core/internal/systemd"
)

// subcommand is one command of the program. It returns the exit code.
type subcommand struct {
	words []string // by which it is called: "identity", "certificates"
	run   func(ctx context.Context, args []string, stdout, stderr io.Writer) int
}

// commands are all commands that have words; without any of them the program
// serves.
func commands() []subcommand {
	return []subcommand{
		{[]string{"validate"}, validate},
		{[]string{"status"}, tellStatus},
		{[]string{"reload"}, reload},
		{[]string{"plugins"}, plugins},
		{[]string{"identity", "certificates"}, certificates},
		{[]string{"network"}, hostNetwork},
		{[]string{"plugin", "new"}, pluginNew},
		{[]string{"plugin", "describe"}, pluginDescribe},
		{[]string{"plugin", "test"}, pluginTest},
	}
}

// protect keeps the secrets of the process inside it. The command that writes
// source code has none: its files, and those that the go command makes for it,
// are made as the user's own umask says.
func protect(args []string) error {
	if c, _ := find(args); slices.Equal(c.words, []string{"plugin", "new"}) {
		return nil
	}
	return harden.Process()
}

// find returns the command that args call, and the arguments that are left.
func find(args []string) (subcommand, []string) {
	for _, c := range commands() {
		if n := len(c.words); len(args) >= n && slices.Equal(args[:n], c.words) {
			return c, args[n:]
		}
	}
	return subcommand{run: serveConfiguration}, args
}

// serveConfiguration is the main job. Who serves does not wait for who reads
// the log. A hang-up has the configuration taken in anew.
func serveConfiguration(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	manager, err := systemd.Take()
	if err != nil {
		fmt.Fprintf(stderr, "mockmd: %v\n", err)
	}
	log := logsink.New(stderr)
	defer func() { _ = log.Close() }() // whoever could be told does not read
	c := newCommandLine("mockmd", log.Before(stdout), log.Direct())
	c.options.Log = log
	c.options.Manager = manager
	c.options.Environ = systemd.Environ(c.options.Environ)
	ctx, reloads, stop := hangups(ctx)
	defer stop()
	c.options.Hangups = reloads
	defer small(ctx, footprint.Core)()
	return runCommand(ctx, c, args, app.Run)
}

// validate checks a configuration.
func validate(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c := newCommandLine("mockmd validate", stdout, stderr)
	asJSON := c.flags.Bool("json", false, "print what is wrong as JSON, on stdout")
	return runCommand(ctx, c, args, func(ctx context.Context, o app.Options) error {
		o.JSON = *asJSON
		return app.Validate(ctx, o)
	})
}

// runCommand reads the flags and hands over to the core.
func runCommand(ctx context.Context, c *commandLine, args []string, job func(context.Context, app.Options) error) int {
	if code, done := c.parse(args, 0); done {
		return code
	}
	err := c.registered()
	if err == nil {
		err = job(ctx, c.options)
	}
	return exitCode(err, c.options.Stderr)
}
