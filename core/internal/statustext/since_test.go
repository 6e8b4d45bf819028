package statustext

import (
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		moment, until, due, lasting string
	}{
		{"2026-01-02T03:04:06Z", "in 1s", "in 1s", "for 0s"},
		{"2026-01-02T03:05:04Z", "in 59s", "in 59s", "for 0s"},
		{"2026-01-02T03:05:05Z", "in 1m", "in 1m", "for 0s"},
		{"2026-01-02T05:05:05+01:00", "in 1h01m", "in 1h01m", "for 0s"},
		{"2026-01-04T03:04:04Z", "in 47h59m", "in 47h59m", "for 0s"},
		{"2026-01-04T03:04:05Z", "in 2d", "in 2d", "for 0s"},
		{"2026-01-02T03:04:05Z", "expired 0s ago", "now", "for 0s"},
		{"2026-01-02T03:01:05Z", "expired 3m ago", "now", "for 3m"},
		{"9999-01-01T00:00:00Z", "in 106751d", "in 106751d", "for 0s"},
		{"soon", "soon", "soon", "since soon"},
		{"", "-", "-", "since "},
	} {
		if got := until(tt.moment, now, "expired "); got != tt.until {
			t.Errorf("%s: until %q, want %q", tt.moment, got, tt.until)
		}
		if got := due(tt.moment, now); got != tt.due {
			t.Errorf("%s: due %q, want %q", tt.moment, got, tt.due)
		}
		if got := lasting(tt.moment, now); got != tt.lasting {
			t.Errorf("%s: lasting %q, want %q", tt.moment, got, tt.lasting)
		}
	}
}
