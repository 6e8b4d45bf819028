package sdk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// stopGrace is how long a plugin may take to return from Runner.Run once the
// stream has ended.
const stopGrace = 2 * time.Second

// shutdownGrace is how long the core may take to end the process once the run
// has ended; the contract gives the process two seconds in all.
const shutdownGrace = time.Second

// lastWords is how long a process that gives up may take to tell the core why.
const lastWords = 200 * time.Millisecond

// backlog is how many messages of the core may wait while a tree is built: the
// end of the stream is seen behind so many.
const backlog = 1024

// messageOverhead is what a tree's message has around the tree.
const messageOverhead = 64

type runStream = grpc.BidiStreamingServer[pluginv1.RunRequest, pluginv1.RunResponse]

// errEnded says that the core has ended the stream in good order.
var errEnded = errors.New("the core ended the run")

// Run is the plugin's active life. The process does not outlive it: a broken
// stream means that the core is gone.
func (s *server) Run(stream runStream) error {
	if !s.ran.CompareAndSwap(false, true) {
		return status.Error(codes.FailedPrecondition, "this process has been run already; a process runs once")
	}
	first, err := stream.Recv()
	if err == nil && first.GetStart() == nil {
		err = status.Errorf(codes.InvalidArgument, "the first message is %T, want Start", first.GetMessage())
	}
	if err == nil {
		err = s.run(stream, first.GetStart())
	}
	if errors.Is(err, errEnded) {
		// The core reads the end of the stream, then asks the process to shut
		// down; one that forgets must not leave the process behind.
		time.AfterFunc(shutdownGrace, func() { s.exit(0) })
		return nil
	}
	s.log.Debug("run ended", "error", err)
	if stream.Context().Err() != nil {
		s.exit(1) // nobody is there to be told
	}
	time.AfterFunc(lastWords, func() { s.exit(1) })
	return err
}

func (s *server) run(stream runStream, start *pluginv1.Start) error {
	for _, m := range start.GetInstances() {
		if err := s.addInstance(m); err != nil {
			return err
		}
	}
	if r, ok := s.plugin.(Restorer); ok && len(start.GetCheckpoint()) > 0 {
		if err := r.Restore(stream.Context(), start.GetCheckpoint()); err != nil {
			s.log.Error("checkpoint not restored, starting without", "error", err)
		}
	}
	received := make(chan *pluginv1.RunRequest, backlog)
	// Recv only returns when the stream ends, so its goroutine cannot be
	// waited for here; gRPC ends it with the stream. Its end is that of all
	// the plugin's work, a tree that is being built included.
	life, end := context.WithCancelCause(stream.Context())
	defer end(nil)
	go func() { end(receive(stream, received)) }()

	g, ctx := errgroup.WithContext(life)
	if r, ok := s.plugin.(Runner); ok {
		g.Go(func() error {
			if err := r.Run(ctx, s.host); err != nil && ctx.Err() == nil {
				s.log.Error("plugin stopped by itself", "error", err)
				return fmt.Errorf("run plugin: %w", err)
			}
			return nil
		})
	}
	g.Go(func() error {
		p := &publisher{server: s, stream: stream, received: received, failed: map[string]string{}}
		return p.loop(ctx)
	})
	done := make(chan error, 1)
	go func() { done <- g.Wait() }()
	<-ctx.Done()
	select {
	case err := <-done:
		// What Run said on its way out must not be lost.
		if cp := s.host.take().checkpoint; cp != nil && stream.Context().Err() == nil {
			if sent := stream.Send(&pluginv1.RunResponse{Message: &pluginv1.RunResponse_Checkpoint{Checkpoint: cp}}); sent != nil {
				return errors.Join(err, sent)
			}
		}
		return err
	case <-time.After(stopGrace):
		return errors.New("the plugin did not return from Run in time")
	}
}

// receive hands on what the core sends, until the stream ends.
func receive(stream runStream, to chan<- *pluginv1.RunRequest) error {
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return errEnded
		}
		if err != nil {
			return err
		}
		select {
		case to <- m:
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
}

func (s *server) addInstance(m *pluginv1.Instance) error {
	facts, err := decodeInstance(m)
	if err != nil {
		return status.Errorf(codes.InvalidArgument, "instance %q: %v", m.GetLabel(), err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.instances[m.GetLabel()]
	in := &published{facts: facts, revision: m.GetRevision()}
	if old != nil {
		in.live, in.retired = old.live, old.retired
	}
	s.instances[m.GetLabel()] = in
	return nil
}

// removeInstance forgets an instance, and has the plugin forget it.
func (s *server) removeInstance(label string) {
	s.mu.Lock()
	in := s.instances[label]
	delete(s.instances, label)
	s.mu.Unlock()
	if f, ok := s.plugin.(Forgetter); ok && in != nil {
		f.Forget(in.facts)
	}
}

// labels returns the labels of the instances in order.
func (s *server) labels() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.instances))
}

// treeOf builds the tree of one instance; nil when the instance is gone.
func (s *server) treeOf(ctx context.Context, label string) (*pluginv1.Tree, error) {
	s.mu.Lock()
	in := s.instances[label]
	s.mu.Unlock()
	if in == nil {
		return nil, nil
	}
	t, err := s.plugin.Tree(ctx, in.facts)
	if err != nil {
		return nil, err
	}
	t = s.mounts.cut(t)
	m, err := encodeTree(label, in.revision, t)
	if err != nil {
		return nil, err
	}
	if size := proto.Size(m); size > wire.MaxTree-messageOverhead {
		return nil, fmt.Errorf("the tree of %d nodes has %d bytes, at most %d are taken", len(t), size, wire.MaxTree-messageOverhead)
	}
	live := map[string]Live{}
	for path, n := range t {
		if l, ok := n.(Live); ok {
			live[path] = l
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.instances[label]; now != nil {
		now.retire(live, time.Now())
	}
	return m, nil
}
