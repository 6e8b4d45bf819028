package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/mockmd/mockmd/core/app"
	"github.com/mockmd/mockmd/core/plugindoc"
)

// pluginDescribe prints what a plugin says of itself. What follows the
// program is for the program.
func pluginDescribe(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	const name = "mockmd plugin describe"
	c := newCommandLine(name, stdout, stderr)
	asJSON := c.flags.Bool("json", false, "print JSON (plugin describe)")
	if code, done := c.parse(args, len(args)); done {
		return code
	}
	if c.flags.NArg() == 0 {
		fmt.Fprintf(stderr, "%s: name a built-in plugin, or the path of a program\n\n", name)
		c.flags.Usage()
		return exitUsage
	}
	if err := c.registered(); err != nil {
		return exitCode(err, stderr)
	}
	d, err := app.Describe(ctx, c.options, c.flags.Args())
	if _, ok := errors.AsType[*app.PluginNameError](err); ok {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return exitUsage
	}
	if err != nil {
		return exitCode(err, stderr)
	}
	text := plugindoc.Markdown(d)
	if *asJSON {
		if text, err = plugindoc.JSON(d); err != nil {
			return exitCode(err, stderr)
		}
	}
	fmt.Fprint(stdout, text)
	return exitOK
}
