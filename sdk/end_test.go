package sdk

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// runOf serves p and opens its Run stream with one instance. Exit is told what
// the process would end with.
func runOf(ctx context.Context, t *testing.T, p Plugin, exit func(code int)) grpc.BidiStreamingClient[pluginv1.RunRequest, pluginv1.RunResponse] {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer(grpc.WaitForHandlers(true))
	pluginv1.RegisterPluginServiceServer(s, newServer(p, hclog.NewNullLogger(), exit))
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	stream, err := pluginv1.NewPluginServiceClient(conn).Run(ctx)
	if err == nil {
		start := &pluginv1.Start{Instances: []*pluginv1.Instance{{Facts: []byte(`{"id":"i-1"}`)}}}
		err = stream.Send(&pluginv1.RunRequest{Message: &pluginv1.RunRequest_Start{Start: start}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// rest is what comes over a stream until it ends: the last checkpoint, and what
// the plugin says is wrong.
func rest(stream grpc.BidiStreamingClient[pluginv1.RunRequest, pluginv1.RunResponse]) (checkpoint, degraded string, err error) {
	for {
		m, err := stream.Recv()
		if err != nil {
			return checkpoint, degraded, err
		}
		if c := m.GetCheckpoint(); c != nil {
			checkpoint = string(c.GetData())
		}
		if s := m.GetStatus(); s != nil {
			degraded = s.GetMessage()
		}
	}
}

// slow is a plugin that builds its tree until it is told to end.
type slow struct {
	building chan struct{} // closed when it does
	fails    bool          // its Run does, meanwhile
}

func (s *slow) Tree(ctx context.Context, _ *Instance) (Tree, error) {
	close(s.building)
	<-ctx.Done()
	return nil, ctx.Err()
}

func (s *slow) Run(ctx context.Context, h Host) error {
	<-s.building
	if s.fails {
		return errors.Join(h.Checkpoint([]byte("last words")), errors.New("no fuel"))
	}
	<-ctx.Done()
	return h.Checkpoint([]byte("last words"))
}

// A plugin that is building a tree when the core ends the run ends all the
// same, and in order.
func TestEndWhileATreeIsBuilt(t *testing.T) {
	t.Parallel()
	p := &slow{building: make(chan struct{})}
	stream := runOf(t.Context(), t, p, func(int) {})
	<-p.building
	for _, label := range []string{"a", "b"} { // what comes before the end does not hold it up
		in := &pluginv1.Instance{Label: label, Facts: []byte(`{"id":"i-1"}`)}
		if err := stream.Send(&pluginv1.RunRequest{Message: &pluginv1.RunRequest_Instance{Instance: in}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	checkpoint, degraded, err := rest(stream)
	if !errors.Is(err, io.EOF) || checkpoint != "last words" || degraded != "" {
		t.Errorf("checkpoint %q, degraded %q, %v", checkpoint, degraded, err)
	}
}

// What a plugin has handed over before it gives up is not lost, whatever the
// SDK was about.
func TestCheckpointOfAPluginThatGivesUp(t *testing.T) {
	t.Parallel()
	for range 10 { // the SDK may happen to send it
		p := &slow{building: make(chan struct{}), fails: true}
		if checkpoint, degraded, err := rest(runOf(t.Context(), t, p, func(int) {})); checkpoint != "last words" || degraded != "" || errors.Is(err, io.EOF) {
			t.Errorf("checkpoint %q, degraded %q, %v", checkpoint, degraded, err)
		}
	}
}
