package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	program string        // the built mockmd
	plugin  string        // the built examples/counter; empty: built here
	length  time.Duration // how long the disturbances go on
	seed    uint64
	each    bool   // every kind of disturbance once, in order, and no more
	dir     string // for everything that is written; empty: a temporary one
	clients int
	hurry   bool // leave the pauses out; set by each
}

func main() {
	var o options
	flag.StringVar(&o.program, "mockmd", ".build/mockmd", "the `program` to soak")
	flag.StringVar(&o.plugin, "plugin", "", "the built examples/counter; without it, it is built")
	flag.DurationVar(&o.length, "for", 3*time.Minute, "how long")
	flag.Uint64Var(&o.seed, "seed", 0, "what chance begins with; 0 chooses")
	flag.BoolVar(&o.each, "each", false, "do every kind of disturbance once, in order, instead")
	flag.StringVar(&o.dir, "dir", "", "`folder` for logs and state, which stay; without it, a temporary one")
	flag.IntVar(&o.clients, "clients", 4, "clients that read all the time, besides one of the AWS SDK")
	flag.Parse()
	if inside, code, err := namespaced(); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	} else if !inside {
		os.Exit(code)
	}
	if o.seed == 0 {
		o.seed = rand.Uint64() //nolint:gosec // G404: chance is to be repeated here, not to be secret
	}
	o.hurry = o.each
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	good, err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
	}
	if err != nil || !good {
		os.Exit(1)
	}
}
