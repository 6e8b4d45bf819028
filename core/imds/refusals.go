package imds

import (
	"net/netip"
	"time"

	"github.com/mockmd/mockmd/core/internal/pace"
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

// refusals keeps the log readable: of each kind one warning per address and
// minute.
type refusals struct{ pace pace.Pace[refusalKey] }

type refusalKey struct {
	why  refusal
	from netip.Addr
}

// due says whether to warn, and remembers that it was done.
func (r *refusals) due(why refusal, from netip.Addr, now time.Time) bool {
	return r.pace.Due(refusalKey{why, from}, now)
}
