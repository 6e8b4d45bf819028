package imds

import (
	"testing"
	"time"
)

// TestDates: each time is written as itself, whichever was written before.
func TestDates(t *testing.T) {
	t.Parallel()
	var d dates
	first := time.Date(2026, 3, 1, 9, 59, 59, 0, time.FixedZone("", 3600))
	for _, tt := range []struct {
		at   time.Time
		want string
	}{
		{first, "Sun, 01 Mar 2026 08:59:59 GMT"},
		{first.Add(time.Second - 1), "Sun, 01 Mar 2026 08:59:59 GMT"},
		{first.Add(time.Second), "Sun, 01 Mar 2026 09:00:00 GMT"},
		{first.Add(-time.Hour), "Sun, 01 Mar 2026 07:59:59 GMT"},
		{time.Unix(0, 0), "Thu, 01 Jan 1970 00:00:00 GMT"},
	} {
		if got := string(d.at(tt.at)); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.at, got, tt.want)
		}
	}
}
