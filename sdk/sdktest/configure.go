package sdktest

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// Configure hands the plugin a config block, written as HCL without its
// braces, for the given instances; without any, for one of [Instance]. It
// returns what the plugin has to say. Lines count from 1 in config, and the
// file is called config.hcl. There are no variables and no functions in it: in
// a real configuration they are evaluated before a plugin sees anything.
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
	p.config, p.given = config, instances
	p.instances = encodeInstances(p.t, instances)
	for _, in := range p.instances {
		in.Ranges = map[string]*pluginv1.Range{}
		for fact, at := range p.Ranges {
			in.Ranges[fact] = wire.EncodeRange(at)
		}
	}
	r, err := p.rpc.Configure(p.t.Context(), &pluginv1.ConfigureRequest{
		Name: "test", Config: body, Instances: p.instances, Mounts: p.Mount, ConfigDir: p.Dir, StateDir: p.StateDir,
	})
	if err != nil {
		p.t.Fatalf("configure plugin: %v", err)
	}
	p.summary = r.GetSummary()
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

// Summary returns what the plugin has to tell people since Configure, see
// [sdk.Summarizer]; empty when it tells nothing.
func (p *Plugin) Summary() string { return p.summary }
