package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// bench is one run: what it is asked for, and what it has found.
type bench struct {
	program, config, json string
	peers                 []*server
	only                  []string
	rounds                int
	round                 time.Duration // of throughput
	many                  int           // clients at once
	million               int           // requests before memory is measured again
	settle, idle          time.Duration
	distinct              int           // clients of many instances
	long                  time.Duration // at most, for them

	cores  *cores
	dir    string // removed at the end
	load   load
	report report

	unsized bool // memory cannot be read
}

// part is one sort of measurement.
type part struct {
	name    string
	asked   bool // for by name only
	measure func(context.Context) error
}

func (b *bench) parts() []part {
	return []part{
		{"throughput", false, b.throughput},
		{"startup", false, b.startUp},
		{"memory", false, b.memory},
		{"refresh", false, b.refresh},
		{"reload", false, b.reload},
		{"extra", false, b.extra},
		{"idle", false, b.idleUse},
		{"instances", true, b.instances},
	}
}

// wanted tells whether a part is to be measured.
func (b *bench) wanted(name string) bool {
	for _, p := range b.parts() {
		if p.name == name {
			return slices.Contains(b.only, name) || len(b.only) == 0 && !p.asked
		}
	}
	return false
}

// parse reads the arguments.
func parse(args []string, output io.Writer) (*bench, error) {
	b := &bench{}
	var names, usual []string
	for _, p := range b.parts() {
		names = append(names, p.name)
		if !p.asked {
			usual = append(usual, p.name)
		}
	}
	var only, peers string
	var many bool
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(output)
	f.StringVar(&b.program, "mockmd", ".build/mockmd", "the `program` to measure")
	f.StringVar(&b.config, "config", "metadata.hcl", "the `file` it is measured with: the shipped one")
	f.StringVar(&b.json, "json", "", "write all figures to a `file` as JSON too")
	f.StringVar(&peers, "peer", "", "other servers to measure beside it, as `NAME=URL`, several with commas")
	f.StringVar(&only, "only", "", "`parts` to measure, of "+strings.Join(names, ", ")+"; by default "+strings.Join(usual, ", "))
	f.IntVar(&b.rounds, "rounds", 9, "rounds of each measurement; the median counts")
	f.DurationVar(&b.round, "round", 100*time.Millisecond, "length of one round of throughput")
	f.IntVar(&b.many, "many", 64, "clients at once, where they are many")
	f.IntVar(&b.million, "requests", 1_000_000, "reads, and token PUTs, before memory is measured again")
	f.DurationVar(&b.settle, "settle", 12*time.Second, "time to settle before memory and idle processor time are measured")
	f.DurationVar(&b.idle, "idle", time.Minute, "time over which idle processor time is measured")
	f.BoolVar(&many, "instances", false, "measure a configuration of many instances, and nothing else: -only instances")
	f.IntVar(&b.distinct, "clients", 100_000, "distinct clients in the measurement of many instances")
	f.DurationVar(&b.long, "clients-for", time.Minute, "longest time for these: those who come later are left out")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if b.rounds < 1 || b.round <= 0 || b.many < 2 || b.many > 256 || b.million < b.many || b.distinct < 1 {
		return nil, fmt.Errorf("there must be at least 1 round, 2 to 256 clients, as many requests, and 1 distinct client")
	}
	if many {
		only = "instances"
	}
	for name := range strings.SplitSeq(only, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("there is no part %q: %s", name, strings.Join(names, ", "))
		}
		b.only = append(b.only, name)
	}
	var err error
	if b.program, err = filepath.Abs(b.program); err != nil {
		return nil, err
	}
	b.peers, err = parsePeers(peers)
	return b, err
}
