package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/mockmd/mockmd/core/hostnet"
)

const networkUsage = `usage: mockmd network up [-allow INTERFACE]… [-ipv6=false] [-force] [-print]
       mockmd network down [-print]
       mockmd network status [-json] [-print]

up puts 169.254.169.254 and fd00:ec2::254 on the loopback interface, and drops
what comes to them by any other interface; it may be run again, to mend that or
to allow others. down undoes what up did and nothing else. status succeeds when
the addresses are there and guarded. All need CAP_NET_ADMIN, but with -print.

`

// networkCommand is the flags of mockmd network.
type networkCommand struct {
	options       hostnet.Options
	print, asJSON bool
}

// hostNetwork gives this host the addresses of the metadata service, or takes them
// away.
func hostNetwork(_ context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("mockmd network", flag.ContinueOnError)
	flags.SetOutput(stderr)
	c := networkCommand{options: hostnet.Options{Identity: os.DirFS("/sys/class/dmi/id")}}
	ipv6 := true
	flags.BoolVar(&c.print, "print", false, "print the commands that do the same, and do nothing")
	job := map[string]func(io.Writer) error{"up": c.up, "down": c.down, "status": c.status}[verb(args)]
	switch verb(args) {
	case "up":
		flags.Func("allow", "`interface` by which others may reach the addresses, as docker0, or, as br-*, all that begin so; may be given several times", func(name string) error {
			c.options.Allow = append(c.options.Allow, name)
			return nil
		})
		flags.BoolVar(&ipv6, "ipv6", true, "fd00:ec2::254 too; left out anyway where IPv6 is disabled")
		flags.BoolVar(&c.options.Force, "force", false, "in a cloud too, whose own metadata service this host will no longer reach")
	case "status":
		flags.BoolVar(&c.asJSON, "json", false, "print one JSON object instead of text")
	}
	flags.Usage = func() {
		fmt.Fprint(stderr, networkUsage)
		flags.PrintDefaults()
	}
	if job == nil {
		return c.misused(flags, args, stderr)
	}
	operands, err := parseAnywhere(flags, args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case len(operands) > 0:
		fmt.Fprintf(stderr, "mockmd network %s: unexpected argument %q\n\n", args[0], operands[0])
		flags.Usage()
		return exitUsage
	}
	c.options.WithoutIPv6 = !ipv6
	switch err := job(stdout); {
	case errors.Is(err, errNotUp): // and the text says so
		return exitFailed
	case err != nil:
		fmt.Fprintf(stderr, "mockmd network %s: %v\n", args[0], err)
		return exitFailed
	}
	return exitOK
}

// verb returns the first argument.
func verb(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// misused says what is to be done with the network.
func (c *networkCommand) misused(flags *flag.FlagSet, args []string, stderr io.Writer) int {
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return exitOK
	} else if err == nil {
		fmt.Fprintf(stderr, "mockmd network: say up, down or status, not %q\n\n", verb(args))
		flags.Usage()
	}
	return exitUsage
}

func (c *networkCommand) up(w io.Writer) error {
	if !c.print {
		return whole(w, func(w io.Writer) error { return hostnet.Up(w, c.options) })
	}
	return commandsTo(w)(hostnet.UpCommands(c.options))
}

func (c *networkCommand) down(w io.Writer) error {
	if !c.print {
		return whole(w, hostnet.Down)
	}
	return commandsTo(w)(hostnet.DownCommands())
}

// whole has a job done to its end before any of what it writes is written to w:
// who reads no further, as head does, ends the process.
func whole(w io.Writer, job func(io.Writer) error) error {
	var b bytes.Buffer
	err := job(&b)
	if _, e := b.WriteTo(w); e != nil {
		err = errors.Join(err, fmt.Errorf("print what was done: %w", e))
	}
	return err
}

// errNotUp says that the addresses are not there, or not guarded.
var errNotUp = errors.New("not up")

func (c *networkCommand) status(w io.Writer) error {
	if c.print {
		return commandsTo(w)(hostnet.StatusCommands(), nil)
	}
	state, err := hostnet.Read()
	if state == nil {
		return err
	}
	tell := state.Text
	if c.asJSON {
		tell = state.JSON
	}
	if err := tell(w); err != nil {
		return err
	}
	if !state.Up {
		return errNotUp
	}
	return nil
}

// commandsTo writes commands, unless there is an error.
func commandsTo(w io.Writer) func(string, error) error {
	return func(commands string, err error) error {
		if err != nil {
			return err
		}
		if _, err = io.WriteString(w, commands); err != nil {
			return fmt.Errorf("print the commands: %w", err)
		}
		return nil
	}
}
