//go:build unix

package supervise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

const (
	// healthStrikes is how many health calls in a row may fail.
	healthStrikes = 2
	// drainTimeout bounds the wait for what a dead process had still sent.
	drainTimeout = time.Second
)

// session is the active life of one process: its Run stream from Start to the
// end. It returns how long the process was ready and why it is no more; the
// process is gone then. When ctx ends, the plugin is asked to end in order.
func (p *Plugin) session(ctx context.Context, proc *process) (time.Duration, error) {
	// The stream has a life of its own: when ctx ends it is closed in order,
	// not torn, so that the last checkpoint comes through.
	streamCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{}) // closed when nothing more comes from the process
	receiving := false
	defer func() {
		p.serve(nil)
		proc.close()
		cancel()
		if receiving {
			<-ended // nothing of this process is taken in after its successor has begun
		}
	}()
	stream, err := proc.rpc.Run(streamCtx)
	if err != nil {
		return 0, fmt.Errorf("open run: %w", err)
	}
	p.mu.Lock()
	last, generation := p.checkpoint.data, p.snapshot.Restarts
	p.mu.Unlock()
	start := &pluginv1.Start{Checkpoint: last, Instances: p.request.GetInstances()}
	if err := stream.Send(&pluginv1.RunRequest{Message: &pluginv1.RunRequest_Start{Start: start}}); err != nil {
		return 0, fmt.Errorf("start run: %w", err)
	}

	var ready time.Time
	var recvErr error // read after ended
	isReady := make(chan struct{}, 1)
	receiving = true
	go func() {
		defer close(ended)
		for {
			var m *pluginv1.RunResponse
			if m, recvErr = stream.Recv(); recvErr != nil {
				return
			}
			p.take(m, proc, generation)
			if m.GetReady() != nil {
				select {
				case isReady <- struct{}{}:
				default:
				}
			}
		}
	}()

	tick := time.NewTicker(p.healthEvery)
	defer tick.Stop()
	strikes := 0
	healthy := func() time.Duration {
		if ready.IsZero() {
			return 0
		}
		return time.Since(ready)
	}
	for {
		select {
		case <-isReady:
			if ready.IsZero() {
				ready = time.Now()
			}
		case <-ended:
			return healthy(), runError(recvErr)
		case <-proc.exited():
			select { // what it said before it died still counts
			case <-ended:
			case <-time.After(drainTimeout):
			}
			return healthy(), fmt.Errorf("the process ended: %w", exitError(proc.child.waitErr))
		case <-ctx.Done():
			p.set(func(s *Snapshot) { s.State = StateStopping })
			_ = stream.CloseSend()
			select {
			case <-ended:
			case <-time.After(p.spec.Timeouts.Stop):
				p.log.Warn("plugin did not end in time and is killed")
			}
			return healthy(), ctx.Err()
		case <-tick.C:
			if err := proc.healthy(ctx); err == nil {
				strikes = 0
			} else if strikes++; strikes >= healthStrikes && ctx.Err() == nil {
				return healthy(), fmt.Errorf("the process does not answer and is killed: %w", err)
			}
		}
	}
}

// runError says why the stream ended.
func runError(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the plugin ended its run")
	}
	return fmt.Errorf("the run broke: %w", err)
}

// exitError has something to say for an orderly exit too.
func exitError(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// take handles one message of the plugin.
func (p *Plugin) take(m *pluginv1.RunResponse, proc *process, generation int) {
	switch m := m.GetMessage().(type) {
	case *pluginv1.RunResponse_Tree:
		p.publish(m.Tree)
	case *pluginv1.RunResponse_Ready:
		p.set(func(s *Snapshot) {
			if s.State == StateConfiguring || s.State == StateStarting {
				s.State, s.Message = StateReady, ""
			}
		})
		p.serve(proc)
		p.log.Info("plugin ready", "pid", p.Snapshot().PID)
	case *pluginv1.RunResponse_Status:
		p.status(m.Status)
	case *pluginv1.RunResponse_Checkpoint:
		p.store(m.Checkpoint, generation)
	}
}

// publish hands a tree to the sink unless it was built from facts that are no
// more.
func (p *Plugin) publish(t *pluginv1.Tree) {
	for _, in := range p.request.GetInstances() {
		if in.GetLabel() != t.GetInstance() {
			continue
		}
		if t.GetRevision() < in.GetRevision() {
			return
		}
		if err := p.sink.Publish(p.spec.Name, t.GetInstance(), t.GetNodes()); err != nil {
			p.log.Error("tree refused, the last one stays", "error", err)
			p.refused = "tree refused: " + err.Error()
			p.degrade(p.refused)
			return
		}
		p.refused = ""
		return
	}
	p.log.Warn("tree of an unknown instance dropped", "instance", t.GetInstance())
}

// status takes in the plugin's own word on its health.
func (p *Plugin) status(s *pluginv1.Status) {
	p.set(func(now *Snapshot) {
		now.ValidUntil = time.Time{}
		if s.GetValidUntil().IsValid() {
			now.ValidUntil = s.GetValidUntil().AsTime()
		}
	})
	switch {
	case s.GetLevel() == pluginv1.Status_LEVEL_DEGRADED:
		p.degrade(s.GetMessage())
		return
	case p.refused != "":
		return // what the plugin thinks of itself does not mend its tree
	}
	p.set(func(now *Snapshot) {
		if now.State == StateDegraded {
			now.State, now.Message = StateReady, ""
		}
	})
}

func (p *Plugin) degrade(message string) {
	p.log.Warn("plugin degraded", "message", message)
	p.set(func(s *Snapshot) { s.State, s.Message = StateDegraded, message })
}

// store keeps a checkpoint for the next process.
func (p *Plugin) store(m *pluginv1.Checkpoint, generation int) {
	if len(m.GetData()) > maxCheckpoint {
		p.log.Error("checkpoint refused", "bytes", len(m.GetData()), "most", maxCheckpoint)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if c, ok := p.checkpoint.newer(m, generation); ok {
		p.checkpoint = c
		p.changed()
	}
}
