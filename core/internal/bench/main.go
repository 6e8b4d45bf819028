// Command bench measures a built mockmd: how fast it starts, how many requests
// it answers beside a bare net/http handler that sends the same bytes, and how
// much memory its processes take. Every figure that depends on the machine is
// also given as a ratio taken in the same run, the two sides in turn.
//
// It drives the program from outside and imports nothing of it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"text/tabwriter"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == bareCommand {
		serveBare(os.Args[2], os.Args[3])
		return
	}
	var b bench
	flag.StringVar(&b.program, "mockmd", ".build/mockmd", "the `program` to measure")
	flag.IntVar(&b.rounds, "rounds", 15, "rounds of each measurement; the median counts")
	flag.IntVar(&b.requests, "requests", 1000, "requests in one round of a throughput measurement")
	flag.IntVar(&b.distinct, "clients", 100_000, "distinct clients in the measurement of many instances")
	many := flag.Bool("instances", false, "measure a configuration of many instances, and nothing else")
	asJSON := flag.Bool("json", false, "print JSON instead of a table")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	measure := b.all
	if *many {
		measure = b.instances
	}
	err := measure(ctx)
	stop()
	if err == nil {
		err = b.print(*asJSON)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run of all measurements.
type bench struct {
	program          string
	rounds, requests int
	distinct         int // clients of many instances
	rows             []row
}

// row is one figure.
type row struct {
	What   string  `json:"what"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Bare   float64 `json:"bare,omitempty"`  // the same of the bare handler
	Ratio  float64 `json:"ratio,omitempty"` // median over the rounds of value / bare
	Spread string  `json:"spread"`          // smallest and largest value
}

func (b *bench) print(asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(b.rows)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "what\tmedian\tunit\tbare net/http\tratio\tmin … max\n")
	for _, r := range b.rows {
		bare, ratio := "", ""
		if r.Bare != 0 {
			bare, ratio = fmt.Sprintf("%.1f", r.Bare), fmt.Sprintf("%.2f", r.Ratio)
		}
		fmt.Fprintf(w, "%s\t%.1f\t%s\t%s\t%s\t%s\n", r.What, r.Value, r.Unit, bare, ratio, r.Spread)
	}
	return w.Flush()
}

// all takes every measurement.
func (b *bench) all(ctx context.Context) error {
	for _, measure := range []func(context.Context) error{b.startUp, b.throughput, b.memory} {
		if err := measure(ctx); err != nil {
			return err
		}
	}
	return nil
}
