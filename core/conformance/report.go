package conformance

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Outcome is what became of one rule.
type Outcome string

// The outcomes.
const (
	// Pass says that the plugin keeps the rule.
	Pass Outcome = "pass"
	// Fail says that it breaks the rule.
	Fail Outcome = "fail"
	// NotApplicable says that there was nothing to check, or no way to.
	NotApplicable Outcome = "n/a"
)

// Verdict is the outcome of one rule.
type Verdict struct {
	// Rule is the rule's name.
	Rule string `json:"rule"`
	// Outcome is pass, fail or n/a.
	Outcome Outcome `json:"outcome"`
	// Detail is what was seen, or why the rule does not apply.
	Detail string `json:"detail"`
	// Demand and Mend are those of the rule; only with a failure.
	Demand string `json:"demand,omitempty"`
	Mend   string `json:"mend,omitempty"`
}

// Report is the outcome of all rules for one plugin.
type Report struct {
	// Plugin is the name under which it was tested.
	Plugin string `json:"plugin"`
	// Command is how it was started.
	Command []string `json:"command"`
	// Verdicts are those of all rules, in the order of [Rules].
	Verdicts []Verdict `json:"rules"`
}

// Count returns how many rules came out so.
func (r *Report) Count(o Outcome) int {
	n := 0
	for _, v := range r.Verdicts {
		if v.Outcome == o {
			n++
		}
	}
	return n
}

// Failed returns the names of the rules that the plugin breaks.
func (r *Report) Failed() []string {
	var names []string
	for _, v := range r.Verdicts {
		if v.Outcome == Fail {
			names = append(names, v.Rule)
		}
	}
	return names
}

// WriteText writes the report for people: a line for each rule, under each
// failure what is demanded and how to mend it, and the sum.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	for _, v := range r.Verdicts {
		word := string(v.Outcome)
		if v.Outcome == Fail {
			word = "FAIL"
		}
		fmt.Fprintf(&b, "%s  %-24s  %s\n", word+strings.Repeat(" ", 4-len(word)), v.Rule, indent(v.Detail))
		if v.Outcome == Fail {
			fmt.Fprintf(&b, "      demanded: %s\n      mend:     %s\n", v.Demand, v.Mend)
		}
	}
	fmt.Fprintf(&b, "\nplugin %q: %d rules, %d passed, %d failed, %d not applicable\n",
		r.Plugin, len(r.Verdicts), r.Count(Pass), r.Count(Fail), r.Count(NotApplicable))
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes the report as one JSON object.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// indent keeps the lines of a detail below its rule.
func indent(text string) string { return strings.ReplaceAll(text, "\n", "\n      ") }
