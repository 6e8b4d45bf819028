package app

import (
	"context"
	"net/http"

	"github.com/mockmd/mockmd/core/admin"
)

// ReloadError says why the last reload failed.
func (b *backend) ReloadError() string {
	why, _ := b.service.reloads.last()
	return why
}

// Reload takes the configuration in anew.
func (b *backend) Reload(ctx context.Context) *admin.Reload { return b.service.reloads.ask(ctx) }

// Overview tells what runs.
func (b *backend) Overview() *admin.Overview {
	g := b.service.current.Load()
	o := &admin.Overview{Path: g.file.Path, Loaded: g.loaded}
	o.ReloadError, o.ReloadFailed = b.service.reloads.last()
	for _, m := range g.members {
		s, d := m.now(), m.Description()
		p := admin.Plugin{
			Name: m.name, State: string(s.State), Message: s.Message,
			PID: s.PID, Restarts: s.Restarts, Mounts: m.mounts,
			Version: d.GetVersion(), SDK: d.GetSdk(), Summary: m.summary,
		}
		u := s.Usage()
		p.CPUSeconds, p.RSS, p.PSS = u.CPU.Seconds(), u.RSS, u.PSS
		if s.PID != 0 {
			p.Started = s.Started
		}
		for _, a := range d.GetActions() {
			method := http.MethodPost
			if a.GetReadOnly() {
				method = http.MethodGet
			}
			p.Actions = append(p.Actions, method+" /"+a.GetName())
		}
		o.Plugins = append(o.Plugins, p)
	}
	return o
}
