package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// plugins are the plugins of one configuration.
type plugins struct {
	list    []*supervise.Plugin // in the order of the file; nil where the start failed
	summary []string            // what each is configured to do, in its own words
	mounts  []router.Mount
}

// startPlugins starts all plugins side by side and has each check its
// configuration. The diagnostics are what was wrong with any of them; the
// plugins must be closed in any case.
func startPlugins(ctx context.Context, o *Options, file *config.File, log hclog.Logger, socketDir string) (*plugins, hcl.Diagnostics) {
	p := &plugins{list: make([]*supervise.Plugin, len(file.Plugins)), summary: make([]string, len(file.Plugins))}
	instances, err := file.Instance.Proto(1)
	if err != nil {
		return p, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Instance cannot be sent to the plugins", Detail: err.Error()}}
	}
	found := make([]hcl.Diagnostics, len(file.Plugins))
	mounts := make([][]string, len(file.Plugins))
	var wg sync.WaitGroup
	for i := range file.Plugins {
		wg.Go(func() {
			c := &file.Plugins[i]
			sp, err := supervise.Start(ctx, spec(o, c, log), supervise.Options{Log: log, CoreVersion: o.Version, SocketDir: socketDir})
			if err != nil {
				found[i] = append(found[i], startDiagnostic(c, err))
				return
			}
			p.list[i] = sp
			mounts[i] = c.Mounts
			said, err := sp.Configure(ctx, &pluginv1.ConfigureRequest{
				Name: c.Name, Config: c.Config, Instances: []*pluginv1.Instance{instances}, Mounts: c.Mounts,
				ConfigDir: file.Dir, StateDir: stateDir(file, c.Name),
			})
			if err != nil {
				found[i] = append(found[i], startDiagnostic(c, err))
				return
			}
			p.summary[i] = said.GetSummary()
			found[i] = append(found[i], wire.DecodeDiagnostics(said.GetDiagnostics(), c.Config, c.Range)...)
			if c.Mounts == nil {
				mounts[i] = said.GetMounts()
				if len(mounts[i]) == 0 {
					mounts[i] = sp.Description().GetMounts()
				}
				found[i] = append(found[i], checkOwnMounts(c, mounts[i], found[i].HasErrors())...)
			}
		})
	}
	wg.Wait()
	diags := slices.Concat(found...)
	for i, c := range file.Plugins {
		for _, m := range mounts[i] {
			p.mounts = append(p.mounts, router.Mount{Path: m, Plugin: c.Name})
		}
	}
	diags = append(diags, p.conflicts(file, mounts)...)
	if !diags.HasErrors() { // else some mounts may not be known
		diags = append(diags, p.pointless(&file.Metadata)...)
	}
	return p, diags
}

// close ends the processes of plugins that are not run.
func (p *plugins) close() {
	var wg sync.WaitGroup
	for _, sp := range p.list {
		if sp != nil {
			wg.Go(sp.Close)
		}
	}
	wg.Wait()
}

// spec says how a plugin of the configuration is started.
func spec(o *Options, c *config.Plugin, log hclog.Logger) supervise.Spec {
	s := supervise.Spec{
		Name: c.Name, Command: c.Command, SHA256: c.SHA256, MTLS: c.MTLS,
		Timeouts: supervise.Timeouts{Start: c.Timeouts.Start, Resolve: c.Timeouts.Resolve, Act: c.Timeouts.Act, Stop: c.Timeouts.Stop},
	}
	pass := c.PassEnv
	if len(c.Command) == 0 {
		for _, b := range o.Builtins {
			if b.Name == c.Name {
				s.Command = b.Command
				pass = append(slices.Clone(pass), b.PassEnv...) // by registration, never by label
			}
		}
	}
	set := map[string]string{wire.LogLevelEnv: log.GetLevel().String()}
	maps.Copy(set, c.Env)
	s.Env = supervise.Environ(o.Environ, pass, set)
	return s
}

func startDiagnostic(c *config.Plugin, err error) *hcl.Diagnostic {
	subject := c.Range
	if len(c.Command) > 0 {
		subject = c.CommandRange
	}
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Plugin does not start", Detail: sentence(err), Subject: &subject}
}

// stateDir is where a plugin may keep files; empty when there is no place.
func stateDir(file *config.File, plugin string) string {
	if file.StateDir == "" {
		return ""
	}
	return filepath.Join(file.StateDir, plugin)
}

// checkOwnMounts checks the mounts that a plugin claims by itself. Where the
// plugin has refused its configuration, none at all is no news.
func checkOwnMounts(c *config.Plugin, mounts []string, refused bool) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if len(mounts) == 0 && !refused {
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Plugin without a mount",
			Detail:  fmt.Sprintf("Plugin %q claims no path of its own. Say where it serves, for example mount = [\"meta-data/%s\"].", c.Name, c.Name),
			Subject: &c.Range,
		})
	}
	for _, m := range mounts {
		if err := router.CheckMount(m); err != nil {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Plugin claims an impossible mount",
				Detail:  fmt.Sprintf("Plugin %q claims %q: %v. Name its mounts with the mount argument.", c.Name, m, err),
				Subject: &c.Range,
			})
		}
	}
	return diags
}

// conflicts finds mounts and actions that two plugins claim. Two mount
// arguments that say the same have been found in the configuration already.
func (p *plugins) conflicts(file *config.File, mounts [][]string) hcl.Diagnostics {
	var diags hcl.Diagnostics
	mount, action := map[string]int{}, map[string]int{}
	for i, c := range file.Plugins {
		for _, m := range mounts[i] {
			if j, ok := mount[m]; ok && j != i && (c.Mounts == nil || file.Plugins[j].Mounts == nil) {
				d := claimed(&c, "mount", m, file.Plugins[j].Name)
				d.Detail += keepMounts(file.Plugins[j].Name, mounts[j], m)
				diags = append(diags, d)
			}
			mount[m] = i
		}
		if p.list[i] == nil {
			continue
		}
		for _, a := range p.list[i].Description().GetActions() {
			if err := admin.CheckAction(a.GetName()); err != nil {
				diags = append(diags, &hcl.Diagnostic{
					Severity: hcl.DiagError, Summary: "Plugin offers an impossible action",
					Detail:  fmt.Sprintf("Plugin %q offers the action %q: %v.", c.Name, a.GetName(), err),
					Subject: &c.Range,
				})
			}
			if j, ok := action[a.GetName()]; ok {
				diags = append(diags, claimed(&c, "action", a.GetName(), file.Plugins[j].Name))
			}
			action[a.GetName()] = i
		}
	}
	return diags
}

func claimed(c *config.Plugin, what, name, other string) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Two plugins claim the same " + what,
		Detail:  fmt.Sprintf("The %s %q belongs to plugin %q already; plugin %q cannot have it too.", what, name, other, c.Name),
		Subject: &c.Range,
	}
}

// keepMounts is a sentence that says how a plugin leaves a mount to another.
func keepMounts(plugin string, mounts []string, left string) string {
	var kept []string
	for _, m := range mounts {
		if m != left {
			kept = append(kept, strconv.Quote(m))
		}
	}
	if len(kept) == 0 {
		return " Remove one of them, or give one a longer mount."
	}
	return fmt.Sprintf(" To leave it to the other, write in the block of plugin %q: mount = [%s].", plugin, strings.Join(kept, ", "))
}

// sentence makes an error the detail of a diagnostic.
func sentence(err error) string {
	text := err.Error()
	if errors.Is(err, context.Canceled) || text == "" {
		return text
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}
