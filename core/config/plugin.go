package config

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

var pluginSchema = hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "command"}, {Name: "sha256"}, {Name: "mount"}, {Name: "mtls"}, {Name: "env"}, {Name: "pass_env"},
	},
	Blocks: []hcl.BlockHeaderSchema{{Type: "timeouts"}, {Type: "limits"}, {Type: "config"}},
}

// pluginName is what a plugin may be called: it stands in logs and paths.
var pluginName = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// plugins decodes the plugin blocks and returns those that can be started.
// Base has the timeouts and limits of those that name none.
func (l *loader) plugins(blocks hcl.Blocks, base Plugin) []Plugin {
	var out []Plugin
	names := map[string]hcl.Range{}
	mounts := map[string]claim{}
	for _, block := range blocks {
		p, ok := l.plugin(block, base, mounts)
		first, taken := names[p.Name]
		switch {
		case taken:
			l.errorAt(block.DefRange, "Two plugins of one name",
				"Plugin %q is defined already, at %s. Choose another name, or keep one of them.", p.Name, place(first))
			ok = false
		case !pluginName.MatchString(p.Name):
			l.errorAt(block.LabelRanges[0], "Invalid plugin name",
				"%q is not a name for a plugin: use up to 64 letters, digits, dashes and underscores, and begin with a letter or digit.", p.Name)
			ok = false
		default:
			names[p.Name] = block.DefRange
		}
		if ok {
			out = append(out, p)
		}
	}
	return out
}

// plugin decodes one block. It is false when the plugin must not be started,
// because what is wrong could make it another program than the user means, or
// the same one under other conditions. Wrong mounts and a wrong config block
// are no such reason: a process that is only asked to check them does no harm.
func (l *loader) plugin(block *hcl.Block, base Plugin, mounts map[string]claim) (Plugin, bool) {
	p := Plugin{Name: block.Labels[0], Range: block.DefRange}
	before := l.errors()
	said := len(l.diags)
	content := l.content(block.Body, &pluginSchema)
	l.pointToConfig(l.diags[said:])
	l.command(&p, content.Attributes, l.errors() == before)
	l.pin(&p, content.Attributes)
	p.MTLS, _, _ = get[bool](l, content.Attributes, "mtls")
	p.Env = l.env(content.Attributes)
	p.PassEnv = l.passEnv(content.Attributes)
	p.Timeouts = l.timeouts(l.one(content.Blocks, "timeouts"), base.Timeouts)
	p.Limits = l.limits(l.one(content.Blocks, "limits"), base.Limits)
	ok := l.errors() == before

	l.mounts(&p, content.Attributes, mounts)
	p.Config = l.config(l.one(content.Blocks, "config"), block.DefRange)
	return p, ok
}

// pointToConfig adds to errors where a plugin's own arguments stand, which
// people forget.
func (l *loader) pointToConfig(diags hcl.Diagnostics) {
	for i, d := range diags {
		if strings.HasPrefix(d.Summary, "Unsupported ") && !strings.Contains(d.Detail, "Did you mean") {
			mended := *d
			mended.Detail += " A plugin's own arguments and blocks stand in its config block: config { … }."
			diags[i] = &mended
		}
	}
}

// pin decodes sha256.
func (l *loader) pin(p *Plugin, attrs hcl.Attributes) {
	text, at, ok := get[string](l, attrs, "sha256")
	if !ok {
		return
	}
	if _, given := attrs["command"]; !given {
		l.errorAt(at, "Checksum without a command",
			"sha256 pins the program that command names, and plugin %q has no command. Remove sha256, or name the program.", p.Name)
		return
	}
	sum, err := hex.DecodeString(text)
	if err != nil || len(sum) != 32 {
		l.errorAt(at, "Invalid checksum",
			"A SHA-256 is written as 64 hexadecimal digits. `sha256sum FILE` prints that of a file.")
		return
	}
	p.SHA256 = sum
}

// claim is a mount argument that claims a path.
type claim struct {
	plugin string
	at     hcl.Range
}

// mounts decodes mount. Claims are those of the plugins before.
func (l *loader) mounts(p *Plugin, attrs hcl.Attributes, claims map[string]claim) {
	list, at, ok := l.list(attrs, "mount")
	if _, given := attrs["mount"]; given {
		p.MountRange = at
	}
	if !ok {
		return
	}
	p.Mounts = []string{}
	if len(list) == 0 {
		l.errorAt(at, "No mount",
			"Plugin %q would serve nothing. Name a path, like mount = [\"meta-data/%s\"], or leave the argument out to use the plugin's own mounts.", p.Name, p.Name)
	}
	for _, e := range list {
		if err := router.CheckMount(e.text); err != nil {
			l.errorAt(e.at, "Invalid mount", "%s", sentence(err))
			continue
		}
		if first, taken := claims[e.text]; taken {
			owner := fmt.Sprintf("plugin %q", first.plugin)
			if first.plugin == p.Name {
				owner = "this plugin"
			}
			l.errorAt(e.at, "Mount claimed twice",
				"The mount %q belongs to %s already, at %s. A path has one owner; a longer path inside another plugin's mount is allowed.", e.text, owner, place(first.at))
			continue
		}
		claims[e.text] = claim{p.Name, e.at}
		p.Mounts = append(p.Mounts, e.text)
	}
}
