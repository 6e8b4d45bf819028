// Package static is the built-in plugin that serves values, files and whole
// directories from the configuration at any path: whoever wants a path to be
// added or replaced needs no code. It reads what the configuration names and
// nothing else, writes nothing, and imports the plugin SDK only.
package static

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/sdk"
)

// New returns the plugin. Its options are described in its README.
func New() sdk.Plugin { return newPlugin(time.Now) }

func newPlugin(now func() time.Time) *plugin { return &plugin{now: now} }

type plugin struct {
	now     func() time.Time
	log     hclog.Logger
	sources *sources // nil before Configure

	mu    sync.Mutex
	files files // as read last
}

var (
	_ sdk.Plugin     = (*plugin)(nil)
	_ sdk.Mounter    = (*plugin)(nil)
	_ sdk.Configurer = (*plugin)(nil)
	_ sdk.Documenter = (*plugin)(nil)
	_ sdk.Runner     = (*plugin)(nil)
)

// Mounts returns the configured paths, and none before Configure. A path below
// another one needs no mount of its own.
func (p *plugin) Mounts() []string {
	if p.sources == nil {
		return nil
	}
	var mounts []string
	for _, s := range p.sources.list {
		if p.sources.over(s.path) == nil {
			mounts = append(mounts, s.path)
		}
	}
	slices.Sort(mounts)
	return mounts
}

// Tree returns the configured values and what was last read of the files. It
// is the same for every instance.
func (p *plugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := sdk.Tree{}
	for _, s := range p.sources.list {
		if s.kind == kindValue {
			t[s.path] = s.leaf(s.path, s.body)
		}
	}
	for path, f := range p.files {
		leaf := f.source.leaf(path, f.body)
		leaf.LastModified = f.modified()
		t[path] = leaf
	}
	return t, nil
}
