package main

import "slices"

// median of at least one value.
func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// spread is the median of several rounds, and its bounds.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

func spreadOf(values []float64) spread {
	return spread{median(values), slices.Min(values), slices.Max(values)}
}

// ratios are taken round by round, so that a machine that changes its speed
// does not count.
func ratios(values, to []float64) spread {
	r := make([]float64, len(values))
	for i := range values {
		r[i] = values[i] / to[i]
	}
	return spreadOf(r)
}
