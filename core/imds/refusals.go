package imds

import (
	"net/netip"
	"sync"
	"time"
)

// refusal is a reason to turn a client away, each with its own warning.
type refusal int

const (
	refusedPeer refusal = iota
	refusedHost
	refusedBrowser
	refusedUnknown
	refusedInstance
	refusedFull
	refusedAccept
)

const (
	refusalPace  = time.Minute
	refusalsKept = 1024
)

// refusals keeps the log readable: of each kind one warning per address and
// minute. It is bounded: when too many addresses are fresh, further ones are
// not warned about.
type refusals struct {
	mu   sync.Mutex
	last map[refusalKey]time.Time
}

type refusalKey struct {
	why  refusal
	from netip.Addr
}

// due says whether to warn, and remembers that it was done.
func (r *refusals) due(why refusal, from netip.Addr, now time.Time) bool {
	key := refusalKey{why, from}
	r.mu.Lock()
	defer r.mu.Unlock()
	if last, ok := r.last[key]; ok && now.Sub(last) < refusalPace {
		return false
	}
	if len(r.last) >= refusalsKept {
		for k, last := range r.last {
			if now.Sub(last) >= refusalPace {
				delete(r.last, k)
			}
		}
		if len(r.last) >= refusalsKept {
			return false
		}
	}
	if r.last == nil {
		r.last = make(map[refusalKey]time.Time)
	}
	r.last[key] = now
	return true
}
