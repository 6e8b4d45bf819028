//go:build unix

package conformance

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/core/supervise"
	"github.com/mockmd/mockmd/sdk"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// life is the Run of the first process, from Start to an end in good order. It
// is false when the process does not come to life.
func (t *suite) life(ctx context.Context, p *supervise.Process) bool {
	r, err := startRun(ctx, p.Client(), &pluginv1.Start{Instances: []*pluginv1.Instance{t.subject.first}})
	if err != nil {
		t.fail(ruleReady, "%v", err)
		return false
	}
	defer r.close()
	// What has come is judged also when it ended early.
	defer func() {
		t.judgeTrees(r)
		t.judgeMessages(r)
	}()
	if !t.becomesReady(ctx, r) {
		return false
	}
	t.instances(ctx, r)
	t.liveNodes(ctx, p, r)
	t.actions(ctx, p)
	t.endInOrder(ctx, p, r)
	return true
}

// becomesReady waits for the first trees and for Ready behind them.
func (t *suite) becomesReady(ctx context.Context, r *run) bool {
	began := time.Now()
	ctx, cancel := t.answer(ctx, ruleReady)
	defer cancel()
	if !r.wait(ctx, ready) {
		if t.tooLarge(r) {
			return false
		}
		t.fail(ruleReady, "no Ready within %s%s", t.answerIn(ruleReady), r.lament())
		return false
	}
	seen := r.messages()
	if tree(seen[:readyAt(seen)], t.subject.first.GetLabel()) == nil {
		t.fail(ruleReady, "Ready came without a tree of the instance before it%s", r.lament())
		return true
	}
	t.pass(ruleReady, "after %s", time.Since(began).Round(time.Millisecond))
	return true
}

// tooLarge tells whether a message over the limit ended the stream.
func (t *suite) tooLarge(r *run) bool {
	select {
	case <-r.ended:
	default:
		return false
	}
	if errors.Is(r.err, errFlood) {
		t.fail(ruleBounded, "%v", r.err)
		return true
	}
	if status.Code(r.err) != codes.ResourceExhausted {
		return false
	}
	t.fail(ruleBounded, "a message on Run is larger: %s", status.Convert(r.err).Message())
	return true
}

// judgeTrees has the core's own router check every tree that has come, and
// checks the order of their revisions.
func (t *suite) judgeTrees(r *run) {
	check, err := t.router()
	if err != nil {
		t.fail(ruleTree, "%v", err)
		return
	}
	trees, nodes := 0, 0
	newest := map[string]uint64{}
	for _, m := range r.messages() {
		tree := m.GetTree()
		if tree == nil {
			continue
		}
		trees, nodes = trees+1, max(nodes, len(tree.GetNodes()))
		label, revision := tree.GetInstance(), tree.GetRevision()
		if err := check.Publish(t.subject.Name, label, tree.GetNodes()); err != nil {
			t.fail(ruleTree, "%v", err)
		}
		switch {
		case revision < newest[label]:
			t.fail(ruleRevisions, "a tree of instance %q of revision %d came after one of %d", label, revision, newest[label])
		case revision == 0 || revision > lastRevision:
			t.fail(ruleRevisions, "a tree of instance %q has the revision %d, which was never sent", label, revision)
		}
		newest[label] = max(newest[label], revision)
	}
	if trees == 0 {
		return
	}
	t.pass(ruleTree, "%d trees, the largest with %d nodes", trees, nodes)
	t.pass(ruleRevisions, "in order")
}

// router makes a router for the plugin alone.
func (t *suite) router() (*router.Router, error) {
	o := router.Options{
		Instances: []router.Instance{{Label: t.subject.first.GetLabel()}, {Label: t.subject.second.GetLabel()}},
		Render:    func(string, time.Time, int) []byte { return nil },
		Now:       time.Now,
	}
	for _, m := range t.mounts {
		o.Mounts = append(o.Mounts, router.Mount{Path: m, Plugin: t.subject.Name})
	}
	return router.New(o)
}

// judgeMessages checks the size of what has come, and that Ready came once.
func (t *suite) judgeMessages(r *run) {
	largest, readies := 0, 0
	for _, m := range r.messages() {
		largest = max(largest, proto.Size(m))
		if m.GetReady() != nil {
			readies++
		}
		if cp := m.GetCheckpoint(); cp != nil {
			t.takeCheckpoint(cp)
		}
	}
	if readies > 1 {
		t.fail(ruleReady, "Ready came %d times", readies)
	}
	if t.tooLarge(r) {
		return
	}
	if largest > wire.MaxTree {
		t.fail(ruleBounded, "a message on Run has %d bytes", largest)
	}
	t.pass(ruleBounded, "the largest message on Run has %d bytes", largest)
}

// takeCheckpoint keeps what the next process may be given.
func (t *suite) takeCheckpoint(cp *pluginv1.Checkpoint) {
	if n := len(cp.GetData()); n > sdk.MaxCheckpoint {
		t.fail(ruleBounded, "a checkpoint has %d bytes", n)
		return
	}
	t.checkpoint = cp.GetData()
}

// endInOrder closes the core's side of the stream, as the core does when it
// stops, and then does not call Shutdown.
func (t *suite) endInOrder(ctx context.Context, p *supervise.Process, r *run) {
	if err := r.stream.CloseSend(); err != nil {
		t.fail(ruleEndInOrder, "close the stream: %v", err)
		return
	}
	wait, cancel := context.WithTimeout(ctx, t.exitIn(ruleEndInOrder))
	defer cancel()
	select {
	case <-r.ended:
	case <-wait.Done():
		t.fail(ruleEndInOrder, "the stream was still open after %s", t.exitIn(ruleEndInOrder))
		return
	}
	if !errors.Is(r.err, io.EOF) {
		t.fail(ruleEndInOrder, "the stream ended with %v", r.err)
		return
	}
	after, ok := t.exits(ctx, p, ruleEndInOrder)
	if !ok {
		t.fail(ruleEndInOrder, "the stream ended well, but the process was still there after %s", t.exitIn(ruleEndInOrder))
		return
	}
	if text := p.Ended().Error(); strings.Contains(text, "panic:") {
		t.fail(ruleEndInOrder, "%s", text)
		return
	}
	t.pass(ruleEndInOrder, "exited %s after the end of the stream", after)
}
