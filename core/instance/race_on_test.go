//go:build race

package instance_test

// randomRuns is how many random configurations a test decodes: fewer under the
// race detector, which makes each ten times slower and has nothing to find in a
// package without goroutines.
const randomRuns = 500
