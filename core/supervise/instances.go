package supervise

import (
	"context"
	"maps"
	"slices"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// maxStart is how many bytes of instances Start may carry; a message has a
// limit, and what is beyond follows one by one.
const maxStart = wire.MaxTree / 2

// instances are those that the plugin is asked for, over all its processes. To
// add to them and take from them never waits for the plugin: of each instance
// only the newest state is kept until it can be sent.
type instances struct {
	wake chan struct{} // holds one token while something is unsent

	mu     sync.Mutex
	asked  map[string]*asked // by label
	known  map[string]bool   // to the process, by label
	unsent []string          // labels, in the order in which they changed
	queued map[string]bool   // the same as a set
}

// asked is an instance of which the plugin is to publish a tree.
type asked struct {
	*pluginv1.Instance
	published bool // a tree of it has been taken
}

func newInstances() *instances {
	return &instances{wake: make(chan struct{}, 1), asked: map[string]*asked{}, known: map[string]bool{}, queued: map[string]bool{}}
}

// Ask has the plugin publish a tree of an instance, and again in each process
// that follows. An instance that is asked for already gets the new facts; its
// revision must then have grown. It does not wait.
func (p *Plugin) Ask(in *pluginv1.Instance) {
	p.instances.change(in.GetLabel(), func(s *instances) { s.asked[in.GetLabel()] = &asked{Instance: in} })
}

// Asks says whether the plugin is asked for an instance.
func (p *Plugin) Asks(label string) bool {
	_, ok := p.instances.revision(label)
	return ok
}

// Forget has the plugin forget an instance. What it still publishes of it is
// dropped, and nobody waits for it any more. It does not wait.
func (p *Plugin) Forget(label string) {
	p.instances.change(label, func(s *instances) { delete(s.asked, label) })
	p.complete(label)
}

func (s *instances) change(label string, f func(*instances)) {
	s.mu.Lock()
	f(s)
	s.queue(label)
	s.mu.Unlock()
	s.notify()
}

// queue has a label sent. The lock is held.
func (s *instances) queue(label string) {
	if !s.queued[label] {
		s.queued[label] = true
		s.unsent = append(s.unsent, label)
	}
}

func (s *instances) notify() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// begin returns the instances for the Start of a process.
func (s *instances) begin() []*pluginv1.Instance {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsent, s.queued, s.known = nil, map[string]bool{}, map[string]bool{}
	var out []*pluginv1.Instance
	size := 0
	for _, label := range slices.Sorted(maps.Keys(s.asked)) {
		in := s.asked[label].Instance
		if size += proto.Size(in); size > maxStart {
			s.queue(label)
			continue
		}
		out = append(out, in)
		s.known[label] = true
	}
	if len(s.unsent) > 0 {
		s.notify()
	}
	return out
}

// next returns the next message for the process, nil when there is none.
func (s *instances) next() *pluginv1.RunRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.unsent) > 0 {
		label := s.unsent[0]
		s.unsent = s.unsent[1:]
		delete(s.queued, label)
		if in := s.asked[label]; in != nil {
			s.known[label] = true
			return &pluginv1.RunRequest{Message: &pluginv1.RunRequest_Instance{Instance: in.Instance}}
		}
		if s.known[label] { // else it came and went before the process was told
			delete(s.known, label)
			gone := &pluginv1.InstanceRemoved{Label: label}
			return &pluginv1.RunRequest{Message: &pluginv1.RunRequest_InstanceRemoved{InstanceRemoved: gone}}
		}
	}
	return nil
}

// revision returns that of an instance; false when it is not asked for.
func (s *instances) revision(label string) (uint64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.asked[label]
	if in == nil {
		return 0, false
	}
	return in.GetRevision(), true
}

// taken says whether a tree of an instance has been taken, and notes that one
// is when took is set.
func (s *instances) taken(label string, took bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.asked[label]
	if in == nil {
		return false
	}
	in.published = in.published || took
	return in.published
}

// send hands the process what changes, until ctx ends; then it closes the
// stream in order. A failure shows on the receiving side, which says more.
func (s *instances) send(ctx context.Context, stream grpc.BidiStreamingClient[pluginv1.RunRequest, pluginv1.RunResponse]) {
	for {
		select {
		case <-ctx.Done():
			_ = stream.CloseSend()
			return
		case <-s.wake:
		}
		for m := s.next(); m != nil && ctx.Err() == nil; m = s.next() {
			if stream.Send(m) != nil {
				return
			}
		}
	}
}
