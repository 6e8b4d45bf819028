package app

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/core/supervise"
)

// member is one plugin of a generation. A reload that does not change it takes
// it over as it is, process and all, into the next generation.
type member struct {
	*supervise.Plugin        // nil where the start failed
	name              string // the label of its block
	print             fingerprint
	mounts            []string // that it has in this configuration
	summary           string   // what it is configured to do, in its own words

	sink sink
	stop context.CancelFunc
	done chan struct{} // closed when it runs no more

	// last is the state before another process began to take this one's
	// place: what was published is served, and valid, as before. Nil while
	// there is no other.
	last atomic.Pointer[supervise.Snapshot]
}

// now is the state that counts for those who ask.
func (m *member) now() supervise.Snapshot {
	if s := m.last.Load(); s != nil {
		return *s
	}
	return m.Snapshot()
}

// run keeps the plugin alive until end is called. What it publishes goes to r.
func (m *member) run(ctx context.Context, r *router.Router) {
	ctx, m.stop = context.WithCancel(ctx)
	m.done = make(chan struct{})
	m.sink.begin(r)
	go func() {
		defer close(m.done)
		m.Run(ctx, &m.sink)
	}()
}

// end asks a plugin that runs to end and waits for it.
func (m *member) end() {
	m.stop()
	<-m.done
}

// failed says that no process of the plugin will ever run again.
func (m *member) failed() bool {
	return m.Plugin == nil || m.Snapshot().State == supervise.StateFailed
}

// each calls f for members side by side and waits.
func each(list []*member, f func(*member)) {
	var wg sync.WaitGroup
	for _, m := range list {
		wg.Go(func() { f(m) })
	}
	wg.Wait()
}
