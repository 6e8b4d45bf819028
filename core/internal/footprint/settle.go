package footprint

import (
	"context"
	"runtime/debug"
	"time"
)

// Kind is a kind of process.
type Kind int

const (
	// Core answers requests: its heap is collected when it has doubled, or as
	// GOGC says.
	Core Kind = iota
	// Plugin has little to do once its trees are published: its heap is
	// collected when it has grown by half.
	Plugin
)

// The growth of the heap, in percent of what is in use, at which it is
// collected. A start is short, and a collection would only delay it.
const (
	whileStarting = 400
	ofPlugins     = 50
)

// settled is how long after its start a process has done what it does only at
// its start.
const settled = time.Second

// Settle has the heap of the calling process left alone until it has started
// up. Then it is collected as the kind of process needs it, what the start has
// left of it is given back, and the pages of the program file are unmapped, of
// which most were needed for the start alone: one that is needed again is
// mapped again from the page cache. It returns when that is done or ctx ends.
// The error says why nothing could be unmapped, which costs memory and nothing
// else.
func Settle(ctx context.Context, kind Kind) error {
	percent := debug.SetGCPercent(whileStarting)
	if kind == Plugin {
		percent = ofPlugins
	}
	timer := time.NewTimer(settled)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	debug.SetGCPercent(percent)
	if ctx.Err() != nil {
		return nil
	}
	debug.FreeOSMemory()
	return unmap()
}
