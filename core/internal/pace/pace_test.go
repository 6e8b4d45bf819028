package pace

import (
	"testing"
	"time"
)

func TestDue(t *testing.T) {
	t.Parallel()
	var p Pace[string]
	now := time.Unix(1700000000, 0)
	for _, tt := range []struct {
		name, key string
		after     time.Duration
		want      bool
	}{
		{"first", "a", 0, true},
		{"again", "a", 0, false},
		{"another key", "b", 0, true},
		{"just before a minute", "a", time.Minute - 1, false},
		{"after a minute", "a", time.Minute, true},
		{"counted anew", "a", 2*time.Minute - 1, false},
	} {
		if got := p.Due(tt.key, now.Add(tt.after)); got != tt.want {
			t.Errorf("%s: Due = %t, want %t", tt.name, got, tt.want)
		}
	}
}

func TestBounded(t *testing.T) {
	t.Parallel()
	var p Pace[int]
	now := time.Unix(1700000000, 0)
	for key := range 3 * Kept {
		if got, want := p.Due(key, now), key < Kept; got != want {
			t.Fatalf("key %d: Due = %t, want %t", key, got, want)
		}
	}
	if len(p.last) != Kept {
		t.Errorf("%d keys are remembered, want %d", len(p.last), Kept)
	}
	if !p.Due(-1, now.Add(Interval)) || len(p.last) != 1 {
		t.Errorf("after a minute %d keys are remembered, want the new one", len(p.last))
	}
}
