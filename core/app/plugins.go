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

// start starts all plugins side by side and has each check its configuration.
// The diagnostics are what was wrong with any of them; the generation must be
// closed in any case.
func (g *generation) start(ctx context.Context, h *host) hcl.Diagnostics {
	g.members = make([]*member, len(g.file.Plugins))
	for i := range g.members {
		g.members[i] = &member{}
	}
	instances, err := g.file.Instance.Proto(1)
	if err != nil {
		return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Instance cannot be sent to the plugins", Detail: err.Error()}}
	}
	found := make([]hcl.Diagnostics, len(g.members))
	var wg sync.WaitGroup
	for i, m := range g.members {
		wg.Go(func() { found[i] = m.start(ctx, h, g.file, &g.file.Plugins[i], []*pluginv1.Instance{instances}) })
	}
	wg.Wait()
	diags := slices.Concat(found...)
	for i, m := range g.members {
		for _, path := range m.mounts {
			g.mounts = append(g.mounts, router.Mount{Path: path, Plugin: g.file.Plugins[i].Name})
		}
	}
	diags = append(diags, g.conflicts()...)
	if !diags.HasErrors() { // else some mounts may not be known
		diags = append(diags, g.pointless()...)
	}
	return diags
}

// start starts the plugin of a block and has it check its configuration.
func (m *member) start(ctx context.Context, h *host, file *config.File, c *config.Plugin, instances []*pluginv1.Instance) hcl.Diagnostics {
	sp, err := supervise.Start(ctx, spec(h.options, c, h.log), supervise.Options{Log: h.log, CoreVersion: h.options.Version, SocketDir: h.socketDir})
	if err != nil {
		return hcl.Diagnostics{startDiagnostic(c, err)}
	}
	m.Plugin, m.mounts = sp, c.Mounts
	said, err := sp.Configure(ctx, request(file, c, instances))
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
