//go:build unix

package supervise

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// Process is one plugin process without a [Plugin] that keeps it: whoever
// holds it speaks the contract himself. It is started and ended as the core
// does, and is there to check that a plugin keeps the contract.
type Process struct {
	p    *process
	gate *gate
}

// Open starts a process and shakes hands with it; the health call is left to
// the caller. The error names the plugin; nothing is left behind. Close must be
// called.
func Open(ctx context.Context, spec Spec, o Options) (*Process, error) {
	ctx, cancel := context.WithTimeout(ctx, spec.Timeouts.Start)
	defer cancel()
	g := newGate(o.Log.With("plugin", spec.Name), spec.Limits.LogLinesPerSecond)
	p, err := open(ctx, &spec, &o, g, func(time.Duration) {})
	if err != nil {
		g.close()
		return nil, err
	}
	return &Process{p, g}, nil
}

// Client returns the plugin's service.
func (p *Process) Client() pluginv1.PluginServiceClient { return p.p.rpc }

// PID returns the number of the process.
func (p *Process) PID() int { return int(p.p.child.pid.Load()) }

// Healthy makes one health call. After it, as in the core, the socket is
// unlinked.
func (p *Process) Healthy(ctx context.Context) error {
	return errors.Join(p.p.healthy(ctx), p.p.undir(false))
}

// Shutdown asks the process to end, by go-plugin's own call.
func (p *Process) Shutdown(ctx context.Context) error {
	if err := p.p.conn.Invoke(ctx, "/plugin.GRPCController/Shutdown", &emptypb.Empty{}, &emptypb.Empty{}); err != nil {
		return fmt.Errorf("shutdown call: %w", err)
	}
	return nil
}

// Exited is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.p.exited() }

// Ended says how the process, which has exited, ended, and what it wrote.
func (p *Process) Ended() error { return errors.Join(exitError(p.p), p.p.stderr.said()) }

// Close ends the process for certain. It may be called again.
func (p *Process) Close() {
	p.p.close()
	p.gate.close()
}
