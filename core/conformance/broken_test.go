//go:build unix

package conformance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// What the test binary is, by its first argument, when it is no test.
const (
	bePlugin = "be-plugin" // followed by the mode
	beHost   = "be-host"
)

func TestMain(m *testing.M) {
	switch {
	case len(os.Args) == 3 && os.Args[1] == bePlugin:
		servePlugin(os.Args[2])
		return
	case len(os.Args) == 2 && os.Args[1] == beHost:
		if err := Host(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// servePlugin is a plugin without any SDK, so that it can break each rule: the
// mode is the name of the rule, and empty breaks none.
func servePlugin(mode string) {
	if mode == ruleStdout {
		fmt.Println("hello from the plugin")
	}
	if mode == ruleHandshake {
		fmt.Fprintln(os.Stderr, "no rack found")
		os.Exit(3)
	}
	s := grpc.NewServer()
	p := &broken{mode: mode, server: s, parent: os.Getppid(), instances: map[string]uint64{}}
	h := health.NewServer()
	serving := grpc_health_v1.HealthCheckResponse_SERVING
	if mode == ruleHealth {
		serving = grpc_health_v1.HealthCheckResponse_NOT_SERVING
	}
	h.SetServingStatus("plugin", serving)
	grpc_health_v1.RegisterHealthServer(s, h)
	pluginv1.RegisterPluginServiceServer(s, p)
	s.RegisterService(&grpc.ServiceDesc{
		ServiceName: "plugin.GRPCController", HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Shutdown", Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			return p.shutdown(ctx, decode)
		}}},
	}, p)
	network, address := "unix", filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "plugin")
	if mode == ruleHandshake+"/tcp" {
		network, address = "tcp", "127.0.0.1:0"
	}
	l, err := net.Listen(network, address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("1|1|%s|%s|grpc\n", network, l.Addr())
	_ = s.Serve(l)
	select {} // the modes exit by themselves
}

// broken is a plugin that breaks one rule.
type broken struct {
	pluginv1.UnimplementedPluginServiceServer
	mode   string
	server *grpc.Server
	parent int

	live      sync.Mutex
	inFlight  atomic.Int32
	inOrder   atomic.Bool
	instances map[string]uint64 // revisions by label; of Run alone
}

func (p *broken) is(mode string) bool { return p.mode == mode }

func (p *broken) shutdown(_ context.Context, decode func(any) error) (any, error) {
	if err := decode(&emptypb.Empty{}); err != nil {
		return nil, err
	}
	if !p.is(ruleShutdown) {
		os.Exit(0)
	}
	return &emptypb.Empty{}, nil
}

func (p *broken) Describe(context.Context, *pluginv1.DescribeRequest) (*pluginv1.DescribeResponse, error) {
	d := &pluginv1.DescribeResponse{
		Name: "broken", Mounts: []string{"meta-data/broken"},
		Actions: []*pluginv1.Action{{Name: "broken/read", ReadOnly: true}, {Name: "broken/write"}},
	}
	switch p.mode {
	case ruleDescribe:
		d.Name = ""
	case ruleDescribe + "/action":
		d.Actions[1].Name = "/broken/"
	case ruleDescribeStable:
		d.Version = fmt.Sprint(os.Getpid())
	case ruleMounts:
		d.Mounts = []string{"latest/meta-data/broken"}
	case ruleMounts + "/none":
		d.Mounts = nil
	}
	return d, nil
}

func (p *broken) Configure(_ context.Context, r *pluginv1.ConfigureRequest) (*pluginv1.ConfigureResponse, error) {
	out := &pluginv1.ConfigureResponse{Summary: "as it should"}
	refuse := func(summary string, path ...string) {
		out.Diagnostics = append(out.Diagnostics, &pluginv1.Diagnostic{Severity: pluginv1.Diagnostic_SEVERITY_ERROR, Summary: summary, Path: path})
	}
	for _, a := range r.GetConfig().GetAttributes() {
		if p.is(ruleUnknownArgument + "/nowhere") {
			refuse("Something is wrong")
		} else if !p.is(ruleUnknownArgument) {
			refuse("Unknown argument", a.GetName())
		}
	}
	for _, b := range r.GetConfig().GetBlocks() {
		if !p.is(ruleUnknownBlock) {
			refuse("Unknown block", b.GetType())
		}
	}
	switch p.mode {
	case ruleConfigure:
		refuse("Nothing suits it")
	case ruleConfigureStable:
		out.Summary = fmt.Sprint(os.Getpid())
	case ruleConfigureWrites:
		return out, errors.Join(os.MkdirAll(r.GetStateDir(), 0o700), os.WriteFile(filepath.Join(r.GetStateDir(), "cache"), nil, 0o600))
	case ruleConfigureWrites + "/working-folder":
		return out, os.WriteFile("cache", nil, 0o600)
	case ruleConfigureStarts:
		_, err := net.Listen("tcp", "127.0.0.1:0")
		return out, err
	case ruleConfigureStarts + "/process":
		return out, exec.Command("sleep", "600").Start()
	}
	return out, nil
}

func (p *broken) Resolve(ctx context.Context, _ *pluginv1.ResolveRequest) (*pluginv1.ResolveResponse, error) {
	defer p.inFlight.Add(-1)
	if n := p.inFlight.Add(1); p.is(ruleLiveConcurrent) && n > 8 {
		return nil, status.Error(codes.ResourceExhausted, "one after the other, please")
	}
	select {
	case <-time.After(20 * time.Millisecond):
	case <-ctx.Done():
		if p.is(ruleLiveCancelled) {
			p.live.Lock()
		}
	}
	p.live.Lock()
	defer p.live.Unlock()
	return &pluginv1.ResolveResponse{Leaf: &pluginv1.Leaf{Body: []byte("live")}}, nil
}

func (p *broken) Act(_ context.Context, r *pluginv1.ActRequest) (*pluginv1.ActResponse, error) {
	switch {
	case r.GetAction() == "broken/read" && p.is(ruleActionReadOnly):
		return &pluginv1.ActResponse{Body: []byte("all is well")}, nil
	case r.GetAction() == "broken/read" && p.is(ruleBounded+"/action"):
		return &pluginv1.ActResponse{Body: fmt.Appendf(nil, "%q", strings.Repeat("a", 1<<16))}, nil
	case r.GetAction() == "broken/read", p.is(ruleActionUnknown):
		return &pluginv1.ActResponse{Body: []byte(`{"well": true}`)}, nil
	}
	return &pluginv1.ActResponse{Error: &pluginv1.ActError{Kind: pluginv1.ActError_KIND_INVALID, Message: "no such action"}}, nil
}
