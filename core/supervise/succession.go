//go:build unix

package supervise

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// HandOver has the successor asked from now on whatever p is asked; calls wait
// for it until it is ready. It returns when the calls that p's own process is
// answering have ended, or with the error of ctx. Without a successor it is
// undone: p is asked again.
func (p *Plugin) HandOver(ctx context.Context, successor *Plugin) error {
	p.mu.Lock()
	p.successor = successor
	p.changed()
	p.mu.Unlock()
	if successor == nil {
		return nil
	}
	return p.Idle(ctx)
}

// followed returns who is asked instead of p; nil when p itself is.
func (p *Plugin) followed() *Plugin {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.successor
}

// watch returns what closes at the next change.
func (p *Plugin) watch() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.change
}

// Idle waits until no call is under way to the plugin's process, or returns
// the error of ctx.
func (p *Plugin) Idle(ctx context.Context) error {
	_, err := p.await(ctx, func(Snapshot) (bool, error) { return p.calls == 0, nil })
	return err
}

// Inherit takes over the last checkpoint of a plugin that runs no more. It is
// called before Run. A checkpoint may hold credentials, so nothing is taken
// from a plugin whose command or pin is another one. It says whether it was.
func (p *Plugin) Inherit(from *Plugin) bool {
	if !slices.Equal(p.spec.Command, from.spec.Command) || !bytes.Equal(p.spec.SHA256, from.spec.SHA256) {
		return false
	}
	from.mu.Lock()
	data := from.checkpoint.data
	from.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.checkpoint = checkpoint{data: data, process: -1} // older than any of p's own processes
	return data != nil
}

// AwaitServing returns when the plugin is ready and a tree of every instance
// has been taken. The error says why that does not come: the process ended,
// its trees are refused, or ctx did.
func (p *Plugin) AwaitServing(ctx context.Context) error {
	s, err := p.await(ctx, func(s Snapshot) (bool, error) {
		switch {
		case s.Serving():
			return true, nil
		case s.State == StateReady, s.State == StateDegraded:
			return false, fmt.Errorf("nothing of plugin %q can be served: %s", p.spec.Name, s.Message)
		case s.State == StateBackoff, s.State == StateFailed:
			return false, fmt.Errorf("plugin %q did not become ready: %s", p.spec.Name, s.Message)
		}
		return false, nil
	})
	if err != nil && errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("plugin %q is %s and has published nothing in time", p.spec.Name, s.State)
	}
	return err
}

// AwaitValid returns nil when what the plugin declares is valid at the moment
// now, and the error of ctx when that does not come.
func (p *Plugin) AwaitValid(ctx context.Context, now func() time.Time) error {
	_, err := p.await(ctx, func(s Snapshot) (bool, error) { return now().Before(s.ValidUntil), nil })
	return err
}

// await waits until ok holds, fails, or ctx ends, and returns the snapshot of
// that moment. The lock is held while ok is called.
func (p *Plugin) await(ctx context.Context, ok func(Snapshot) (bool, error)) (Snapshot, error) {
	for {
		p.mu.Lock()
		s, change := p.snapshot, p.change
		done, err := ok(s)
		p.mu.Unlock()
		if done || err != nil {
			return s, err
		}
		select {
		case <-change:
		case <-ctx.Done():
			return s, ctx.Err()
		}
	}
}
