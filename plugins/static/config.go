package static

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// configBlock is the config block of the plugin.
type configBlock struct {
	Texts       map[string]string `hcl:"values,optional" doc:"Path to text."`
	TextsRange  hcl.Range         `hcl:"values,attr_value_range"`
	Values      []valueBlock      `hcl:"value,block" doc:"One path and its value, with more to say."`
	Files       []fileBlock       `hcl:"file,block" doc:"One path and the file that is served there."`
	Directories []directoryBlock  `hcl:"directory,block" doc:"One path and the directory whose files are served below it."`
}

// Options tells what the config block takes.
func (*plugin) Options() any { return configBlock{} }

// Configure checks the configuration and reads what it names.
func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	p.log = c.Log
	if p.log == nil {
		p.log = hclog.NewNullLogger()
	}
	var block configBlock
	found := c.Decode(&block)
	more := p.check(c, &block)
	var notes []note
	p.files, notes, _ = read(p.sources, nil, p.now) // an error comes with a note
	more = append(more, diagnostics(notes)...)
	for i, d := range more { // a mistake in one of values points at all of them
		if d.Subject != nil && *d.Subject == block.TextsRange {
			more[i] = sdk.Withheld(d)
		}
	}
	if diags := sdk.Together(found, more); len(diags) > 0 {
		return diags
	}
	return nil
}

// check returns what HCL itself cannot find.
func (p *plugin) check(c *sdk.Config, block *configBlock) hcl.Diagnostics {
	var diags hcl.Diagnostics
	p.sources = newSources()
	for _, s := range block.sources(c, &diags) {
		if s.kind != kindValue && s.file == "" { // told already
			continue
		}
		if err := checkPath(s.path); err != nil {
			diags = append(diags, sdk.Errorf(s.pathRange, "Invalid path", "The path %q %s.", s.path, err))
			continue
		}
		if d := outside(s, c.Mounts); d != nil {
			diags = append(diags, d)
		}
		if d := p.sources.add(s); d != nil {
			diags = append(diags, d)
		}
	}
	if len(block.Texts) == 0 && len(c.Body.Blocks) == 0 {
		diags = append(diags, sdk.Errorf(c.Body.MissingItemRange(), "Nothing to serve",
			"The static plugin needs at least one path: values = { \"meta-data/rack\" = \"7\" }, or a value, file or directory block."))
	}
	return diags
}

// sources returns what the block has, in the order of the file. What is wrong
// with the arguments is added to diags.
func (b *configBlock) sources(c *sdk.Config, diags *hcl.Diagnostics) []*source {
	var list []*source
	for _, path := range slices.Sorted(maps.Keys(b.Texts)) {
		list = append(list, &source{kind: kindValue, path: path, pathRange: b.TextsRange, body: []byte(b.Texts[path])})
	}
	for i := range b.Values {
		list = append(list, b.Values[i].source(diags))
	}
	for i := range b.Files {
		list = append(list, b.Files[i].source(c, diags))
	}
	for i := range b.Directories {
		list = append(list, b.Directories[i].source(c, diags))
	}
	slices.SortStableFunc(list, func(a, b *source) int { return a.pathRange.Start.Byte - b.pathRange.Start.Byte })
	return list
}

// outside says that a path is in none of the mounts that the block names.
func outside(s *source, mounts []string) *hcl.Diagnostic {
	if len(mounts) == 0 || slices.ContainsFunc(mounts, func(m string) bool { return covers(m, s.path) }) {
		return nil
	}
	return sdk.Errorf(s.pathRange, "Path outside the mounts",
		"The path %q lies in none of the block's mounts (%s). Add one for it, or leave the mount argument out: each path is a mount of its own then.",
		s.path, strings.Join(mounts, ", "))
}
