package main

import (
	"fmt"
	"slices"
)

// median of at least one value.
func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// figure makes a row of the values of all rounds, and of the bare handler's
// when there are any: the ratio is taken round by round, so that a machine
// that changes its speed does not count.
func figure(what, unit string, values, bare []float64) row {
	r := row{
		What: what, Unit: unit, Value: median(values),
		Spread: fmt.Sprintf("%.1f … %.1f", slices.Min(values), slices.Max(values)),
	}
	if len(bare) > 0 {
		ratios := make([]float64, len(values))
		for i := range values {
			ratios[i] = values[i] / bare[i]
		}
		r.Bare, r.Ratio = median(bare), median(ratios)
	}
	return r
}
