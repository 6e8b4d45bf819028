package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/mockmd/mockmd/core/scaffold"
)

// pluginNew writes the folder of a new plugin and builds it.
func pluginNew(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	const name = "mockmd plugin new"
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	languages := scaffold.Languages()
	language := flags.String("lang", "go", "`language`: "+strings.Join(languages, " or "))
	checkout := flags.String("sdk", "", "`folder` with a checkout of mockmd, whose SDK a plugin in Go uses (default: the release that this mockmd is of)")
	flags.Usage = func() {
		fmt.Fprintf(stderr, "usage: %s NAME [-lang LANGUAGE] [-sdk DIR]\n\n"+
			"writes a new plugin to the folder NAME, which may be a path, and builds it.\n\n", name)
		flags.PrintDefaults()
	}
	operands, err := parseAnywhere(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case len(operands) != 1:
		fmt.Fprintf(stderr, "%s: %d names given, want one\n\n", name, len(operands))
		flags.Usage()
		return exitUsage
	case !slices.Contains(languages, *language):
		fmt.Fprintf(stderr, "%s: -lang %q: want %s\n", name, *language, strings.Join(languages, " or "))
		return exitUsage
	}
	if err := newPlugin(ctx, operands[0], *language, *checkout, stdout, stderr); err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return exitFailed
	}
	return exitOK
}

func newPlugin(ctx context.Context, dir, language, checkout string, stdout, stderr io.Writer) error {
	dir = filepath.Clean(dir)
	p := scaffold.Plugin{Name: filepath.Base(dir), Dir: dir}
	if err := scaffold.CheckName(p.Name, builtinNames()); err != nil {
		return err
	}
	if language == "go" {
		build, _ := debug.ReadBuildInfo()
		program, _ := os.Executable() // without one there is one place less to look at
		here, _ := os.Getwd()
		var err error
		if p.SDK, err = scaffold.FindSDK(checkout, build, scaffold.SourceDir(), filepath.Dir(program), here); err != nil {
			return err
		}
	}
	if err := scaffold.Write(dir, language, p); err != nil {
		return err
	}
	if err := scaffold.Build(ctx, dir, language, p, stderr); err != nil {
		return err
	}
	next, err := scaffold.Next(language, p)
	fmt.Fprint(stdout, next)
	return err
}

// builtinNames lists the shipped plugins.
func builtinNames() []string {
	var names []string
	for _, b := range builtins() {
		names = append(names, b.name)
	}
	return names
}

// parseAnywhere parses flags that stand before, between and behind the
// operands, which it returns.
func parseAnywhere(flags *flag.FlagSet, args []string) (operands []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		rest := flags.Args()
		if len(rest) == 0 {
			return operands, nil
		}
		if n := len(args) - len(rest); n > 0 && args[n-1] == "--" { // nothing behind it is a flag
			return append(operands, rest...), nil
		}
		operands, args = append(operands, rest[0]), rest[1:]
	}
}
