//go:build race

package imds

// raceDetector is on: sync.Pool then forgets at random.
const raceDetector = true
