//go:build race

package supervise

// raceDetector: a program with the race detector maps so much memory at its
// start that no limit on it makes sense.
const raceDetector = true
