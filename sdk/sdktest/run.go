package sdktest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/mockmd/mockmd/sdk"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// run is the plugin's Run stream and what has come over it.
type run struct {
	cancel   context.CancelFunc
	done     chan struct{}
	restored []byte // the checkpoint that it began with
	stream   grpc.BidiStreamingClient[pluginv1.RunRequest, pluginv1.RunResponse]

	mu         sync.Mutex
	change     chan struct{} // closed and replaced at each message
	trees      map[string]sdk.Tree
	ready      bool
	degraded   string
	validUntil time.Time
	checkpoint []byte
	err        error
}

// Run opens the plugin's active life, with no checkpoint, and waits until it
// is ready.
func (p *Plugin) Run() {
	p.t.Helper()
	p.Restore(nil)
}

// Restore is Run with the checkpoint of an earlier process.
func (p *Plugin) Restore(checkpoint []byte) {
	p.t.Helper()
	if p.instances == nil {
		p.t.Fatal("the plugin has not been configured: call Configure before Run")
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(p.t.Context()))
	stream, err := p.rpc.Run(ctx)
	if err == nil {
		err = stream.Send(&pluginv1.RunRequest{Message: &pluginv1.RunRequest_Start{
			Start: &pluginv1.Start{Checkpoint: checkpoint, Instances: p.instances},
		}})
	}
	if err != nil {
		cancel()
		p.t.Fatalf("run plugin: %v", err)
	}
	r := &run{stream: stream, cancel: cancel, done: make(chan struct{}), restored: checkpoint, change: make(chan struct{}), trees: map[string]sdk.Tree{}}
	p.run = r
	go func() {
		defer close(r.done)
		for {
			m, err := stream.Recv()
			r.take(m, err)
			if err != nil {
				return
			}
		}
	}()
	p.wait("ready", func(r *run) bool { return r.ready })
}

// end breaks the stream, as a core that dies does.
func (r *run) end() {
	r.cancel()
	<-r.done
}

func (r *run) take(m *pluginv1.RunResponse, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
	switch m := m.GetMessage().(type) {
	case *pluginv1.RunResponse_Tree:
		r.trees[m.Tree.GetInstance()] = decodeTree(m.Tree)
	case *pluginv1.RunResponse_Ready:
		r.ready = true
	case *pluginv1.RunResponse_Status:
		r.degraded = m.Status.GetMessage()
		r.validUntil = decodeTime(m.Status.GetValidUntil())
	case *pluginv1.RunResponse_Checkpoint:
		r.checkpoint = m.Checkpoint.GetData()
	}
	close(r.change)
	r.change = make(chan struct{})
}

// lastCheckpoint returns what the core would hand to the next process.
func (r *run) lastCheckpoint() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.checkpoint == nil {
		return r.restored
	}
	return r.checkpoint
}

// patience is how long a test waits for what it says must come: far longer
// than a plugin takes, far shorter than the limit of a whole test run.
const patience = 20 * time.Second

// String tells what has come, for a test that waited for something else.
func (r *run) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var paths []string
	for label, tree := range r.trees {
		paths = append(paths, fmt.Sprintf("instance %q has %q", label, slices.Sorted(maps.Keys(tree))))
	}
	return fmt.Sprintf("ready %v, degraded %q, valid until %s, trees: %s", r.ready, r.degraded, r.validUntil, strings.Join(paths, "; "))
}

// wait returns when ok holds; it fails the test when the stream ends first, or
// nothing happens.
func (p *Plugin) wait(what string, ok func(*run) bool) {
	p.t.Helper()
	r := p.running()
	deadline := time.After(patience)
	for {
		r.mu.Lock()
		change, err, now := r.change, r.err, ok(r)
		r.mu.Unlock()
		switch {
		case now:
			return
		case err != nil:
			p.t.Fatalf("waiting for %s: the plugin's run ended: %v", what, err)
		}
		select {
		case <-change:
		case <-deadline:
			p.t.Fatalf("waited %s for %s; the plugin's state: %s", patience, what, r)
		}
	}
}

// Tree returns what the plugin serves for the unlabelled instance.
func (p *Plugin) Tree() sdk.Tree {
	p.t.Helper()
	return p.TreeOf("")
}

// TreeOf returns what the plugin serves for an instance. Live nodes have no
// Resolve: call [Plugin.Resolve].
func (p *Plugin) TreeOf(instance string) sdk.Tree {
	p.t.Helper()
	var tree sdk.Tree
	p.wait("a tree", func(r *run) bool {
		var ok bool
		tree, ok = r.trees[instance]
		return ok
	})
	return tree
}

// WaitTree returns the tree of the unlabelled instance once ok holds for it;
// what says in a failure what was waited for.
func (p *Plugin) WaitTree(what string, ok func(sdk.Tree) bool) sdk.Tree {
	p.t.Helper()
	var tree sdk.Tree
	p.wait(what, func(r *run) bool {
		tree = r.trees[""]
		return tree != nil && ok(tree)
	})
	return tree
}

// Status returns the plugin's own word on its health, empty when all is well,
// and until when what it serves is valid.
func (p *Plugin) Status() (degraded string, validUntil time.Time) {
	p.t.Helper()
	p.wait("status", func(r *run) bool {
		degraded, validUntil = r.degraded, r.validUntil
		return true
	})
	return degraded, validUntil
}

// WaitStatus returns once ok holds for the plugin's status, which is as in
// [Plugin.Status].
func (p *Plugin) WaitStatus(what string, ok func(degraded string, validUntil time.Time) bool) {
	p.t.Helper()
	p.wait(what, func(r *run) bool { return ok(r.degraded, r.validUntil) })
}

// ErrRefused says that the plugin refused a call that its state forbids.
var ErrRefused = errors.New("refused")

// RunAgain opens Run a second time, which a plugin must refuse with
// [ErrRefused]: one process is run once.
func (p *Plugin) RunAgain() error {
	p.t.Helper()
	stream, err := p.rpc.Run(p.t.Context())
	if err != nil {
		return err
	}
	if _, err = stream.Recv(); status.Code(err) == codes.FailedPrecondition {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}

// WaitCheckpoint returns the plugin's last checkpoint once there is one.
func (p *Plugin) WaitCheckpoint() []byte {
	p.t.Helper()
	var data []byte
	p.wait("a checkpoint", func(r *run) bool {
		data = r.checkpoint
		return data != nil
	})
	return data
}
