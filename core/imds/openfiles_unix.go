//go:build unix

package imds

import (
	"math"

	"golang.org/x/sys/unix"
)

// openFiles is how many files the process may have open.
func openFiles() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return math.MaxInt
	}
	return int(min(limit.Cur, math.MaxInt32))
}
