package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/app"
)

// remoteCommandLine is that of a command that asks a mockmd that runs.
func remoteCommandLine(name string, stdout, stderr io.Writer) *commandLine {
	c := newCommandLine(name, stdout, stderr)
	c.flags.StringVar(&c.options.AdminAddress, "admin", "", "`address` of the admin listener: HOST:PORT, https://HOST:PORT or unix:///PATH (default: as configured)")
	c.flags.StringVar(&c.options.CAFile, "ca", "", "`file` with the authorities that are trusted for https, in PEM (default: the system's)")
	c.flags.BoolVar(&c.options.JSON, "json", false, "print JSON")
	return c
}

// reload has the mockmd that runs take its configuration in anew.
func reload(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return runCommand(ctx, remoteCommandLine("mockmd reload", stdout, stderr), args, app.Reload)
}

// plugins lists what the mockmd that runs has running.
func plugins(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return runCommand(ctx, remoteCommandLine("mockmd plugins", stdout, stderr), args, func(ctx context.Context, o app.Options) error {
		told, body, err := app.Plugins(ctx, o)
		switch {
		case err != nil:
			return err
		case o.JSON:
			_, err = fmt.Fprintf(stdout, "%s\n", body)
			return err
		}
		return tellPlugins(stdout, told, time.Now())
	})
}

// memory is what a plugin takes of it, in MiB: its proportional share where the
// system tells that, else the most that can be.
func memory(p admin.Plugin) string {
	switch {
	case p.PSS > 0:
		return fmt.Sprintf("%.1fMiB", float64(p.PSS)/(1<<20))
	case p.RSS > 0:
		return fmt.Sprintf("<=%.1fMiB", float64(p.RSS)/(1<<20))
	}
	return "-"
}

// tellPlugins prints an overview for people.
func tellPlugins(w io.Writer, o *admin.Overview, now time.Time) error {
	fmt.Fprintf(w, "%s, loaded %s\n", o.Path, o.Loaded.Local().Format(time.DateTime))
	if o.ReloadError != "" {
		fmt.Fprintf(w, "the reload at %s failed: %s\n", o.ReloadFailed.Local().Format(time.DateTime), o.ReloadError)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PLUGIN\tSTATE\tPID\tUPTIME\tRESTARTS\tCPU\tMEMORY\tMOUNTS\tACTIONS")
	for _, p := range o.Plugins {
		pid, uptime := "-", "-"
		if p.PID != 0 {
			pid, uptime = strconv.Itoa(p.PID), max(0, now.Sub(p.Started)).Round(time.Second).String()
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%.2fs\t%s\t%s\t%s\n", p.Name, p.State, pid, uptime, p.Restarts, p.CPUSeconds, memory(p), strings.Join(p.Mounts, ","), strings.Join(p.Actions, ","))
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print plugins: %w", err)
	}
	for _, p := range o.Plugins {
		if p.Message != "" {
			fmt.Fprintf(w, "%s is %s: %s\n", p.Name, p.State, p.Message)
		}
	}
	return nil
}
