package sdktest

import (
	"github.com/mockmd/mockmd/sdk"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// Add asks the running plugin for the tree of an instance, as the core does
// when a client first asks for it, or with other facts than before. The tree
// is that of [Plugin.TreeOf], once it has come.
func (p *Plugin) Add(in *sdk.Instance) {
	p.t.Helper()
	r := p.running()
	p.revision++
	m := encodeInstances(p.t, []*sdk.Instance{in})[0]
	m.Revision = p.revision
	if err := r.stream.Send(&pluginv1.RunRequest{Message: &pluginv1.RunRequest_Instance{Instance: m}}); err != nil {
		p.t.Fatalf("add instance %q: %v", in.Label, err)
	}
}

// Remove tells the running plugin that an instance is gone. Its tree is
// forgotten here too.
func (p *Plugin) Remove(label string) {
	p.t.Helper()
	r := p.running()
	r.mu.Lock()
	delete(r.trees, label)
	r.mu.Unlock()
	gone := &pluginv1.RunRequest_InstanceRemoved{InstanceRemoved: &pluginv1.InstanceRemoved{Label: label}}
	if err := r.stream.Send(&pluginv1.RunRequest{Message: gone}); err != nil {
		p.t.Fatalf("remove instance %q: %v", label, err)
	}
}

// running returns the run, and fails the test when there is none.
func (p *Plugin) running() *run {
	p.t.Helper()
	if p.run == nil {
		p.t.Fatal("the plugin has not been run: call Run first")
	}
	return p.run
}
