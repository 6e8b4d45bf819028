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
	// GOGC says, and what many requests have left is given back after them.
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

// Keep keeps the calling process small until ctx ends. Its heap is left alone
// until it has started up. Then it is collected as the kind of process needs
// it, and the process is shrunk; a core is shrunk again each time that it has
// had much to do and has little to do again. The first error says why
// program pages could not be unmapped, which costs memory and nothing else.
func Keep(ctx context.Context, kind Kind) error {
	percent := debug.SetGCPercent(whileStarting)
	if kind == Plugin {
		percent = ofPlugins
	}
	started := wait(ctx, settled)
	debug.SetGCPercent(percent)
	if !started {
		return nil
	}
	err := shrink()
	if kind != Core {
		return err
	}
	for b := newBursts(); wait(ctx, lookEvery); {
		if !b.over(allocated()) {
			continue
		}
		if failed := shrink(); err == nil {
			err = failed
		}
	}
	return err
}

// shrink gives back what the process has used and does not use any more:
// memory of the heap, and the pages of the program file. One that is needed
// again is mapped again from the page cache.
func shrink() error {
	debug.FreeOSMemory()
	p, err := findPages()
	if err != nil {
		return err
	}
	return p.unmap()
}

// wait waits and tells whether ctx has not ended meanwhile.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}
