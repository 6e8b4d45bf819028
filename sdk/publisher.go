package sdk

import (
	"context"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// publisher is the one goroutine that calls Tree and sends on the stream, so
// what the core receives has one order.
type publisher struct {
	server *server
	stream runStream
	last   *pluginv1.Status // last status sent
	failed string           // why the last round of trees failed; empty: it did not
}

// loop publishes the first trees and then what changes, until ctx or the
// stream ends.
func (p *publisher) loop(ctx context.Context, received <-chan *pluginv1.RunRequest, recvErr <-chan error) error {
	if err := p.round(ctx, p.server.labels()); err != nil {
		return err
	}
	if err := p.send(&pluginv1.RunResponse{Message: &pluginv1.RunResponse_Ready{Ready: &pluginv1.Ready{}}}); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-recvErr:
			return err
		case m := <-received:
			if err := p.instance(ctx, m); err != nil {
				return err
			}
		case <-p.server.host.wake:
			if err := p.news(ctx); err != nil {
				return err
			}
		}
	}
}

// instance takes in what the core says of one instance.
func (p *publisher) instance(ctx context.Context, m *pluginv1.RunRequest) error {
	switch m := m.GetMessage().(type) {
	case *pluginv1.RunRequest_Instance:
		if err := p.server.addInstance(m.Instance); err != nil {
			return err
		}
		return p.round(ctx, []string{m.Instance.GetLabel()})
	case *pluginv1.RunRequest_InstanceRemoved:
		p.server.mu.Lock()
		delete(p.server.instances, m.InstanceRemoved.GetLabel())
		p.server.mu.Unlock()
	}
	return nil
}

// news sends what the plugin has said. The checkpoint goes first: a tree that
// is served must not be forgotten in a crash.
func (p *publisher) news(ctx context.Context) error {
	n := p.server.host.take()
	if n.checkpoint != nil {
		if err := p.send(&pluginv1.RunResponse{Message: &pluginv1.RunResponse_Checkpoint{Checkpoint: n.checkpoint}}); err != nil {
			return err
		}
	}
	if n.changed {
		return p.round(ctx, p.server.labels())
	}
	if n.told {
		return p.status(n.degraded)
	}
	return nil
}

// round builds and sends the trees of the instances, then the status that
// belongs to them.
func (p *publisher) round(ctx context.Context, labels []string) error {
	p.failed = ""
	for _, label := range labels {
		t, err := p.server.treeOf(ctx, label)
		if err != nil {
			p.failed = "no new tree: " + strings.ToValidUTF8(err.Error(), "?")
			p.server.log.Error("no new tree, what was published stays", "instance", label, "error", err)
			continue
		}
		if t == nil {
			continue
		}
		if err := p.send(&pluginv1.RunResponse{Message: &pluginv1.RunResponse_Tree{Tree: t}}); err != nil {
			return err
		}
	}
	p.server.host.mu.Lock()
	degraded := p.server.host.degraded
	p.server.host.mu.Unlock()
	return p.status(degraded)
}

// status sends the plugin's state when it is not what the core knows already.
func (p *publisher) status(degraded string) error {
	s := &pluginv1.Status{Level: pluginv1.Status_LEVEL_OK}
	if degraded == "" {
		degraded = p.failed
	}
	if degraded != "" {
		s.Level, s.Message = pluginv1.Status_LEVEL_DEGRADED, degraded
	}
	if e, ok := p.server.plugin.(Expirer); ok {
		if until := e.ValidUntil(); until.After(time.Unix(0, 0)) {
			s.ValidUntil = encodeTime(until)
		}
	}
	if proto.Equal(s, p.last) {
		return nil
	}
	p.last = s
	return p.send(&pluginv1.RunResponse{Message: &pluginv1.RunResponse_Status{Status: s}})
}

func (p *publisher) send(m *pluginv1.RunResponse) error {
	return p.stream.Send(m)
}
