package pace

import (
	"sync"
	"time"
)

const (
	// Interval is how long nothing more is said of a key.
	Interval = time.Minute
	// Kept is how many keys are remembered.
	Kept = 1024
)

// Pace says of each key at most once an [Interval] that it is due. It is
// bounded: while [Kept] keys are fresh, further ones are never due. The zero
// value is ready, and safe for use by many goroutines.
type Pace[K comparable] struct {
	mu   sync.Mutex
	last map[K]time.Time
}

// Due says whether a key is due now, and remembers that it was.
func (p *Pace[K]) Due(key K, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last, ok := p.last[key]; ok && now.Sub(last) < Interval {
		return false
	}
	if len(p.last) >= Kept {
		for k, last := range p.last {
			if now.Sub(last) >= Interval {
				delete(p.last, k)
			}
		}
		if len(p.last) >= Kept {
			return false
		}
	}
	if p.last == nil {
		p.last = make(map[K]time.Time)
	}
	p.last[key] = now
	return true
}
