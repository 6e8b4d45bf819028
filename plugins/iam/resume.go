package iam

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// resume takes up what the state file has, unless a checkpoint was newer, and
// begins to keep it.
func (p *plugin) resume(ctx context.Context, g *errgroup.Group) {
	if p.settings.stateFile == "" {
		return
	}
	k := &keeper{path: p.settings.stateFile, log: p.log, wake: make(chan struct{}, 1)}
	in, err := readState(k.path)
	if err != nil {
		p.log.Error("the state file is refused: nothing is read from it or written to it", "error", err)
		k.err, k.unread = err, true
	}
	s := p.state
	k.changed = func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.host != nil {
			s.host.Degraded(s.degraded())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keeper = k
	if in != nil && !p.restored {
		s.adopt(in, "the state file")
	}
	g.Go(func() error {
		k.run(ctx)
		return nil
	})
}
