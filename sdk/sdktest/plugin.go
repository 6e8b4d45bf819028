package sdktest

import (
	"context"
	"fmt"
	"net"
	"runtime/pprof"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/mockmd/mockmd/sdk"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// Plugin is a plugin under test. Its fields are set before Configure.
type Plugin struct {
	// Mount are the mounts that the plugin's block names; nil is none.
	Mount []string
	// Dir is the folder of the configuration file, and StateDir where the
	// plugin may keep files; both as in [sdk.Config].
	Dir, StateDir string
	// Ranges are where facts of the instances stand in the configuration, by
	// the fact's name: see [sdk.Instance.Range].
	Ranges map[string]hcl.Range

	t         testing.TB
	rpc       pluginv1.PluginServiceClient
	config    string // what Configure was given last, with instances
	given     []*sdk.Instance
	instances []*pluginv1.Instance
	revision  uint64 // of the instance that was added last
	mounts    []string
	summary   string
	stop      func()
	run       *run
}

// pipeSize is how many bytes may be on their way in one direction.
const pipeSize = 1 << 20

// Start serves p as a process of its own would, and ends it with the test.
// Lines of the plugin's log go to the test's output. A goroutine that the
// plugin has started and that is still there after its end fails the test.
func Start(t testing.TB, p sdk.Plugin) *Plugin {
	t.Helper()
	l := bufconn.Listen(pipeSize) // no socket, so that a clock of synctest can go on
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	out := &Plugin{t: t, revision: 1}
	owner := fmt.Sprintf("%s %p", t.Name(), out)
	served := make(chan error, 1)
	go func() {
		// Goroutines inherit the label, so those of the plugin are known.
		pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels(ownerLabel, owner)))
		served <- sdk.ServeOn(ctx, l, p, t.Output())
	}()
	conn, err := grpc.NewClient("passthrough:///plugin",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(wire.MaxTree)))
	if err != nil {
		t.Fatalf("dial plugin: %v", err)
	}
	out.rpc = pluginv1.NewPluginServiceClient(conn)
	out.stop = func() {
		if out.run != nil {
			out.run.end()
		}
		_ = conn.Close()
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve plugin: %v", err)
		}
		out.stop = func() {}
		if left := leftovers(owner); left != "" {
			t.Errorf("the plugin has ended and left goroutines behind:\n%s", left)
		}
	}
	t.Cleanup(func() { out.stop() })
	return out
}

// Stop ends the plugin as the core does, before the end of the test.
func (p *Plugin) Stop() { p.stop() }

// Crash ends the plugin as a kill does, and starts next in its place as the
// core starts the next process: with the same configuration and the last
// checkpoint. The test fails when next refuses the configuration. Call
// [Plugin.WaitCheckpoint] before, when the checkpoint must have come.
func (p *Plugin) Crash(next sdk.Plugin) *Plugin {
	p.t.Helper()
	if p.run == nil {
		p.t.Fatal("the plugin has not been run: call Run before Crash")
	}
	p.stop()
	out := Start(p.t, next)
	out.Mount, out.Dir, out.StateDir, out.Ranges = p.Mount, p.Dir, p.StateDir, p.Ranges
	if diags := out.Configure(p.config, p.given...); diags.HasErrors() {
		p.t.Fatalf("the next process refuses the configuration: %v", diags)
	}
	out.Restore(p.run.lastCheckpoint())
	return out
}
