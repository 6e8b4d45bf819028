package footprint

import (
	"context"
	"runtime/debug"
	"time"
)

// Kind is a kind of process.
type Kind int

const (
	// Core answers requests: what many of them have left is given back after
	// them.
	Core Kind = iota
	// Plugin has little to do once its trees are published.
	Plugin
)

// whileStarting is the growth of the heap, in percent of what is in use, at
// which it is collected. A start is short, and a collection would only delay
// it.
const whileStarting = 400

// worthwhile is from how many bytes on, allocated during the start, they are
// collected. A first collection has the runtime take 0.7 MB for itself, and
// after it comes one each two minutes.
const worthwhile = 2 << 20

// settled is how long after its start a process has done what it does only at
// its start.
const settled = time.Second

// Keep keeps the calling process small until ctx ends. Its heap is left alone
// until it has started up, and then collected where that saves more than it
// costs, and else as GOGC says; and program pages that only the start needed
// are unmapped. A core is shrunk again each time that it has had much to do and
// has little to do again. The first error says why program pages could not be
// unmapped, which costs memory and nothing else.
func Keep(ctx context.Context, kind Kind) error {
	percent := debug.SetGCPercent(whileStarting)
	started := wait(ctx, settled)
	debug.SetGCPercent(percent)
	if !started {
		return nil
	}
	if allocated() >= worthwhile {
		debug.FreeOSMemory()
	}
	err := unmap()
	if kind != Core {
		return err
	}
	for b := newBursts(); wait(ctx, lookEvery); {
		if !b.over(allocated()) {
			continue
		}
		debug.FreeOSMemory()
		if failed := unmap(); err == nil {
			err = failed
		}
	}
	return err
}

// unmap gives back the pages of the program file. One that is needed again is
// mapped again from the page cache.
func unmap() error {
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
