package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// start starts all plugins side by side and has each check its configuration,
// but takes over those that the earlier generation has just so. The
// diagnostics are what was wrong with any of them; the generation must be
// closed in any case.
func (g *generation) start(ctx context.Context, h *host, earlier *generation) hcl.Diagnostics {
	instances, err := g.sample()
	if err != nil {
		return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Instance cannot be sent to the plugins", Detail: err.Error()}}
	}
	g.members = make([]*member, len(g.file.Plugins))
	g.shared = map[*member]bool{}
	found := make([]hcl.Diagnostics, len(g.members))
	var wg sync.WaitGroup
	for i := range g.file.Plugins {
		c := &g.file.Plugins[i]
		l := launch{spec: spec(h.options, c, level(h.options, g.file.Log)), request: request(g.file, c, instances)}
		m := &member{name: c.Name}
		if m.print, err = newFingerprint(l.spec, l.request); err != nil {
			found[i] = hcl.Diagnostics{startDiagnostic(c, err)}
		}
		if was := earlier.member(c.Name); was != nil && was.print == m.print && !was.failed() {
			g.members[i], g.shared[was] = was, true
			continue
		}
		g.members[i] = m
		wg.Go(func() { found[i] = append(found[i], m.start(ctx, h, c, l)...) })
	}
	wg.Wait()
	diags := slices.Concat(found...)
	for _, m := range g.members {
		for _, path := range m.mounts {
			g.mounts = append(g.mounts, router.Mount{Path: path, Plugin: m.name})
		}
	}
	diags = append(diags, g.conflicts()...)
	if !diags.HasErrors() { // else some mounts may not be known
		diags = append(diags, g.pointless()...)
	}
	return diags
}

// launch is how a plugin is started and what it is configured with.
type launch struct {
	spec    supervise.Spec
	request *pluginv1.ConfigureRequest
}

// start starts the plugin of a block and has it check its configuration.
func (m *member) start(ctx context.Context, h *host, c *config.Plugin, l launch) hcl.Diagnostics {
	sp, err := supervise.Start(ctx, l.spec, supervise.Options{Log: h.log, CoreVersion: h.options.Version, SocketDir: h.socketDir, Reaper: h.reaper})
	if err != nil {
		return hcl.Diagnostics{startDiagnostic(c, err)}
	}
	m.Plugin, m.mounts = sp, c.Mounts
	for _, in := range l.request.GetInstances() {
		if in.GetLabel() == "" { // clients are not made to ask for the unlabelled one first
			sp.Ask(in)
		}
	}
	said, err := sp.Configure(ctx, l.request)
	if err != nil {
		return hcl.Diagnostics{startDiagnostic(c, err)}
	}
	m.summary = said.GetSummary()
	diags := wire.DecodeDiagnostics(said.GetDiagnostics(), c.Config, c.Range)
	if c.Mounts == nil {
		m.mounts = said.GetMounts()
		if len(m.mounts) == 0 {
			m.mounts = sp.Description().GetMounts()
		}
		diags = append(diags, checkOwnMounts(c, m.mounts, diags.HasErrors())...)
	}
	return diags
}

func startDiagnostic(c *config.Plugin, err error) *hcl.Diagnostic {
	subject := c.Range
	if len(c.Command) > 0 {
		subject = c.CommandRange
	}
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Plugin does not start", Detail: sentence(err), Subject: &subject}
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
