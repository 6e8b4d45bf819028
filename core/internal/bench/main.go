// Command bench measures a built mockmd from outside: how many requests it
// answers, and how fast, beside a bare net/http handler that sends the same
// bytes and beside any other server; how fast it starts; what it takes of
// memory and processor; what a refresh, a reload, one more plugin and one more
// instance cost. What depends on the machine is given as a ratio taken in the
// same run, the sides in turn, in short rounds.
//
// Of mockmd it imports core/internal/program alone, which starts it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == bareCommand {
		fmt.Fprintln(os.Stderr, "bench:", serveBare(os.Args[2], os.Args[3]))
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures what the arguments ask for. A missed target is a figure and no
// error; a wrong answer is one.
func run(ctx context.Context, args []string, out, progress io.Writer) error {
	b, err := parse(args, progress)
	if err != nil {
		return err
	}
	if b.cores, err = findCores(); err != nil {
		return err
	}
	b.load.spin = b.cores.apart
	if b.dir, err = os.MkdirTemp("", "mockmd-bench"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(b.dir) }()
	b.report.note("%d rounds of %s; server on %s, clients on %s; median of all rounds; ratios are taken round by round",
		b.rounds, b.round, b.cores.servers, b.cores.clients)
	if text, err := os.ReadFile("/proc/loadavg"); err == nil { // Linux
		load, _, _ := strings.Cut(string(text), " ")
		b.report.note("the machine's load before it began was %s; what others do is noise in these figures", load)
	}
	for _, p := range b.parts() {
		if !b.wanted(p.name) {
			continue
		}
		fmt.Fprintln(progress, "bench: measuring", p.name)
		if err := p.measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if b.json != "" {
		if err := b.report.writeJSON(b.json); err != nil {
			return err
		}
	}
	return b.report.print(out)
}
