package conformance

import (
	"maps"
	"slices"
)

// footprint is what a process has beside itself, as the system shows it: a
// text for each, by a key that stays the same.
type footprint struct {
	has   map[string]string
	blind string // why not all could be seen; empty: it could
}

// beyond returns what this footprint has and an earlier one had not.
func (f footprint) beyond(before footprint) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(f.has)) {
		if _, had := before.has[key]; !had {
			out = append(out, f.has[key])
		}
	}
	return out
}
