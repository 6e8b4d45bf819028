package supervise

import "time"

const (
	// immediateAfter is how long a process must have been healthy for its
	// first restart to come at once.
	immediateAfter = time.Second
	// resetAfter is how long a process must have been healthy for the earlier
	// crashes to be forgotten.
	resetAfter = 30 * time.Second
	firstDelay = 100 * time.Millisecond
	maxDelay   = 10 * time.Second
)

// backoff says how long to wait before a process is started again.
type backoff struct {
	crashes int            // since the last long health
	delays  int            // of them, those that were waited for
	random  func() float64 // in [0, 1)
}

// next returns the delay before the next start of a process that was healthy
// for the given time.
func (b *backoff) next(healthy time.Duration) time.Duration {
	if healthy >= resetAfter {
		b.crashes, b.delays = 0, 0
	}
	b.crashes++
	if healthy >= immediateAfter && b.crashes == 1 {
		return 0
	}
	b.delays++
	delay := maxDelay
	if shift := b.delays - 1; shift < 10 {
		delay = min(maxDelay, firstDelay<<shift)
	}
	return time.Duration(float64(delay) * (0.8 + 0.4*b.random()))
}
