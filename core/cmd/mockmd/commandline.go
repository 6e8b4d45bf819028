package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/mockmd/mockmd/core/app"
)

const usage = `usage: mockmd [-config FILE] [-log-level LEVEL] [-log-format text|json]
       mockmd validate [-config FILE] [-json]
       mockmd status [-config FILE] [-admin ADDRESS] [-ca FILE] [-json]
       mockmd reload [-config FILE] [-admin ADDRESS] [-ca FILE] [-json]
       mockmd plugins [-config FILE] [-admin ADDRESS] [-ca FILE] [-json]
       mockmd identity certificates [-config FILE] [pkcs7|rsa2048|signature]
       mockmd network up [-allow INTERFACE]… [-ipv6=false] [-force] [-print]
       mockmd network down [-print]
       mockmd network status [-json] [-print]
       mockmd plugin new NAME [-lang LANGUAGE] [-sdk DIR]
       mockmd plugin describe [-json] NAME|PROGRAM [ARGUMENT…]
       mockmd plugin test [-config FILE|HCL] [-json] NAME|PATH [ARGUMENT…]
       mockmd -version

mockmd serves EC2 instance metadata as the configuration says.
validate checks the configuration, the plugins' parts included; nothing is served.
status tells what the mockmd that runs with the configuration holds: its
credentials, when they are renewed, and what is wrong; for programs with -json.
reload has the mockmd that runs with the configuration take it in anew; plugins
lists what it has running.
identity certificates prints the certificates of the signed identity documents
of the mockmd that runs with the configuration.
network up puts the addresses of the metadata service on the loopback interface
and keeps the neighbours away from them; down undoes that.
plugin new writes the folder of a new plugin and builds it.
plugin describe prints what a plugin claims, offers and takes: a built-in by its
name, any other by the path of its program.
plugin test checks that a plugin, in whatever language, keeps the contract.

`

// commandLine is the flags that all commands share, and what they say.
type commandLine struct {
	flags       *flag.FlagSet
	name        string
	showVersion bool
	options     app.Options
}

func newCommandLine(name string, stdout, stderr io.Writer) *commandLine {
	c := &commandLine{
		name: name, flags: flag.NewFlagSet(name, flag.ContinueOnError),
		options: app.Options{Version: version(), Stdout: stdout, Stderr: stderr, Environ: os.Environ()},
	}
	c.flags.SetOutput(stderr)
	c.flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		c.flags.PrintDefaults()
	}
	c.flags.StringVar(&c.options.ConfigPath, "config", "metadata.hcl", "configuration `file`")
	c.flags.StringVar(&c.options.LogLevel, "log-level", "", "`level` of the log: trace, debug, info, warn or error (default: as configured, else info)")
	c.flags.StringVar(&c.options.LogFormat, "log-format", "", "`format` of the log: text or json (default: as configured, else text)")
	c.flags.BoolVar(&c.showVersion, "version", false, "print the version and exit")
	return c
}

// parse reads the arguments; most says how many there may be beside the
// flags. Done says that the command ends here, with the code.
func (c *commandLine) parse(args []string, most int) (code int, done bool) {
	switch err := c.flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK, true
	case err != nil:
		return exitUsage, true
	case c.flags.NArg() > most:
		fmt.Fprintf(c.options.Stderr, "%s: unexpected argument %q\n\n", c.name, c.flags.Arg(most))
		c.flags.Usage()
		return exitUsage, true
	case c.showVersion:
		fmt.Fprintf(c.options.Stdout, "mockmd %s\n", c.options.Version)
		return exitOK, true
	}
	return 0, false
}

// registered adds to the options how plugins are started.
func (c *commandLine) registered() (err error) {
	c.options.Builtins, c.options.Launcher, err = registered()
	return err
}
