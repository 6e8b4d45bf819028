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

// ofPlugins is how many warnings there are of one plugin, and address, a minute:
// what fails and why may differ from path to path.
const ofPlugins = 10

// refusals keeps the log readable: of each kind one warning per address and
// minute, and some where a plugin is the reason.
type refusals struct{ pace pace.Pace[refusalKey] }

type refusalKey struct {
	why    refusal
	plugin string
	nth    int // warning of the plugin in this minute
	from   netip.Addr
}

// due says whether to warn, and remembers that it was done.
func (r *refusals) due(why refusal, from netip.Addr, now time.Time) bool {
	return r.pace.Due(refusalKey{why: why, from: from}, now)
}

// dueOf is due where a plugin, or several, are the reason.
func (r *refusals) dueOf(why refusal, plugin string, from netip.Addr, now time.Time) bool {
	for n := range ofPlugins {
		if r.pace.Due(refusalKey{why, plugin, n, from}, now) {
			return true
		}
	}
	return false
}
