//go:build !race

package imds

const raceDetector = false
