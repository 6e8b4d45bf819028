package sdk

import (
	"context"
	"net"
	"testing"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// TestProcessEndsWithItsRun: a core that is gone leaves no plugin behind, also
// where no parent-death signal does that.
func TestProcessEndsWithItsRun(t *testing.T) {
	t.Parallel()
	exited := make(chan int, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	pluginv1.RegisterPluginServiceServer(s, newServer(Static{"a": "b"}, hclog.NewNullLogger(), func(code int) { exited <- code }))
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
	ctx, cancel := context.WithCancel(t.Context())
	stream, err := pluginv1.NewPluginServiceClient(conn).Run(ctx)
	if err == nil {
		err = stream.Send(&pluginv1.RunRequest{Message: &pluginv1.RunRequest_Start{Start: &pluginv1.Start{}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	if m, err := stream.Recv(); err != nil || m.GetStatus() == nil && m.GetReady() == nil {
		t.Fatalf("first message %v %v", m, err)
	}
	select {
	case code := <-exited:
		t.Fatalf("exit(%d) while the core is there", code)
	default:
	}
	cancel() // the core dies
	if code := <-exited; code != 1 {
		t.Errorf("exit(%d), want 1", code)
	}
}
