package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
)

// report is all that was found.
type report struct {
	Notes    []string  `json:"notes"` // how it was measured
	Figures  []figure  `json:"figures"`
	Speeds   []speed   `json:"throughput"`
	Verdicts []verdict `json:"targets"`
}

// figure is one number.
type figure struct {
	Group string  `json:"group"`
	What  string  `json:"what"`
	Unit  string  `json:"unit"`
	Value spread  `json:"value"`
	Bare  *spread `json:"bare,omitempty"`  // the same of the bare handler
	Ratio *spread `json:"ratio,omitempty"` // value / bare, round by round
}

// verdict is a target and what became of it.
type verdict struct {
	Target  string  `json:"target"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit"`
	Where   string  `json:"where,omitempty"` // the figure that decided
	Reached bool    `json:"reached"`
}

// figure adds a number, and one beside it when bare is given.
func (b *bench) figure(group, what, unit string, values, bare []float64) figure {
	f := figure{Group: group, What: what, Unit: unit, Value: spreadOf(values)}
	if len(bare) > 0 {
		s, r := spreadOf(bare), ratios(values, bare)
		f.Bare, f.Ratio = &s, &r
	}
	b.report.Figures = append(b.report.Figures, f)
	return f
}

// judge adds a verdict.
func (b *bench) judge(target string, value float64, unit, where string, reached bool) {
	b.report.Verdicts = append(b.report.Verdicts, verdict{target, value, unit, where, reached})
}

func (r *report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// writeJSON writes a file.
func (r *report) writeJSON(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}

// print writes tables for people.
func (r *report) print(w io.Writer) error {
	for _, n := range r.Notes {
		fmt.Fprintln(w, n)
	}
	if err := r.printSpeeds(w); err != nil {
		return err
	}
	if err := r.printFigures(w); err != nil {
		return err
	}
	return r.printVerdicts(w)
}

func (r *report) printFigures(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	group := ""
	for _, f := range r.Figures {
		if f.Group != group {
			group = f.Group
			fmt.Fprintf(t, "\n%s\tmedian\tunit\tmin … max", group)
			if f.Bare != nil {
				fmt.Fprint(t, "\tbare\tratio\tmin … max")
			}
			fmt.Fprintln(t)
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s", f.What, number(f.Value.Median), f.Unit, f.Value.bounds())
		if f.Bare != nil {
			fmt.Fprintf(t, "\t%s\t%.2f\t%.2f … %.2f", number(f.Bare.Median), f.Ratio.Median, f.Ratio.Min, f.Ratio.Max)
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

func (r *report) printVerdicts(w io.Writer) error {
	if len(r.Verdicts) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\ntargets\tfigure\t\tdecided by\n")
	for _, v := range r.Verdicts {
		word := map[bool]string{true: "reached", false: "missed"}[v.Reached]
		fmt.Fprintf(t, "  %s\t%s %s\t%s\t%s\n", v.Target, number(v.Value), v.Unit, word, v.Where)
	}
	return t.Flush()
}

// bounds are empty for a single value.
func (s spread) bounds() string {
	if s.Min == s.Max {
		return ""
	}
	return number(s.Min) + " … " + number(s.Max)
}

// number prints what matters of a number.
func number(f float64) string {
	switch {
	case f == 0:
		return "0"
	case f < 0.1 && f > -0.1:
		return fmt.Sprintf("%.4f", f)
	case f < 10 && f > -10:
		return fmt.Sprintf("%.2f", f)
	case f < 1000 && f > -1000:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f", f)
}
