package footprint

import (
	"context"
	"runtime/debug"
	"time"
)

// Kind is a kind of process.
type Kind int

const (
	// Core answers requests: its heap may double before it is collected.
	Core Kind = iota
	// Plugin has little to do once its trees are published: its heap is
	// collected when it has grown by half.
	Plugin
)

// settled is how long after its start a process has done what it does only at
// its start.
const settled = time.Second

// Settle waits until the calling process has started up, then sets how its heap
// grows, gives back what the start has left of it, and unmaps the pages of the
// program file, of which most were needed for the start alone: a page that is
// needed again is mapped again from the page cache. It returns when that is
// done or ctx ends. The error says why nothing could be unmapped, which costs
// memory and nothing else.
func Settle(ctx context.Context, kind Kind) error {
	timer := time.NewTimer(settled)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil
	case <-timer.C:
	}
	if kind == Plugin {
		debug.SetGCPercent(50) // not before: a collection while it starts would only delay it
	}
	debug.FreeOSMemory()
	return unmap()
}
