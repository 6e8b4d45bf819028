//go:build unix

package conformance

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"google.golang.org/protobuf/proto"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// run is a Run stream and all that has come on it.
type run struct {
	stream interface {
		Send(*pluginv1.RunRequest) error
		CloseSend() error
	}
	tear  context.CancelFunc // breaks the stream
	ended chan struct{}      // closed when nothing more comes

	mu     sync.Mutex
	change chan struct{} // closed and replaced at each message
	seen   []*pluginv1.RunResponse
	err    error // how the stream ended; read after ended
}

// flood is how many bytes of messages of one Run are taken; a plugin that says
// so much does so without end.
const flood = 512 << 20

var errFlood = fmt.Errorf("the plugin sent more than %d bytes in all, and nothing more was read", flood)

// startRun opens a Run stream and sends Start. It must be torn in the end.
func startRun(ctx context.Context, client pluginv1.PluginServiceClient, start *pluginv1.Start) (*run, error) {
	ctx, cancel := context.WithCancel(ctx)
	stream, err := client.Run(ctx)
	if err == nil {
		err = stream.Send(&pluginv1.RunRequest{Message: &pluginv1.RunRequest_Start{Start: start}})
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("open Run: %w", err)
	}
	r := &run{stream: stream, tear: cancel, ended: make(chan struct{}), change: make(chan struct{})}
	go func() {
		defer close(r.ended)
		size := 0
		for {
			m, err := stream.Recv()
			if size += proto.Size(m); size > flood {
				cancel() // what has come is kept to be judged, and must fit
				err = errFlood
			}
			r.mu.Lock()
			if err != nil {
				r.err = err
			} else {
				r.seen = append(r.seen, m)
			}
			close(r.change)
			r.change = make(chan struct{})
			r.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return r, nil
}

// close breaks the stream and waits until nothing more comes.
func (r *run) close() {
	r.tear()
	<-r.ended
}

// messages returns what has come so far.
func (r *run) messages() []*pluginv1.RunResponse {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seen)
}

// wait waits until ok holds of what has come. It is false when the stream, or
// ctx, ends before.
func (r *run) wait(ctx context.Context, ok func([]*pluginv1.RunResponse) bool) bool {
	for {
		r.mu.Lock()
		seen, change := r.seen, r.change
		r.mu.Unlock()
		if ok(seen) {
			return true
		}
		select {
		case <-change:
		case <-r.ended:
			return ok(r.messages())
		case <-ctx.Done():
			return false
		}
	}
}

// instance tells the plugin of an instance.
func (r *run) instance(in *pluginv1.Instance) error {
	return r.stream.Send(&pluginv1.RunRequest{Message: &pluginv1.RunRequest_Instance{Instance: in}})
}

// remove tells the plugin that an instance is gone.
func (r *run) remove(label string) error {
	return r.stream.Send(&pluginv1.RunRequest{Message: &pluginv1.RunRequest_InstanceRemoved{InstanceRemoved: &pluginv1.InstanceRemoved{Label: label}}})
}

// tree returns the last tree of an instance; nil when there is none.
func tree(seen []*pluginv1.RunResponse, label string) *pluginv1.Tree {
	for _, m := range slices.Backward(seen) {
		if t := m.GetTree(); t != nil && t.GetInstance() == label {
			return t
		}
	}
	return nil
}

// has is the condition that a tree of at least this revision has come.
func has(label string, revision uint64) func([]*pluginv1.RunResponse) bool {
	return func(seen []*pluginv1.RunResponse) bool {
		return slices.ContainsFunc(seen, func(m *pluginv1.RunResponse) bool {
			return m.GetTree() != nil && m.GetTree().GetInstance() == label && m.GetTree().GetRevision() >= revision
		})
	}
}

// ready is the condition that Ready has come.
func ready(seen []*pluginv1.RunResponse) bool { return readyAt(seen) >= 0 }

// readyAt is the place of the first Ready; -1 when there is none.
func readyAt(seen []*pluginv1.RunResponse) int {
	return slices.IndexFunc(seen, func(m *pluginv1.RunResponse) bool { return m.GetReady() != nil })
}

// lament is what the plugin says of itself that may explain a failure.
func (r *run) lament() string {
	select {
	case <-r.ended:
		return fmt.Sprintf("; the stream ended: %v", r.err)
	default:
	}
	for _, m := range slices.Backward(r.messages()) {
		if s := m.GetStatus(); s != nil && s.GetMessage() != "" {
			return "; it says of itself: " + s.GetMessage()
		}
	}
	return ""
}
