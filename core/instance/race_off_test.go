//go:build !race

package instance_test

// randomRuns is how many random configurations a test decodes.
const randomRuns = 2000
