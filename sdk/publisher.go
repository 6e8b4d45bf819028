package sdk

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// publisher is the one goroutine that calls Tree and sends on the stream, so
// what the core receives has one order.
type publisher struct {
	server   *server
	stream   runStream
	received <-chan *pluginv1.RunRequest
	last     *pluginv1.Status  // last status sent
	failed   map[string]string // why an instance has no new tree, by its label
}

// loop publishes the first trees and then what changes, until ctx ends. It
// returns the cause of that.
func (p *publisher) loop(ctx context.Context) error {
	if err := p.round(ctx, p.server.labels()); err != nil {
		return err
	}
	if err := p.send(&pluginv1.RunResponse{Message: &pluginv1.RunResponse_Ready{Ready: &pluginv1.Ready{}}}); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case m := <-p.received:
			if err := p.instance(ctx, m); err != nil {
				return err
			}
			if err := p.tell(); err != nil {
				return err
			}
		case <-p.server.host.wake:
			if err := p.news(ctx); err != nil {
				return err
			}
		}
	}
}

// instance takes in what the core says of one instance, and publishes the tree
// of one that has been added.
func (p *publisher) instance(ctx context.Context, m *pluginv1.RunRequest) error {
	switch m := m.GetMessage().(type) {
	case *pluginv1.RunRequest_Instance:
		if err := p.server.addInstance(m.Instance); err != nil {
			return err
		}
		return p.tree(ctx, m.Instance.GetLabel())
	case *pluginv1.RunRequest_InstanceRemoved:
		label := m.InstanceRemoved.GetLabel()
		delete(p.failed, label)
		p.server.removeInstance(label)
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
	if len(n.labels) > 0 {
		return p.round(ctx, n.labels)
	}
	if n.told {
		return p.status(n.degraded)
	}
	return nil
}

// round builds and sends the trees of the instances, then the status that
// belongs to them. Somebody waits for the tree of an instance that is added
// meanwhile, so it does not wait for the end of the round.
func (p *publisher) round(ctx context.Context, labels []string) error {
	for _, label := range labels {
		for more := true; more; {
			select {
			case m := <-p.received:
				if err := p.instance(ctx, m); err != nil {
					return err
				}
			default:
				more = false
			}
		}
		if err := p.tree(ctx, label); err != nil {
			return err
		}
	}
	return p.tell()
}

// tree builds and sends the tree of one instance. One that cannot be built
// costs that instance only.
func (p *publisher) tree(ctx context.Context, label string) error {
	t, err := p.server.treeOf(ctx, label)
	if ctx.Err() != nil { // it was cut off, and nobody waits for it
		return context.Cause(ctx)
	}
	if err != nil {
		p.failed[label] = "no new tree: " + strings.ToValidUTF8(err.Error(), "?")
		p.server.log.Error("no new tree, what was published stays", "instance", label, "error", err)
		return nil
	}
	delete(p.failed, label)
	if t == nil {
		return nil
	}
	return p.send(&pluginv1.RunResponse{Message: &pluginv1.RunResponse_Tree{Tree: t}})
}

// tell sends the status that belongs to the trees.
func (p *publisher) tell() error {
	p.server.host.mu.Lock()
	degraded := p.server.host.degraded
	p.server.host.mu.Unlock()
	return p.status(degraded)
}

// failure says in a sentence which instances have no new tree; empty: none.
func (p *publisher) failure() string {
	labels := slices.Sorted(maps.Keys(p.failed))
	if len(labels) == 0 {
		return ""
	}
	text := p.failed[labels[0]]
	if labels[0] != "" {
		text = fmt.Sprintf("instance %s: %s", labels[0], text)
	}
	if more := len(labels) - 1; more > 0 {
		text = fmt.Sprintf("%s; %d more likewise", text, more)
	}
	return text
}

// status sends the plugin's state when it is not what the core knows already.
func (p *publisher) status(degraded string) error {
	s := &pluginv1.Status{Level: pluginv1.Status_LEVEL_OK}
	if degraded == "" {
		degraded = p.failure()
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
