package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// printSpeeds prints a line for each kind of request, wire by wire.
func (r *report) printSpeeds(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	wire, peers := "", []string{}
	for _, s := range r.Speeds {
		for name := range s.Peers {
			if !slices.Contains(peers, name) {
				peers = append(peers, name)
			}
		}
	}
	slices.Sort(peers)
	for _, s := range r.Speeds {
		if s.Wire != wire {
			wire = s.Wire
			fmt.Fprintf(t, "\n%s\tclients\trequests/s\tbare\tratio\tmin … max\tp50 µs\tbare\tp99 µs\tbare\tCPU µs\tbare", wire)
			for _, p := range peers {
				fmt.Fprintf(t, "\t%s\tratio\tp50 µs\tp99 µs", p)
			}
			fmt.Fprintln(t)
		}
		m, b := s.Mockmd, s.Bare
		fmt.Fprintf(t, "  %s\t%d\t%.0f\t%.0f\t%.2f\t%.2f … %.2f\t%.0f\t%.0f\t%.0f\t%.0f\t%.1f\t%.1f", s.What, s.Clients, m.Rate.Median, b.Rate.Median,
			m.Ratio.Median, m.Ratio.Min, m.Ratio.Max, m.P50.Median, b.P50.Median, m.P99.Median, b.P99.Median, m.CPU.Median, b.CPU.Median)
		for _, p := range peers {
			if o, ok := s.Peers[p]; ok {
				fmt.Fprintf(t, "\t%.0f\t%.2f\t%.0f\t%.0f", o.Rate.Median, o.Ratio.Median, o.P50.Median, o.P99.Median)
			} else {
				fmt.Fprint(t, "\t-\t-\t-\t-")
			}
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}
