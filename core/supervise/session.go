//go:build unix

package supervise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/lazyregexp"
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
	closing, closeSend := context.WithCancel(context.Background())
	sent := make(chan struct{}) // closed when nothing more is sent
	defer func() {
		p.serve(nil)
		proc.close()
		cancel()
		closeSend()
		<-sent
		if receiving {
			<-ended // nothing of this process is taken in after its successor has begun
		}
	}()
	stream, err := proc.rpc.Run(streamCtx)
	if err != nil {
		close(sent)
		return 0, fmt.Errorf("open run: %w", proc.reason(ctx, err))
	}
	p.mu.Lock()
	last, generation := p.checkpoint.data, p.snapshot.Restarts
	p.mu.Unlock()
	start := &pluginv1.Start{Checkpoint: last, Instances: p.instances.begin()}
	if err := stream.Send(&pluginv1.RunRequest{Message: &pluginv1.RunRequest_Start{Start: start}}); err != nil {
		close(sent)
		return 0, fmt.Errorf("start run: %w", proc.reason(ctx, err))
	}
	p.expect(start.GetInstances())
	go func() {
		defer close(sent)
		p.instances.send(closing, stream)
	}()

	p.said, p.refused = "", map[string]string{}
	var ready time.Time
	var recvErr error // read after ended
	isReady := make(chan struct{}, 1)
	receiving = true
	go func() {
		defer close(ended)
		for {
			m := &received{}
			if recvErr = p.receive(streamCtx, ctx.Done(), stream, m); recvErr != nil {
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
	slow := time.NewTimer(p.spec.Timeouts.Start)
	defer slow.Stop()
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
			if err := gaveUp(recvErr); err != nil {
				return healthy(), err
			}
			select { // mostly because the process has, and that says more
			case <-proc.exited():
				return healthy(), exitError(proc)
			case <-time.After(drainTimeout):
				return healthy(), runError(recvErr)
			}
		case <-proc.exited():
			select { // what it said before it died still counts
			case <-ended:
			case <-time.After(drainTimeout):
			}
			return healthy(), exitError(proc)
		case <-ctx.Done():
			p.set(func(s *Snapshot) { s.State = StateStopping })
			closeSend()
			select {
			case <-ended:
			case <-time.After(p.spec.Timeouts.Stop):
				p.log.Warn("plugin did not end in time and is killed")
				proc.grace = 0 // it has had its time
			}
			return healthy(), ctx.Err()
		case <-slow.C:
			if ready.IsZero() {
				p.log.Warn("plugin has not published its first trees yet; requests for them are answered 503", "after", p.spec.Timeouts.Start)
			}
		case <-tick.C:
			if err := proc.healthy(ctx); err == nil {
				strikes = 0
				_ = proc.undir(false) // gone since the start, unless there was no file descriptor then
			} else if strikes++; strikes >= healthStrikes && ctx.Err() == nil {
				return healthy(), fmt.Errorf("the process does not answer and is killed: %w", err)
			}
		}
	}
}

// receive takes in the next message of the plugin, no faster than the pace of
// plugins allows until stop is closed.
func (p *Plugin) receive(ctx context.Context, stop <-chan struct{}, stream grpc.ClientStream, m *received) error {
	if err := p.pace.message(ctx); err != nil {
		return err
	}
	if err := stream.RecvMsg(m); err != nil {
		return err
	}
	if m.GetTree() != nil {
		return p.pace.tree(ctx, stop)
	}
	return nil
}

// How gRPC words that the core does not take a message.
var (
	tooLarge  = lazyregexp.New(`received message larger than max \((\d+) vs\. (\d+)\)`)
	undecoded = lazyregexp.New(`failed to unmarshal the received message: (.*)`)
)

// gaveUp is the plugin's own word on why it ended its run, or why the core has
// torn the stream; nil when the stream just broke.
func gaveUp(err error) error {
	text := status.Convert(err).Message()
	if m := tooLarge.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("the plugin is cut off: it sent a message of %s bytes, at most %s are taken", m[1], m[2])
	}
	if m := undecoded.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("the plugin is cut off: it sent what is not taken: %s", m[1])
	}
	if s, ok := status.FromError(err); ok && s.Code() != codes.Unavailable && s.Code() != codes.Canceled {
		return fmt.Errorf("the plugin gave up: %s", plain(s.Message()))
	}
	return nil
}

// runError says why the stream ended.
func runError(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the plugin ended its run")
	}
	return fmt.Errorf("the run broke: %w", err)
}

// exitError says how the process ended.
func exitError(proc *process) error {
	if err := proc.child.waitErr; err != nil {
		return fmt.Errorf("the process ended: %w", err)
	}
	return errors.New("the process ended: exit status 0")
}

