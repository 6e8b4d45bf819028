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
	refusedPending
	refusedLive
)

// refusals keeps the log readable: of each kind, and of each plugin where one
// is the reason, one warning per address and minute.
type refusals struct{ pace pace.Pace[refusalKey] }

type refusalKey struct {
	why    refusal
	plugin string
	from   netip.Addr
}

// due says whether to warn, and remembers that it was done.
func (r *refusals) due(why refusal, from netip.Addr, now time.Time) bool {
	return r.dueOf(why, "", from, now)
}

// dueOf is due where a plugin, or several, are the reason.
func (r *refusals) dueOf(why refusal, plugin string, from netip.Addr, now time.Time) bool {
	return r.pace.Due(refusalKey{why, plugin, from}, now)
}
