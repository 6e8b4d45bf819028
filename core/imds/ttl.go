package imds

import "time"

// parseTTL reads the header field with the life of a session token: exactly one
// line, decimal digits, 1 to 21600 seconds.
func parseTTL(f field) (time.Duration, bool) {
	if f.lines != 1 {
		return 0, false
	}
	seconds := 0
	for _, d := range []byte(f.value) {
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
