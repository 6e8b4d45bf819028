// Command fuzz runs every fuzz target of the module, one after the other and
// each for a time, and prints a table of what they did. A target that fails does
// not keep the others from running; the command fails at the end. What go test
// itself prints goes to stdout as it comes.
//
// It is what make fuzz runs, from the root of the module, and imports nothing of
// mockmd.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"text/tabwriter"
	"time"
)

func main() {
	var o options
	flag.DurationVar(&o.each, "time", 30*time.Second, "how long each target runs")
	flag.IntVar(&o.parallel, "parallel", 0, "how many processes of a target run at once; 0 is one per processor")
	flag.StringVar(&o.only, "only", "", "the names of the targets to run, a regular expression")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	failed, err := run(ctx, o, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil || failed {
		stop()
		os.Exit(1) //nolint:gocritic // stop has been called
	}
}

type options struct {
	each     time.Duration
	parallel int
	only     string
}

// run runs the targets and prints the table. It says whether one failed.
func run(ctx context.Context, o options, out io.Writer) (failed bool, err error) {
	targets, err := find(".", o.only)
	if err != nil {
		return false, err
	}
	results := make([]result, 0, len(targets))
	for _, t := range targets {
		if ctx.Err() != nil {
			break
		}
		fmt.Fprintf(out, "== %s in %s\n", t.name, t.dir)
		r := fuzz(ctx, t, o, out)
		failed = failed || r.finding != ""
		results = append(results, r)
	}
	table(out, results)
	return failed, ctx.Err()
}

// fuzz runs one target.
func fuzz(ctx context.Context, t target, o options, out io.Writer) result {
	args := []string{"test", "-run", "^$", "-fuzz", "^" + t.name + "$", "-fuzztime", o.each.String(), "-fuzzminimizetime", "5x", "-timeout", "0"}
	if o.parallel > 0 {
		args = append(args, "-parallel", strconv.Itoa(o.parallel))
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./"+t.dir)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	read := &reader{out: out}
	cmd.Stdout, cmd.Stderr = read, read
	began := time.Now()
	err := cmd.Run()
	r := read.result()
	r.target, r.took = t, time.Since(began)
	if err != nil && r.finding == "" {
		r.finding = err.Error()
	}
	return r
}

// table prints what the targets did.
func table(out io.Writer, results []result) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\npackage\ttarget\tseconds\texecutions\tnew interesting\t  finding\n")
	for _, r := range results {
		finding := r.finding
		if finding == "" {
			finding = "none"
		}
		fmt.Fprintf(w, "%s\t%s\t%.0f\t%d\t%d\t  %s\n", r.target.dir, r.target.name, r.took.Seconds(), r.executions, r.interesting, finding)
	}
	_ = w.Flush() // stdout
}