// take handles one message of the plugin.
func (p *Plugin) take(r *received, proc *process, generation int) {
	switch m := r.GetMessage().(type) {
	case *pluginv1.RunResponse_Tree:
		began := time.Now()
		ok := p.publish(m.Tree, r.refused)
		p.pace.done(r.took+time.Since(began), !ok)
	case *pluginv1.RunResponse_Ready:
		p.ready(proc)
	case *pluginv1.RunResponse_Status:
		p.status(m.Status)
	case *pluginv1.RunResponse_Checkpoint:
		p.store(m.Checkpoint, generation)
	}
}

// ready makes the process the one that calls go to.
func (p *Plugin) ready(proc *process) {
	p.complete()
	p.serve(proc)
	p.set(func(s *Snapshot) {
		if s.State == StateConfiguring || s.State == StateStarting {
			s.State = StateReady
			if s.Message != "" { // it said so before it was ready
				s.State = StateDegraded
			}
		}
	})
	if s := p.Snapshot(); s.Published {
		p.log.Info("plugin ready", "pid", s.PID)
	} else {
		p.log.Error("plugin is there but nothing of it can be served", "pid", s.PID, "message", s.Message)
	}
}

// publish hands a tree to the sink unless it was built from facts that are no
// more, or nobody asks for its instance any more, or is over the limits
// already. It is false when the tree is refused.
func (p *Plugin) publish(t *pluginv1.Tree, over error) bool {
	label := t.GetInstance()
	revision, ok := p.instances.revision(label)
	if !ok {
		p.noise.Debug("tree of an instance that is not asked for dropped", "instance", label)
		return true
	}
	if t.GetRevision() < revision {
		return true
	}
	err := over
	if err == nil {
		err = p.sink.Publish(p.spec.Name, label, t.GetNodes())
	}
	if _, ok := p.instances.revision(label); !ok {
		return true // forgotten meanwhile, and then the sink has it no more either
	}
	if err != nil {
		p.noise.Error("tree refused", "error", err.Error(), "last_one_stays", p.instances.taken(label, false))
		p.refused[label] = "tree refused: " + err.Error()
		p.settle()
		return false
	}
	delete(p.refused, label)
	p.settle()
	p.instances.taken(label, true)
	p.complete(label)
	return true
}

// expect notes the instances of the first Start as awaited.
func (p *Plugin) expect(list []*pluginv1.Instance) {
	p.mu.Lock()
	first := p.awaited == nil
	if first {
		p.awaited = map[string]bool{}
		for _, in := range list {
			p.awaited[in.GetLabel()] = true
		}
	}
	p.mu.Unlock()
	for _, in := range list {
		if first && !p.Asks(in.GetLabel()) { // forgotten since
			p.complete(in.GetLabel())
		}
	}
}

// complete awaits no tree of some instances any more, and shows the plugin as
// published once none of the first Start is awaited.
func (p *Plugin) complete(labels ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, label := range labels {
		delete(p.awaited, label)
	}
	if p.awaited != nil && len(p.awaited) == 0 && !p.snapshot.Published {
		p.snapshot.Published = true
		p.changed()
	}
}

// status takes in the plugin's own word on its health.
func (p *Plugin) status(s *pluginv1.Status) {
	p.set(func(now *Snapshot) {
		now.ValidUntil = time.Time{}
		if s.GetValidUntil().IsValid() {
			now.ValidUntil = s.GetValidUntil().AsTime()
		}
	})
	p.said = ""
	if s.GetLevel() == pluginv1.Status_LEVEL_DEGRADED {
		p.said = plain(s.GetMessage())
	}
	p.settle()
}

// settle works out the plugin's state from its own word and from what the core
// thinks of its trees. A process that is not ready yet stays so.
func (p *Plugin) settle() {
	message := p.said
	maps.DeleteFunc(p.refused, func(instance, _ string) bool { _, ok := p.instances.revision(instance); return !ok })
	for _, instance := range slices.Sorted(maps.Keys(p.refused)) {
		message = p.refused[instance] // what the plugin thinks of itself does not mend its tree
	}
	if message != "" && message != p.Snapshot().Message {
		p.noise.Warn("plugin degraded", "message", message)
	}
	p.set(func(s *Snapshot) {
		s.Message = message
		switch {
		case s.State == StateReady && message != "":
			s.State = StateDegraded
		case s.State == StateDegraded && message == "":
			s.State = StateReady
		}
	})
}

// store keeps a checkpoint for the next process.
func (p *Plugin) store(m *pluginv1.Checkpoint, generation int) {
	if len(m.GetData()) > sdk.MaxCheckpoint {
		p.noise.Error("checkpoint refused", "bytes", len(m.GetData()), "most", sdk.MaxCheckpoint)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if c, ok := p.checkpoint.newer(m, generation); ok {
		p.checkpoint = c
		p.changed()
	}
}
