package sdktest

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

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

	t         testing.TB
	rpc       pluginv1.PluginServiceClient
	instances []*pluginv1.Instance
	mounts    []string
	stop      func()
	run       *run
}

// Start serves p as a process of its own would, and ends it with the test.
// Lines of the plugin's log go to the test's output.
func Start(t testing.TB, p sdk.Plugin) *Plugin {
	t.Helper()
	dir, err := os.MkdirTemp("", "sdktest") //nolint:usetesting // t.TempDir may be too long for a socket's name
	if err != nil {
		t.Fatalf("make socket directory: %v", err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "plugin"))
	if err != nil {
		t.Fatalf("listen for plugin: %v", err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- sdk.ServeOn(ctx, l, p, t.Output()) }()
	conn, err := grpc.NewClient("unix:"+l.Addr().String(),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(wire.MaxTree)))
	if err != nil {
		t.Fatalf("dial plugin: %v", err)
	}
	out := &Plugin{t: t, rpc: pluginv1.NewPluginServiceClient(conn)}
	out.stop = func() {
		if out.run != nil {
			out.run.end()
		}
		_ = conn.Close()
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve plugin: %v", err)
		}
		_ = os.RemoveAll(dir)
		out.stop = func() {}
	}
	t.Cleanup(func() { out.stop() })
	return out
}

// Stop ends the plugin as the core does, before the end of the test.
func (p *Plugin) Stop() { p.stop() }

// Description is what a plugin says of itself.
type Description struct {
	Name, Version string
	// Mounts are the mounts it claims when the configuration names none.
	Mounts []string
	// Actions are the names of its actions.
	Actions []string
	// Validity tells whether it declares how long its answers are valid.
	Validity bool
}

// Describe asks the plugin what it is.
func (p *Plugin) Describe() Description {
	p.t.Helper()
	d, err := p.rpc.Describe(p.t.Context(), &pluginv1.DescribeRequest{CoreVersion: "sdktest"})
	if err != nil {
		p.t.Fatalf("describe plugin: %v", err)
	}
	out := Description{Name: d.GetName(), Version: d.GetVersion(), Mounts: d.GetMounts()}
	for _, a := range d.GetActions() {
		out.Actions = append(out.Actions, a.GetName())
	}
	for _, c := range d.GetCapabilities() {
		out.Validity = out.Validity || c == pluginv1.Capability_CAPABILITY_VALIDITY
	}
	return out
}

// Configure hands the plugin a config block, written as HCL without its
// braces, for the given instances; without any, for one of [Instance]. It
// returns what the plugin has to say. Lines count from 1 in config, and the
// file is called config.hcl.
func (p *Plugin) Configure(config string, instances ...*sdk.Instance) hcl.Diagnostics {
	p.t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte(config), "config.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		p.t.Fatalf("parse config: %v", diags)
	}
	source, ok := f.Body.(*hclsyntax.Body)
	if !ok {
		p.t.Fatalf("config is %T, want native syntax", f.Body)
	}
	body, diags := wire.EncodeBody(source, nil)
	if diags.HasErrors() {
		p.t.Fatalf("evaluate config: %v", diags)
	}
	if len(instances) == 0 {
		instances = []*sdk.Instance{Instance()}
	}
	p.instances = encodeInstances(p.t, instances)
	r, err := p.rpc.Configure(p.t.Context(), &pluginv1.ConfigureRequest{
		Name: "test", Config: body, Instances: p.instances, Mounts: p.Mount, ConfigDir: p.Dir, StateDir: p.StateDir,
	})
	if err != nil {
		p.t.Fatalf("configure plugin: %v", err)
	}
	p.mounts = p.Mount
	if p.mounts == nil {
		p.mounts = r.GetMounts()
	}
	if len(p.mounts) == 0 {
		p.mounts = p.Describe().Mounts
	}
	return wire.DecodeDiagnostics(r.GetDiagnostics(), body, hcl.Range{Filename: "config.hcl", Start: hcl.InitialPos, End: hcl.InitialPos})
}

// Mounts returns the mounts that hold since Configure.
func (p *Plugin) Mounts() []string { return p.mounts }

// Act calls an action. The error is that of the action, or of the transport.
func (p *Plugin) Act(action string, body []byte) ([]byte, error) {
	p.t.Helper()
	r, err := p.rpc.Act(p.t.Context(), &pluginv1.ActRequest{Action: action, Body: body})
	if err != nil {
		return nil, err
	}
	if e := r.GetError(); e != nil {
		return nil, &ActionError{Kind: e.GetKind().String(), Message: e.GetMessage()}
	}
	return r.GetBody(), nil
}

// ActionError is an action that was refused or failed.
type ActionError struct {
	// Kind is KIND_INVALID, KIND_CONFLICT or KIND_FAILED.
	Kind string
	// Message is what the caller is told.
	Message string
}

// Error is the message.
func (e *ActionError) Error() string { return e.Message }

// Resolve asks a live node of an instance: node is its path, path what is
// asked for. A path that is not there gives [sdk.ErrNotFound].
func (p *Plugin) Resolve(instance, node, path string) (sdk.Leaf, error) {
	p.t.Helper()
	r, err := p.rpc.Resolve(p.t.Context(), &pluginv1.ResolveRequest{
		Instance: instance, Node: node, Path: path, Version: "latest", Client: "127.0.0.1",
	})
	switch {
	case err != nil:
		return sdk.Leaf{}, err
	case r.GetLeaf() == nil:
		return sdk.Leaf{}, sdk.ErrNotFound
	}
	return decodeLeaf(r.GetLeaf()), nil
}
