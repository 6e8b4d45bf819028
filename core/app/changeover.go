package app

import (
	"context"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// changeover brings the plugins of the next generation to where they serve at
// its router, while the old router is served. On an error everything is as it
// was before.
func (s *service) changeover(ctx context.Context, next *generation, p *plan) hcl.Diagnostics {
	var diags hcl.Diagnostics
	next.newActive(s)
	next.carry(s, s.current.Load())
	for _, m := range p.kept {
		if err := m.sink.add(next.router, m.name); err != nil {
			diags = append(diags, next.diagnostic(m, "Plugin cannot be kept", err))
		}
	}
	if !diags.HasErrors() {
		diags = s.begin(ctx, next, p)
	}
	if !diags.HasErrors() {
		return diags
	}
	for _, m := range p.kept {
		m.sink.back()
	}
	return diags
}

// begin runs the plugins that are new or have changed, and waits until they
// serve.
func (s *service) begin(ctx context.Context, next *generation, p *plan) hcl.Diagnostics {
	fresh := p.fresh()
	valid := map[*member]bool{} // those whose predecessor serves what is valid
	for _, c := range p.replaced {
		last := c.old.Snapshot()
		valid[c.next] = time.Now().Before(last.ValidUntil)
		c.old.last.Store(&last)
	}
	each(fresh, func(m *member) {
		if c := p.replacing(m); c != nil {
			s.handOver(ctx, c)
		}
		m.run(context.WithoutCancel(ctx), next.router)
	})
	problems := make([]error, len(fresh))
	at := map[*member]int{}
	for i, m := range fresh {
		at[m] = i
	}
	each(fresh, func(m *member) {
		ctx, cancel := context.WithTimeout(ctx, next.block(m).Timeouts.Start)
		defer cancel()
		if problems[at[m]] = m.AwaitServing(ctx); problems[at[m]] != nil || !valid[m] {
			return
		}
		if m.AwaitValid(ctx, time.Now) != nil {
			s.log.Warn("what the plugin serves now is not valid, and was before the reload", "plugin", m.name, "message", m.Snapshot().Message)
		}
	})
	var diags hcl.Diagnostics
	for i, m := range fresh {
		if problems[i] != nil {
			diags = append(diags, next.diagnostic(m, "Plugin does not serve", problems[i]))
		}
	}
	if err := ctx.Err(); err != nil {
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Stopped", Detail: err.Error()})
	}
	if diags.HasErrors() {
		s.takeBack(ctx, fresh, p)
	}
	return diags
}

// handOver ends the old process when what it was asked is answered, and hands
// its last checkpoint to the next. What is asked meanwhile waits for the next.
func (s *service) handOver(ctx context.Context, c *replacement) {
	if err := c.old.HandOver(ctx, c.next.Plugin); err != nil {
		s.log.Warn("calls of a plugin that is replaced were cut off", "plugin", c.old.name, "error", err)
	}
	c.old.end()
	c.next.Inherit(c.old.Plugin)
}

// takeBack ends what begin has begun, and has the old plugins go on from their
// checkpoints; from those of the new ones where somebody has been told that an
// action was carried out.
func (s *service) takeBack(ctx context.Context, fresh []*member, p *plan) {
	each(fresh, (*member).end)
	if ctx.Err() != nil {
		return // all ends
	}
	old := make([]*member, len(p.replaced))
	for i, c := range p.replaced {
		old[i] = c.old
		if c.next.Acted() {
			c.old.Inherit(c.next.Plugin)
		}
	}
	served := s.current.Load()
	each(old, func(m *member) {
		m.run(context.WithoutCancel(ctx), served.router)
		ctx, cancel := context.WithTimeout(ctx, served.block(m).Timeouts.Start)
		defer cancel()
		err := m.AwaitServing(ctx)
		_ = m.HandOver(ctx, nil) // what waited for the next asks this one again
		m.last.Store(nil)
		if err != nil {
			s.log.Error("plugin is not back after a reload that failed; what it published is served", "plugin", m.name, "error", err)
		}
	})
}

// idle waits for what a plugin that is removed still answers.
func (s *service) idle(ctx context.Context, m *member) {
	if err := m.Idle(ctx); err != nil {
		s.log.Warn("calls of a plugin that is removed were cut off", "plugin", m.name, "error", err)
	}
}

// replacing returns the replacement that a member is the next of.
func (p *plan) replacing(m *member) *replacement {
	for i := range p.replaced {
		if p.replaced[i].next == m {
			return &p.replaced[i]
		}
	}
	return nil
}
