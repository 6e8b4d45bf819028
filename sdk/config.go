package sdk

import (
	"path/filepath"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Config is a plugin's configuration as [Configurer.Configure] is given it.
type Config struct {
	// Name is the label of the plugin's block.
	Name string
	// Body is what stands in the block's config block, every expression
	// evaluated. Most plugins use [Config.Decode] instead.
	Body *hclsyntax.Body
	// Instances are instances that the configuration defines, for checks: the
	// unlabelled one, those with a block of their own, and the first of each
	// for_each, but not more than a few dozen. Tree may be asked for others
	// too, with a wrong fact for example; it returns an error for these.
	Instances []*Instance
	// Mounts are the path prefixes that the plugin's block names; nil when it
	// names none. What a [Mounter] returns from Tree outside of them, but in
	// mounts of its own, is left out by itself: another plugin serves it.
	Mounts []string
	// Dir is the absolute path of the folder of the configuration file, see
	// [Config.Path].
	Dir string
	// StateDir is the absolute path of the folder where the plugin may keep
	// files between runs; package [github.com/mockmd/mockmd/sdk/statefile]
	// reads and writes them. The folder need not exist. Empty when there is no
	// place to keep anything.
	StateDir string
	// Log is the plugin's logger. It may be kept.
	Log hclog.Logger
	// Host is what the plugin can ask of the core. It may be kept, for actions
	// say; what is said before the plugin is run is sent when it is.
	Host Host
}

// Decode decodes the config block into a struct with `hcl:"…"` tags, as
// [gohcl.DecodeBody] does, with its diagnostics: what is missing, unknown,
// duplicate or of the wrong type is reported at its place in the user's file.
// Return the diagnostics from Configure as they are, with your own appended.
//
// A field with the tag `hcl:"NAME,attr_value_range"` and the type hcl.Range
// receives where the value of NAME stands.
func (c *Config) Decode(target any) hcl.Diagnostics {
	return gohcl.DecodeBody(c.Body, nil, target)
}

// Path makes a path of the config block absolute: a relative one is meant from
// the folder of the configuration file.
func (c *Config) Path(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(c.Dir, path)
}
