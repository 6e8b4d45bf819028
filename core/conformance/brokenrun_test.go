//go:build unix

package conformance

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"google.golang.org/grpc"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// kept is the checkpoint that the plugin hands over.
const kept = "kept"

type brokenStream = grpc.BidiStreamingServer[pluginv1.RunRequest, pluginv1.RunResponse]

func (p *broken) Run(stream brokenStream) error {
	context.AfterFunc(stream.Context(), func() { p.streamGone() })
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	switch cp := string(first.GetStart().GetCheckpoint()); {
	case cp == kept && p.is(ruleCheckpointRestored), cp != kept && cp != "" && p.is(ruleCheckpointForeign):
		return errors.New("no idea what this checkpoint is")
	}
	if err := p.first(stream, first.GetStart()); err != nil {
		return err
	}
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return p.closed()
		}
		if err == nil {
			err = p.told(stream, m)
		}
		if err != nil {
			return err
		}
	}
}

// streamGone is called when nobody is at the other end any more, and when Run
// has returned.
func (p *broken) streamGone() {
	time.Sleep(50 * time.Millisecond) // the parent may be dying just now
	orphan := os.Getppid() != p.parent
	if p.is(ruleEndStreamBroken) && !orphan || p.is(ruleEndHostDead) && orphan || p.inOrder.Load() {
		return
	}
	os.Exit(1)
}

// closed is what the end of the core's side comes to.
func (p *broken) closed() error {
	switch p.mode {
	case ruleEndInOrder:
		time.Sleep(time.Hour)
	case ruleEndInOrder + "/error":
		return errors.New("I wanted to say more")
	case ruleEndInOrder + "/process":
		p.inOrder.Store(true)
		return nil
	}
	time.AfterFunc(20*time.Millisecond, func() { os.Exit(0) })
	return nil
}

// first sends what comes before Ready, and Ready.
func (p *broken) first(stream brokenStream, start *pluginv1.Start) error {
	checkpoint := []byte(kept)
	if p.is(ruleBounded + "/checkpoint") {
		checkpoint = make([]byte, 1<<16+1)
	}
	if err := stream.Send(&pluginv1.RunResponse{Message: &pluginv1.RunResponse_Checkpoint{Checkpoint: &pluginv1.Checkpoint{Data: checkpoint, Sequence: 1}}}); err != nil {
		return err
	}
	ready := &pluginv1.RunResponse{Message: &pluginv1.RunResponse_Ready{Ready: &pluginv1.Ready{}}}
	if p.is(ruleReady + "/early") {
		if err := stream.Send(ready); err != nil {
			return err
		}
	}
	for _, in := range start.GetInstances() {
		if err := p.instance(stream, in); err != nil {
			return err
		}
	}
	if p.is(ruleReady + "/early") {
		return nil
	}
	if p.is(ruleReady) {
		<-stream.Context().Done()
	}
	if p.is(ruleReady + "/twice") {
		if err := stream.Send(ready); err != nil {
			return err
		}
	}
	return stream.Send(ready)
}

// told takes in what the core says of an instance.
func (p *broken) told(stream brokenStream, m *pluginv1.RunRequest) error {
	if in := m.GetInstance(); in != nil {
		_, known := p.instances[in.GetLabel()]
		if known && p.is(ruleInstanceChanged) || !known && p.is(ruleInstanceAdded) {
			return nil
		}
		if err := p.instance(stream, in); err != nil {
			return err
		}
		if p.is(ruleInstanceRemoved) { // all that it has ever heard of
			for _, label := range slices.Sorted(maps.Keys(p.instances)) {
				if err := p.tree(stream, label, p.instances[label]); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if !p.is(ruleInstanceRemoved) {
		delete(p.instances, m.GetInstanceRemoved().GetLabel())
	}
	return nil
}

// instance sends the tree of an instance whose facts are new.
func (p *broken) instance(stream brokenStream, in *pluginv1.Instance) error {
	p.instances[in.GetLabel()] = in.GetRevision()
	revision := in.GetRevision()
	if p.is(ruleRevisions + "/unsent") {
		revision += 1000
	}
	if err := p.tree(stream, in.GetLabel(), revision); err != nil {
		return err
	}
	if p.is(ruleRevisions) && in.GetRevision() > 1 {
		return p.tree(stream, in.GetLabel(), in.GetRevision()-1)
	}
	return nil
}

func (p *broken) tree(stream brokenStream, label string, revision uint64) error {
	t := &pluginv1.Tree{Instance: label, Revision: revision, Nodes: []*pluginv1.Node{
		{Path: "meta-data/broken/value", Kind: &pluginv1.Node_Leaf{Leaf: &pluginv1.Leaf{Body: []byte("1")}}},
		{Path: "meta-data/broken/live", Kind: &pluginv1.Node_Live{Live: &pluginv1.Live{}}},
	}}
	switch p.mode {
	case ruleTree:
		t.Nodes[0].Path = "meta-data/elsewhere"
	case ruleTree + "/nesting":
		t.Nodes[0].Path = "meta-data/broken/live/value"
	case ruleBounded:
		t.Nodes[0].GetLeaf().Body = make([]byte, 17<<20)
	}
	return stream.Send(&pluginv1.RunResponse{Message: &pluginv1.RunResponse_Tree{Tree: t}})
}
