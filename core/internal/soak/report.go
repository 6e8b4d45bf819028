package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// print writes the table and the verdict.
func (s *soak) print(out io.Writer) {
	if err := s.memory.judge(); err != nil {
		s.violation("%v", err)
	}
	took := time.Since(s.began)
	if s.total.reads == 0 {
		s.violation("nothing was read")
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\ndisturbance\ttimes\tseconds\treads during\texcused\twrong\t\n")
	for _, a := range s.actors() {
		for _, k := range a.kinds {
			if k.impossible != "" {
				fmt.Fprintf(w, "%s\tNOT RUN: %s\t\n", k.name, k.impossible)
				continue
			}
			t := s.kinds[k.name]
			if t == nil {
				t = &tally{}
			}
			fmt.Fprintf(w, "%s\t%d\t%.1f\t%d\t%d\t%d\t\n", k.name, t.times, t.took.Seconds(), t.reads, t.excused, t.wrong)
		}
	}
	fmt.Fprintf(w, "all reads\t\t%.1f\t%d\t%d\t%d\t\n", took.Seconds(), s.total.reads, s.total.excused, s.total.wrong)
	_ = w.Flush()
	s.printRest(out)
	for _, v := range s.violations {
		fmt.Fprintln(out, "WRONG:", v)
	}
	if s.hidden > 0 {
		fmt.Fprintf(out, "and %d more\n", s.hidden)
	}
	verdict := "GOOD"
	if !s.good() {
		verdict = "WRONG"
	}
	fmt.Fprintf(out, "verdict: %s, -seed %d, %s\n", verdict, s.o.seed, took.Round(time.Second))
}

func (s *soak) printRest(out io.Writer) {
	fmt.Fprintln(out)
	for _, way := range slices.Sorted(maps.Keys(s.ways)) {
		fmt.Fprintf(out, "%9d reads by %s\n", s.ways[way], way)
	}
	paths := 0
	for _, p := range s.places {
		paths += len(p.paths)
	}
	fmt.Fprintf(out, "%9d paths of %d places, %d of them with bodies that differ from core to core: %s\n", paths, len(s.places), len(s.vary), strings.Join(s.vary, ", "))
	fmt.Fprintf(out, "slowest good read, while nothing was excused: %s\n", s.slowest.Round(time.Millisecond))
	fmt.Fprintf(out, "%9d of the reads were of failure documents while STS had given nothing that still lived\n", s.failures)
	s.proxy.mu.Lock()
	for _, how := range slices.Sorted(maps.Keys(s.proxy.calls)) {
		fmt.Fprintf(out, "%9d calls of STS: %s\n", s.proxy.calls[how], how)
	}
	s.proxy.mu.Unlock()
	fmt.Fprintf(out, "%9d sessions issued; %d lines of the log without one of %d secrets, %d times lines were lost\n",
		s.grants.count(), s.canary.lines, s.canary.secrets, s.canary.lost)
	if m := s.memory.samples; s.memory.err != nil {
		fmt.Fprintf(out, "memory NOT MEASURED: %v\n", s.memory.err)
	} else if len(m) >= 4 {
		first, last := quarters(m)
		lifeFirst, lifeLast := quarters(m[s.memory.life:])
		fmt.Fprintf(out, "memory (PSS of all processes), most in the first and in the last quarter: %s, %s; of the last core's life: %s, %s; most at any time, with two processes of plugins that are replaced: %s (%d samples; bound %.2f × + %s)\n",
			megabytes(first), megabytes(last), megabytes(lifeFirst), megabytes(lifeLast), megabytes(s.memory.most), len(m), memoryFactor, megabytes(memoryMore))
	}
	l := s.leaks
	if why := hidden(); why != "" {
		fmt.Fprintln(out, "files, sockets and threads NOT LOOKED AT:", why)
	}
	fmt.Fprintf(out, "at %d checks at most, and of a core to which nothing had happened: %d files (%d), %d sockets (%d), %d threads (%d), %d processes (%d), goroutines %d (%d)\n",
		l.checks, l.files, s.calm.core.files, l.sockets, s.calm.core.sockets, l.threads, s.calm.core.threads,
		l.processes, len(pluginNames)+1, l.most, l.goroutines)
}
