//go:build unix

package conformance

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// requests is how many requests for live nodes come at once.
const requests = 64

// liveNodes asks the live nodes that the first instance has by now.
func (t *suite) liveNodes(ctx context.Context, p *supervise.Process, r *run) {
	nodes := liveNodes(tree(r.messages(), t.subject.first.GetLabel()))
	if len(nodes) == 0 {
		t.skip(ruleLiveConcurrent, "the plugin has no live node with this configuration")
		t.skip(ruleLiveCancelled, "the plugin has no live node with this configuration")
		return
	}
	t.manyAtOnce(ctx, p, nodes)
	t.calledOff(ctx, p, nodes)
}

// resolve asks a live node as a client of the metadata listener would.
func (t *suite) resolve(ctx context.Context, p *supervise.Process, n *pluginv1.Node) (*pluginv1.Leaf, error) {
	path := n.GetPath()
	if n.GetLive().GetSubtree() {
		path += "/conformance"
	}
	a, err := p.Client().Resolve(ctx, &pluginv1.ResolveRequest{
		Instance: t.subject.first.GetLabel(), Path: path, Node: n.GetPath(), Version: "latest", Client: "127.0.0.1",
	})
	return a.GetLeaf(), err
}

// unanswered tells errors of the transport from the plugin's own answers that
// it cannot serve.
func unanswered(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.ResourceExhausted, codes.Unimplemented:
		return true
	default:
		return false
	}
}

// manyAtOnce sends all requests at the same time.
func (t *suite) manyAtOnce(ctx context.Context, p *supervise.Process, nodes []*pluginv1.Node) {
	ctx, cancel := t.answer(ctx, ruleLiveConcurrent)
	defer cancel()
	var wg sync.WaitGroup
	leaves, errs := make([]*pluginv1.Leaf, requests), make([]error, requests)
	for i := range requests {
		wg.Go(func() { leaves[i], errs[i] = t.resolve(ctx, p, nodes[i%len(nodes)]) })
	}
	wg.Wait()
	values, own, lost := 0, 0, 0
	var ownErr, lostErr error
	for i, err := range errs {
		switch {
		case err != nil && unanswered(err):
			lost, lostErr = lost+1, err
		case err != nil:
			own, ownErr = own+1, err
		case leaves[i] != nil:
			values++
			t.judgeLeaf(nodes[i%len(nodes)].GetPath(), leaves[i])
		}
	}
	if lost > 0 {
		t.fail(ruleLiveConcurrent, "%d of %d were not answered: %v", lost, requests, lostErr)
		return
	}
	note := ""
	if own > 0 {
		note = fmt.Sprintf(", %d by the plugin's own error: %s", own, status.Convert(ownErr).Message())
	}
	t.pass(ruleLiveConcurrent, "%d answered, %d with a value%s", requests, values, note)
}

// judgeLeaf checks that what a live node answers can be served.
func (t *suite) judgeLeaf(path string, l *pluginv1.Leaf) {
	if n := len(l.GetBody()); n > wire.MaxTree {
		t.fail(ruleBounded, "live node %s answers %d bytes", path, n)
	}
	r, err := t.router()
	if err == nil {
		err = r.Publish(t.subject.Name, t.subject.first.GetLabel(), []*pluginv1.Node{{Path: path, Kind: &pluginv1.Node_Leaf{Leaf: l}}})
	}
	if err != nil {
		t.fail(ruleLiveConcurrent, "an answer cannot be served: %v", err)
	}
}

// calledOff sends requests whose clients go away after some milliseconds, and
// then one that stays.
func (t *suite) calledOff(ctx context.Context, p *supervise.Process, nodes []*pluginv1.Node) {
	var wg sync.WaitGroup
	for i := range requests {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, time.Duration(1+i%8)*time.Millisecond)
			defer cancel()
			_, _ = t.resolve(ctx, p, nodes[i%len(nodes)]) // nobody waits for the answer
		})
	}
	wg.Wait()
	ctx, cancel := t.answer(ctx, ruleLiveCancelled)
	defer cancel()
	for _, n := range nodes {
		if _, err := t.resolve(ctx, p, n); err != nil && unanswered(err) {
			t.fail(ruleLiveCancelled, "after %d requests that were called off, %s did not answer: %v", requests, n.GetPath(), err)
			return
		}
	}
	if err := p.Healthy(ctx); err != nil {
		t.fail(ruleLiveCancelled, "after %d requests that were called off: %v", requests, err)
		return
	}
	t.pass(ruleLiveCancelled, "%d called off, and the next ones answered", requests)
}
