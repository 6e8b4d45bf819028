package statustext

import (
	"cmp"
	"fmt"
	"time"
)

// until tells a moment from now: "in 27m", or past and "3m ago". What is no
// RFC 3339 time is shown as it is.
func until(moment string, now time.Time, past string) string {
	t, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		return cmp.Or(clean(moment), "-")
	}
	if d := t.Sub(now); d > 0 {
		return "in " + length(d)
	}
	return past + length(now.Sub(t)) + " ago"
}

// due tells when something is to happen; what should have happened is about to.
func due(moment string, now time.Time) string {
	if t, err := time.Parse(time.RFC3339, moment); err == nil && !t.After(now) {
		return "now"
	}
	return until(moment, now, "")
}

// lasting tells for how long something has been so.
func lasting(since string, now time.Time) string {
	if t, err := time.Parse(time.RFC3339, since); err == nil {
		return "for " + length(max(now.Sub(t), 0))
	}
	return "since " + clean(since)
}

// length writes a duration in its largest unit or two, rounded down.
func length(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}
