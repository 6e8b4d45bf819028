package app

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/config"
)

// reload takes the configuration in anew. All of it is read, and every plugin
// that it changes has checked its part in a process of its own, before
// anything that is served is touched; and until the new processes serve, what
// was served goes on. On an error it stays.
func (s *service) reload(ctx context.Context) *admin.Reload {
	s.log.Info("reloading", "configuration", s.options.ConfigPath)
	old := s.current.Load()
	told := &admin.Reload{Path: s.options.ConfigPath}
	file, r := read(s.options)
	var next *generation
	if file != nil {
		if d := s.otherUser(file.User); d != nil {
			r.diags = append(r.diags, d)
		}
		next = prepare(ctx, s.host, file, r, old)
	}
	var p plan
	if next != nil && !r.diags.HasErrors() {
		p = newPlan(old, next)
		r.diags = append(r.diags, s.take(ctx, next, &p)...)
	}
	taken := next != nil && s.current.Load() == next
	if next != nil && !taken {
		next.close()
	}
	if ctx.Err() != nil && !taken { // stopping: what failed because of it is no news
		return told
	}
	told.Diagnostics = r.sources.Report(r.diags, false)
	s.print(r, told.Diagnostics)
	if !taken {
		told.Error = shortly(told.Diagnostics)
		return told
	}
	told.Reloaded = true
	told.Kept, told.Added, told.Removed = labels(p.kept), labels(p.added), labels(p.removed)
	for _, c := range p.replaced {
		told.Replaced = append(told.Replaced, c.next.name)
	}
	return told
}

// announce logs what became of a reload.
func (s *service) announce(told *admin.Reload) {
	if !told.Reloaded {
		s.log.Error("reload failed, all goes on as before", "configuration", told.Path, "error", told.Error)
		return
	}
	s.log.Info("configuration reloaded", "configuration", told.Path,
		"kept", told.Kept, "replaced", told.Replaced, "added", told.Added, "removed", told.Removed)
}

// print puts what there is to say into the log: as lines of it where programs
// read them, with the source where people do.
func (s *service) print(r *report, told []config.Diagnostic) {
	if !s.jsonLog {
		if err := r.write(s.options.logged()); err != nil {
			s.log.Error("diagnostics not printed", "error", err)
		}
		return
	}
	for _, d := range told {
		args := []any{"severity", d.Severity, "summary", d.Summary, "detail", d.Detail}
		if d.Range != nil {
			args = append(args, "file", d.Range.Filename, "line", d.Range.Start.Line, "column", d.Range.Start.Column,
				"end_line", d.Range.End.Line, "end_column", d.Range.End.Column)
		}
		s.log.Warn("diagnostic of the configuration", args...)
	}
}

// take has the next generation take the place of the current one. The
// diagnostics are why it does not.
func (s *service) take(ctx context.Context, next *generation, p *plan) hcl.Diagnostics {
	listeners, diags := s.rebind(ctx, next.file)
	if diags.HasErrors() {
		return diags
	}
	diags = append(diags, s.changeover(ctx, next, p)...)
	if diags.HasErrors() {
		s.drop(listeners)
		return diags
	}
	old := s.current.Swap(next)
	next.retire(old, p.kept)
	s.imds.Update(next.metadata(s))
	s.admin.Update(next.admin(s))
	s.log.SetLevel(level(s.options, next.file.Log))
	if jsonLog(s.options, next.file.Log) != s.jsonLog {
		s.log.Warn("the format of the log changes when mockmd is started again", "then", next.file.Log.Format)
	}
	s.relisten(listeners)
	for _, m := range p.kept {
		m.sink.settle(m.Snapshot().Published)
	}
	each(p.removed, func(m *member) {
		s.idle(ctx, m)
		m.end()
	})
	return diags
}

// shortly says in one line why a configuration is refused.
func shortly(report []config.Diagnostic) string {
	text, more := "", 0
	for _, d := range report {
		switch {
		case d.Severity != "error":
		case text != "":
			more++
		case d.Range != nil:
			text = fmt.Sprintf("%s:%d,%d: %s", d.Range.Filename, d.Range.Start.Line, d.Range.Start.Column, d.Summary)
		default:
			text = d.Summary
		}
	}
	if more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}
