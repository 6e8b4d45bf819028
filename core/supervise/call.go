//go:build unix

package supervise

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/mockmd/mockmd/sdk"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// actPatience is how long an action waits for a process to act.
const actPatience = 2 * time.Second

var (
	// ErrNotFound says that a live node has no such path.
	ErrNotFound = errors.New("not found")
	// ErrUnavailable says that the plugin has no process that could answer.
	ErrUnavailable = errors.New("unavailable")
	// ErrUnknownOutcome says that the plugin ended, or did not answer in time,
	// while it acted: whether it has is not known.
	ErrUnknownOutcome = errors.New("the plugin did not answer; whether the action was carried out is not known")
)

// serve makes proc the process that calls go to; nil is none.
func (p *Plugin) serve(proc *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.proc = proc
	p.changed()
}

// serving is a process that calls can go to.
type serving struct {
	*process
	plugin     *Plugin // whose process it is
	generation int     // which of its processes
}

// done says that the call has ended.
func (s *serving) done() {
	s.plugin.mu.Lock()
	defer s.plugin.mu.Unlock()
	s.plugin.calls--
	s.plugin.changed()
}

// serving waits for a process other than not, of p or of who has followed it.
// The caller says when its call is done.
func (p *Plugin) serving(ctx context.Context, not *process) (*serving, error) {
	for {
		asked, before := p, p.watch()
		for next := asked.followed(); next != nil; next = asked.followed() {
			asked = next
		}
		asked.mu.Lock()
		proc, change, state, message := asked.proc, asked.change, asked.snapshot.State, asked.snapshot.Message
		if asked.successor == nil && proc != nil && proc != not && (state == StateReady || state == StateDegraded) {
			asked.calls++
			s := &serving{process: proc, plugin: asked, generation: asked.snapshot.Restarts}
			asked.mu.Unlock()
			return s, nil
		}
		asked.mu.Unlock()
		unavailable := fmt.Errorf("%w: plugin %q is %s", ErrUnavailable, p.spec.Name, state)
		if message != "" {
			unavailable = fmt.Errorf("%w: %s", unavailable, message)
		}
		// One that has followed p may be taken back, and p be asked again.
		if asked == p && (state == StateFailed || state == StateStopping) {
			return nil, unavailable
		}
		select {
		case <-before:
		case <-change:
		case <-ctx.Done():
			return nil, unavailable
		}
	}
}

// Resolve asks a live node: instance is the label of the instance that asks,
// node the path of the live node and path what is asked for. A call that a
// dying process did not answer is repeated once on the next one; it changes
// nothing. The errors are [ErrNotFound], [ErrUnavailable] and the plugin's own.
func (p *Plugin) Resolve(ctx context.Context, instance, node, path, version string, client netip.Addr) (*pluginv1.Leaf, error) {
	ctx, cancel := context.WithTimeout(ctx, p.spec.Timeouts.Resolve)
	defer cancel()
	r := &pluginv1.ResolveRequest{Instance: instance, Node: node, Path: path, Version: version}
	if client.IsValid() {
		r.Client = client.String()
	}
	var died *process
	for {
		proc, err := p.serving(ctx, died)
		if err != nil {
			return nil, err
		}
		a, err := proc.rpc.Resolve(ctx, r, grpc.MaxCallRecvMsgSize(p.spec.Limits.treeBytes()))
		proc.done()
		switch {
		case err == nil && a.GetLeaf() == nil:
			return nil, ErrNotFound
		case err == nil:
			return a.GetLeaf(), nil
		case status.Code(err) == codes.Unavailable && died == nil && proc.gone(ctx):
			died = proc.process
		default:
			return nil, fmt.Errorf("plugin %q, live node %s: %w", p.spec.Name, node, err)
		}
	}
}

// acts notes that an action which may change something goes to p's process.
func (p *Plugin) acts(action string) {
	for _, a := range p.description.GetActions() {
		if a.GetName() == action && a.GetReadOnly() {
			return
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.acted = true
}

// Acted says whether any action that may have changed something has gone to a
// process of the plugin.
func (p *Plugin) Acted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.acted
}

// ActError is an action that the plugin refused or that failed.
type ActError struct {
	Kind    pluginv1.ActError_Kind
	Message string
}

// Error is the plugin's sentence for the caller.
func (e *ActError) Error() string { return e.Message }

// Act carries out an action and stores the checkpoint that it made before it
// returns. It is never repeated. The errors are [*ActError], [ErrUnavailable],
// [ErrUnknownOutcome] and those of a plugin that breaks the contract.
func (p *Plugin) Act(ctx context.Context, action string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, p.spec.Timeouts.Act)
	defer cancel()
	patience, enough := context.WithTimeout(ctx, actPatience)
	proc, err := p.serving(patience, nil)
	enough()
	if err != nil {
		return nil, err
	}
	defer proc.done() // the checkpoint is stored by then
	proc.plugin.acts(action)
	a, err := proc.rpc.Act(ctx, &pluginv1.ActRequest{Action: action, Body: body})
	switch status.Code(err) {
	case codes.OK:
	case codes.Unavailable, codes.DeadlineExceeded:
		return nil, fmt.Errorf("%w: plugin %q, action %s: %w", ErrUnknownOutcome, p.spec.Name, action, err)
	default:
		return nil, fmt.Errorf("plugin %q, action %s: %w", p.spec.Name, action, err)
	}
	if e := a.GetError(); e != nil {
		return nil, &ActError{Kind: e.GetKind(), Message: plain(e.GetMessage())}
	}
	if cp := a.GetCheckpoint(); cp != nil {
		proc.plugin.store(cp, proc.generation)
	}
	if len(a.GetBody()) > sdk.MaxAction {
		return nil, fmt.Errorf("plugin %q, action %s: the answer has %d bytes, at most %d are taken", p.spec.Name, action, len(a.GetBody()), sdk.MaxAction)
	}
	return a.GetBody(), nil
}
