package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mockmd/mockmd/core/app"
	"github.com/mockmd/mockmd/core/conformance"
)

// conformanceHost is the hidden subcommand by which `mockmd plugin test` starts
// a core to kill.
const conformanceHost = "conformance-host"

// pluginTest checks that a plugin keeps the contract. What follows the program
// is for the program.
func pluginTest(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	const name = "mockmd plugin test"
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	var t app.PluginTest
	flags.StringVar(&t.Config, "config", "", "configuration `file` with a block for the plugin, or the HCL that stands in its config block (default: metadata.hcl of the folder, if there is one)")
	flags.StringVar(&t.Label, "plugin", "", "`label` of the plugin's block (default: the one that names the program or is called as it is)")
	flags.Func("mount", "`path` that the plugin serves in place of its own; may be repeated", func(m string) error {
		t.Mounts = append(t.Mounts, m)
		return nil
	})
	asJSON := flags.Bool("json", false, "print JSON")
	flags.Func("patience", "`duration` for which an answer or an exit is waited for on a slow machine, such as 1m (default: 10s for an answer, and the contract's 2s for an exit)", func(text string) error {
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return errors.New("want a duration, such as 1m")
		}
		t.Options.Answer, t.Options.Exit = d, d
		return nil
	})
	rules := flags.Bool("rules", false, "print what is checked, and check nothing")
	flags.Usage = func() {
		fmt.Fprintf(stderr, "usage: %s [-config FILE|HCL] [-plugin LABEL] [-mount PATH]… [-json] NAME|PATH [ARGUMENT…]\n\n"+
			"starts the built plugin as mockmd does and checks that it keeps the contract, rule by rule.\n"+
			"NAME is a built-in; PATH is a program, or a folder as `mockmd plugin new` lays it out:\n"+
			"a plugin in Go is built from it, one in Python is main.py. The exit code is 1 when a rule is broken.\n\n", name)
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case *rules:
		for _, r := range conformance.Rules() {
			fmt.Fprintf(stdout, "%-24s  %s\n", r.Name, r.Demand)
		}
		return exitOK
	case flags.NArg() == 0:
		fmt.Fprintf(stderr, "%s: name a built-in plugin, or the path of a program or of its folder\n\n", name)
		flags.Usage()
		return exitUsage
	}
	t.Command = flags.Args()
	o := app.Options{Version: version(), Stdout: stdout, Stderr: stderr, Environ: os.Environ()}
	var err error
	if o.Builtins, o.Launcher, err = registered(); err != nil {
		return exitCode(err, stderr)
	}
	t.Options.Host = []string{o.Builtins[0].Command[0], conformanceHost}
	r, err := app.TestPlugin(ctx, o, t)
	if _, ok := errors.AsType[*app.PluginNameError](err); ok {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return exitUsage
	}
	if err != nil {
		return exitCode(err, stderr)
	}
	if *asJSON {
		err = r.WriteJSON(stdout)
	} else {
		err = r.WriteText(stdout)
	}
	if failed := r.Failed(); err == nil && len(failed) > 0 {
		err = fmt.Errorf("plugin %q breaks %s", r.Plugin, strings.Join(failed, ", "))
	}
	return exitCode(err, stderr)
}

// hostPlugin is the core that `mockmd plugin test` kills.
func hostPlugin(ctx context.Context, stderr io.Writer) int {
	return exitCode(conformance.Host(ctx, os.Stdin, os.Stdout), stderr)
}
