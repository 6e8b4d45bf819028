package app

import (
	"context"
	"sync"

	"github.com/mockmd/mockmd/core/supervise"
)

// member is one plugin of a generation.
type member struct {
	*supervise.Plugin          // nil where the start failed
	mounts            []string // that it has in this configuration
	summary           string   // what it is configured to do, in its own words

	stop context.CancelFunc
	done chan struct{} // closed when it runs no more
}

// run keeps the plugin alive until end is called.
func (m *member) run(ctx context.Context, sink supervise.Sink) {
	ctx, m.stop = context.WithCancel(ctx)
	m.done = make(chan struct{})
	go func() {
		defer close(m.done)
		m.Run(ctx, sink)
	}()
}

// end asks a plugin that runs to end and waits for it.
func (m *member) end() {
	m.stop()
	<-m.done
}

// endAll ends plugins that run, side by side.
func endAll(list []*member) {
	var wg sync.WaitGroup
	for _, m := range list {
		wg.Go(m.end)
	}
	wg.Wait()
}

// closeAll ends the processes of plugins that are not run.
func closeAll(list []*member) {
	var wg sync.WaitGroup
	for _, m := range list {
		if m.Plugin != nil {
			wg.Go(m.Close)
		}
	}
	wg.Wait()
}
