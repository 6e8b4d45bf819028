//go:build unix

package supervise

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// healthEvery is how often a process is asked whether it lives.
const healthEvery = 6 * time.Second

// Plugin is one plugin block over all the processes that it has.
//
// It is made by [Start], must be configured once by Configure, then Run keeps
// it alive. Close ends one that is not run. It publishes trees of the instances
// that Ask names, before or during Run.
type Plugin struct {
	spec Spec
	o    Options
	sink Sink
	log  hclog.Logger

	description *pluginv1.DescribeResponse
	request     *pluginv1.ConfigureRequest
	healthEvery time.Duration
	instances   *instances
	gate        *gate        // of all that comes into the log because of the plugin
	noise       hclog.Logger // for lines that the plugin causes; goes through the gate
	pace        *pacer

	// For the stream's goroutine only.
	said    string            // what the process says is wrong
	refused map[string]string // why the last tree of an instance was refused

	mu         sync.Mutex
	snapshot   Snapshot
	proc       *process      // the process that serves; nil while there is none
	change     chan struct{} // closed and replaced when any of this changes
	checkpoint checkpoint
	awaited    map[string]bool // instances of the first Start of which no tree has been taken; nil before it
	successor  *Plugin         // who is asked instead; nil: nobody
	acted      bool            // see Acted
	calls      int             // under way to processes of this plugin
}

// Start starts the plugin's first process and asks it what it is. The error
// names the plugin; nothing is left behind.
func Start(ctx context.Context, spec Spec, o Options) (*Plugin, error) {
	p := &Plugin{
		spec: spec, o: o, log: o.Log.With("plugin", spec.Name),
		snapshot: Snapshot{Name: spec.Name, State: StateStarting},
		change:   make(chan struct{}), healthEvery: healthEvery, instances: newInstances(),
	}
	p.gate = newGate(p.log, spec.Limits.LogLinesPerSecond)
	p.noise = pluginLog{Logger: p.log, gate: p.gate, plugin: true}
	p.pace = newPacer()
	proc, err := launch(ctx, &p.spec, &p.o, p.gate, p.spent)
	if err != nil {
		p.gate.close()
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, spec.Timeouts.Start)
	defer cancel()
	d, err := proc.rpc.Describe(ctx, &pluginv1.DescribeRequest{CoreVersion: o.CoreVersion})
	if err != nil {
		err = proc.reason(ctx, err)
		proc.close()
		p.gate.close()
		return nil, fmt.Errorf("ask plugin %q what it is: %w", spec.Name, err)
	}
	p.description = d
	p.proc = proc
	p.snapshot.PID, p.snapshot.Started = int(proc.child.pid.Load()), proc.child.started
	for _, c := range d.GetCapabilities() {
		if c == pluginv1.Capability_CAPABILITY_VALIDITY {
			p.snapshot.Validity = true
		}
	}
	return p, nil
}

// Name returns the label of the plugin's block.
func (p *Plugin) Name() string { return p.spec.Name }

// Description returns what the plugin said of itself.
func (p *Plugin) Description() *pluginv1.DescribeResponse { return p.description }

// Configure hands the configuration to the process and keeps it for those that
// follow. It returns what the plugin has to say of it; an error is one of the
// transport.
func (p *Plugin) Configure(ctx context.Context, r *pluginv1.ConfigureRequest) (*pluginv1.ConfigureResponse, error) {
	p.request = r
	p.set(func(s *Snapshot) { s.State = StateConfiguring })
	return p.configure(ctx, p.proc)
}

func (p *Plugin) configure(ctx context.Context, proc *process) (*pluginv1.ConfigureResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, p.spec.Timeouts.Start)
	defer cancel()
	r, err := proc.rpc.Configure(ctx, p.request)
	if err != nil {
		return nil, fmt.Errorf("configure plugin %q: %w", p.spec.Name, proc.reason(ctx, err))
	}
	return r, nil
}

// Close ends the process of a plugin that is not run.
func (p *Plugin) Close() {
	if p.proc != nil {
		p.proc.close()
	}
	p.gate.close()
}

// spent adds the processor time of a process that has ended.
func (p *Plugin) spent(cpu time.Duration) {
	p.set(func(s *Snapshot) { s.EndedCPU += cpu })
}

// Run keeps the plugin alive until ctx ends, and then ends its process. What
// the plugin publishes goes to sink. It may be called again once it has
// returned; the plugin then begins with a new process.
func (p *Plugin) Run(ctx context.Context, sink Sink) {
	p.gate.open()
	defer p.gate.close()
	p.sink = sink
	wait := backoff{random: rand.Float64}
	p.mu.Lock()
	proc := p.proc
	p.mu.Unlock()
	for {
		var healthy time.Duration
		var err error
		if proc == nil {
			proc, err = p.restart(ctx)
		} else {
			healthy, err = p.session(ctx, proc)
			proc = nil
		}
		switch {
		case ctx.Err() != nil:
			if proc != nil {
				proc.close()
			}
			return
		case err == nil:
			continue
		case errors.As(err, new(*PermanentError)):
			p.log.Error("plugin failed for good", "error", err)
			p.set(func(s *Snapshot) { s.State, s.Message, s.PID = StateFailed, err.Error(), 0 })
			<-ctx.Done()
			return
		}
		delay := wait.next(healthy)
		p.log.Warn("plugin process ended, starting another", "error", err, "healthy", healthy.Round(time.Millisecond), "delay", delay.Round(time.Millisecond))
		p.set(func(s *Snapshot) { s.State, s.Message, s.PID = StateBackoff, err.Error(), 0 })
		select {
		case <-ctx.Done():
			return
		case <-time.After(delay):
		}
	}
}

// restart starts a process in place of one that died and configures it.
func (p *Plugin) restart(ctx context.Context) (*process, error) {
	p.set(func(s *Snapshot) { s.State, s.Message, s.Restarts = StateStarting, "", s.Restarts+1 })
	proc, err := launch(ctx, &p.spec, &p.o, p.gate, p.spent)
	if err != nil {
		return nil, err
	}
	p.set(func(s *Snapshot) {
		s.State, s.PID, s.Started = StateConfiguring, int(proc.child.pid.Load()), proc.child.started
	})
	a, err := p.configure(ctx, proc)
	if err != nil {
		proc.close()
		return nil, err
	}
	for _, d := range a.GetDiagnostics() {
		if d.GetSeverity() != pluginv1.Diagnostic_SEVERITY_WARNING {
			proc.close()
			// The bytes are those that it had accepted, so what has changed is
			// around it, a file that it reads for example, and may change back.
			return nil, fmt.Errorf("plugin %q refuses the configuration that it had accepted: %s: %s", p.spec.Name, plain(d.GetSummary()), plain(d.GetDetail()))
		}
	}
	return proc, nil
}

// Snapshot returns the plugin's state now.
func (p *Plugin) Snapshot() Snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.snapshot
}

// set changes the state and wakes who waits for it.
func (p *Plugin) set(f func(*Snapshot)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.snapshot)
	p.changed()
}

// changed wakes who waits for a change; the lock is held.
func (p *Plugin) changed() {
	close(p.change)
	p.change = make(chan struct{})
}
