package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Options are what a configuration depends on besides its file.
type Options struct {
	// Builtins are the names of the plugins that need no command.
	Builtins []string
	// LookupEnv looks up a variable for the function env and for the default of
	// state_dir, as os.LookupEnv does; nil: none is set.
	LookupEnv func(name string) (string, bool)
	// Program, when not nil, says what is started in place of a program that
	// the file names, by its absolute path.
	Program func(path string) string
	// CheckEach is how many instances of each for_each are evaluated for their
	// mistakes; at least the first is.
	CheckEach int
}

// schema is the top level of a configuration file.
var schema = hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "seed"}, {Name: "state_dir"}, {Name: "user"}, {Name: "group"}},
	Blocks: []hcl.BlockHeaderSchema{
		{Type: "metadata"},
		{Type: "admin"},
		{Type: "log"},
		{Type: "timeouts"},
		{Type: "limits"},
		{Type: "instance"},
		{Type: "plugin", LabelNames: []string{"name"}},
	},
}

// Load reads the configuration file at path. The file is nil only when it
// could not be read at all; with other errors it is as complete as possible,
// so that the plugins that it names can be checked in the same run. It must
// then not be served. The sources, never nil, print the diagnostics, which are
// in the order of the file.
func Load(path string, o Options) (*File, *Sources, hcl.Diagnostics) {
	sources := &Sources{files: map[string]*hcl.File{}}
	l := &loader{options: o, builtins: slices.Sorted(slices.Values(o.Builtins))}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, sources, hcl.Diagnostics{{
			Severity: hcl.DiagError,
			Summary:  "Configuration file cannot be found",
			Detail:   fmt.Sprintf("The folder of %s is not known: %v.", path, err),
		}}
	}
	l.dir = dir
	l.ctx = &hcl.EvalContext{Variables: map[string]cty.Value{}, Functions: functions(dir, o.LookupEnv)}

	name := strings.ToValidUTF8(path, "\uFFFD")
	source, diags := readSource(path, name)
	if diags.HasErrors() {
		return nil, sources, diags
	}
	parsed, diags := hclsyntax.ParseConfig(source, name, hcl.InitialPos)
	sources.files[name] = parsed
	l.add(withoutEchoes(diags))
	body := whole(parsed.Body.(*hclsyntax.Body), diags)
	file := l.file(body, diags.HasErrors())
	l.explainVariables(body)
	l.proposeFunctions()
	file.Path = path
	return file, sources, sorted(l.diags)
}

// file decodes the top level. torn says that the source has syntax errors, so
// that what is missing may only have been lost.
func (l *loader) file(body *hclsyntax.Body, torn bool) *File {
	body, labelled := withoutLabelled(l.withoutResources(body), "instance")
	body, listeners := withoutLabelled(body, "metadata")
	content := l.content(body, &schema)
	f := &File{Dir: l.dir, Seed: DefaultSeed}
	if seed, _, ok := get[string](l, content.Attributes, "seed"); ok {
		f.Seed = seed
	}
	f.Instance = l.unlabelled(l.one(content.Blocks, "instance"), f.Seed, len(labelled) > 0)
	l.ctx = &hcl.EvalContext{Variables: variables(f.Instance), Functions: l.ctx.Functions}
	f.Instances = &Instances{unlabelled: f.Instance}
	l.labelled(f.Instances, labelled, f.Seed)
	l.ids(f.Instances)
	l.matches(f.Instances)
	l.check(f.Instances)

	said := l.errors()
	f.User = l.user(content.Attributes)
	f.UserUnknown = l.errors() > said
	f.StateDir, f.StateDirRange = l.stateDir(content.Attributes, f.User)
	f.Metadata = l.metadata(l.one(content.Blocks, "metadata"), f.Instances)
	l.listeners(&f.Metadata, listeners, f.Instances)
	l.unreachable(f.Instances, &f.Metadata)
	f.Admin = l.admin(l.one(content.Blocks, "admin"), &f.Metadata)
	f.Log = l.log(l.one(content.Blocks, "log"))
	timeouts := l.timeouts(l.one(content.Blocks, "timeouts"), DefaultTimeouts())
	limits := l.limits(l.one(content.Blocks, "limits"), DefaultLimits())
	blocks := content.Blocks.OfType("plugin")
	f.Plugins = l.plugins(blocks, Plugin{Timeouts: timeouts, Limits: limits})
	if len(blocks) == 0 && !torn {
		l.errorAt(content.MissingItemRange, "No plugin",
			"Only plugins with a block run, and this file has none, so there is nothing to serve. %s", l.shipped())
	}
	return f
}

// shipped is a sentence that lists the built-in plugins.
func (l *loader) shipped() string {
	if len(l.builtins) == 0 {
		return "This program ships no plugins of its own; name a program with command = [\"./NAME\"]."
	}
	lines := make([]string, len(l.builtins))
	for i, name := range l.builtins {
		lines[i] = fmt.Sprintf("  plugin %q {}", name)
	}
	return "Add some of the shipped ones:\n" + strings.Join(lines, "\n")
}

// known is the sorted list of the keys of m, for texts.
func known[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
