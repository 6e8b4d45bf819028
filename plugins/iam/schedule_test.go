package iam

import (
	"testing"
	"time"
)

func TestRenewAfter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		life             time.Duration
		latest, earliest time.Duration
	}{
		{12 * time.Hour, 6 * time.Hour, 5*time.Hour + 24*time.Minute},
		{time.Hour, 30 * time.Minute, 27 * time.Minute},
		{30 * time.Minute, 15 * time.Minute, 13*time.Minute + 30*time.Second},
		{20 * time.Minute, 5 * time.Minute, 4*time.Minute + 30*time.Second},
		{15*time.Minute + time.Second, time.Minute, 54 * time.Second},
		{15 * time.Minute, 7*time.Minute + 30*time.Second, 6*time.Minute + 45*time.Second},
		{2 * time.Second, time.Second, 900 * time.Millisecond},
	} {
		if got := renewAfter(tt.life, 0); got != tt.latest {
			t.Errorf("renewAfter(%s) = %s at the latest, want %s", tt.life, got, tt.latest)
		}
		if got := renewAfter(tt.life, 1); got != tt.earliest {
			t.Errorf("renewAfter(%s) = %s at the earliest, want %s", tt.life, got, tt.earliest)
		}
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		failures   int
		retryAfter time.Duration
		random     float64
		want       time.Duration
	}{
		{1, 0, 0.5, 500 * time.Millisecond},
		{1, 0, 0, 100 * time.Millisecond},
		{2, 0, 0.5, time.Second},
		{6, 0, 0.5, 16 * time.Second},
		{7, 0, 0.5, 30 * time.Second},
		{7, 0, 1, time.Minute},
		{1000, 0, 1, time.Minute},
		{1, 20 * time.Second, 0.5, 20 * time.Second},
		{9, 20 * time.Second, 1, time.Minute},
		{1, time.Hour, 0.5, 5 * time.Minute},
	} {
		if got := backoff(tt.failures, tt.retryAfter, tt.random); got != tt.want {
			t.Errorf("backoff(%d, %s, %g) = %s, want %s", tt.failures, tt.retryAfter, tt.random, got, tt.want)
		}
	}
}
