package imds

import (
	"strings"
	"time"
)

// parseTTL reads the values of the header with the life of a session token:
// exactly one, decimal digits after trimming blanks, 1 to 21600 seconds.
func parseTTL(values []string) (time.Duration, bool) {
	if len(values) != 1 {
		return 0, false
	}
	digits := strings.Trim(values[0], " \t")
	seconds := 0
	for _, d := range []byte(digits) {
		if d < '0' || d > '9' {
			return 0, false
		}
		if seconds = seconds*10 + int(d-'0'); seconds > int(MaxTTL/time.Second) {
			return 0, false
		}
	}
	return time.Duration(seconds) * time.Second, seconds >= 1
}

// wholeSeconds rounds up, so that a living token never shows 0.
func wholeSeconds(d time.Duration) int64 {
	return int64((d + time.Second - 1) / time.Second)
}
