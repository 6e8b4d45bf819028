// Command tags-from-file serves the tags of the instance from a file, and serves
// them anew when the file changes.
package main

import (
	"bytes"
	"context"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

func main() { sdk.Serve(&plugin{}) }

// mount is below that of the instance plugin, which serves the tags of the
// configuration there: the longer mount wins.
const mount = "meta-data/tags"

// look is how often the file is read. It is small, and not every file system
// tells of changes.
const look = time.Second

type plugin struct {
	config struct {
		File      string    `hcl:"file" doc:"File with one KEY=VALUE a line; relative to the configuration file." example:"tags.txt"`
		FileRange hcl.Range `hcl:"file,attr_value_range"`
	}
	path string

	mu   sync.Mutex // Run and Tree overlap
	text []byte     // that tags was read from
	tags map[string]string
}

// Mounts returns the path that the plugin claims.
func (*plugin) Mounts() []string { return []string{mount} }

// Options returns the struct that Configure decodes.
func (p *plugin) Options() any { return p.config }

// Configure reads the file for the first time, so that `mockmd validate` finds
// what is wrong with it.
func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	diags := c.Decode(&p.config)
	if diags.HasErrors() {
		return diags
	}
	p.path = c.Path(p.config.File)
	text, err := os.ReadFile(p.path)
	if err == nil {
		p.tags, err = parse(text)
	}
	p.text = text
	if err != nil {
		diags = append(diags, sdk.Errorf(p.config.FileRange, "Unusable file of tags", "The tags cannot be read: %v.", err))
	}
	return diags
}

// Run looks at the file until ctx ends. While it cannot be read, the last tags
// stay served and the plugin is shown as degraded, with the reason.
func (p *plugin) Run(ctx context.Context, h sdk.Host) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		changed, err := p.read()
		switch {
		case err != nil:
			h.Degraded("the last tags stay: " + err.Error())
			continue
		case changed:
			h.Changed()
		}
		h.Degraded("")
	}
}

// read reads the file again and tells whether its tags are other ones now.
func (p *plugin) read() (changed bool, err error) {
	text, err := os.ReadFile(p.path)
	if err != nil {
		return false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if bytes.Equal(text, p.text) {
		return false, nil
	}
	tags, err := parse(text)
	if err != nil {
		return false, err
	}
	p.text, p.tags = text, tags
	return true, nil
}

// Tree returns the tags as the real service shows them.
func (p *plugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := sdk.Tree{}
	for key, value := range p.tags {
		t[mount+"/instance/"+key] = sdk.Leaf{Body: []byte(value), Since: "2021-03-23"}
	}
	return t, nil
}
