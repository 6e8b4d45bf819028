package app

import (
	"crypto/tls"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/active"
	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/imds"
	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/guard"
)

// generation is one configuration with all that holds as long as it does: the
// plugins, their mounts, the router that they publish to, and the settings of
// the listeners. What outlives it, such as the listeners themselves, is the
// service's. A generation is never changed; another one takes its place.
type generation struct {
	file        *config.File
	loaded      time.Time
	token       []byte           // of the admin listener; nil when there is none
	certificate *tls.Certificate // of the admin listener; nil when it is not encrypted
	members     []*member        // in the order of the file
	mounts      []router.Mount
	router      *router.Router
	sources     *config.Sources

	active   *active.Set[string, *live] // the instances that clients have asked for
	mistakes mistakes

	shared map[*member]bool // taken over from the generation before
}

// member returns a plugin by its label, nil when there is none.
func (g *generation) member(name string) *member {
	if g == nil {
		return nil
	}
	if i := slices.IndexFunc(g.members, func(m *member) bool { return m.name == name }); i >= 0 {
		return g.members[i]
	}
	return nil
}

// block is the plugin block of a member.
func (g *generation) block(m *member) *config.Plugin {
	return &g.file.Plugins[slices.Index(g.members, m)]
}

// diagnostic says what is wrong with a plugin.
func (g *generation) diagnostic(m *member, summary string, err error) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: sentence(err), Subject: &g.block(m).Range}
}

// newRouter makes the router of the generation, to which nothing is published
// yet. The unlabelled instance is there from the beginning, the others come
// when clients ask for them.
func (g *generation) newRouter() (err error) {
	var instances []router.Instance
	if g.file.Instance != nil {
		instances = append(instances, router.Instance{Launched: g.file.Instance.Facts.LaunchTime, Omit: g.file.Metadata.Omit})
	}
	g.router, err = router.New(router.Options{
		Mounts:    g.mounts,
		Instances: instances,
		Render:    imds.RenderHead,
		Now:       time.Now,
		Resized:   func(label string, size int) { g.active.Resize(label, size) },
	})
	return err
}

// metadata is what the metadata listener serves, and to whom.
func (g *generation) metadata(s *service) imds.Options {
	o := imds.Options{
		ResolveTimeout: resolveTimeout(g.file.Plugins),
		Policy:         guard.Policy{Hosts: g.file.Metadata.AllowedHosts, Clients: g.file.Metadata.AllowedClients},
		KeepAlive:      g.file.Metadata.KeepAlive,
		Log:            s.log.Named("metadata"),
	}
	if g.file.Instances.Size() == 1 && g.file.Instance != nil {
		o.Instance = g.served(s, g.file.Instance)
	} else {
		o.Choose = g.choose(s)
	}
	return o
}

// admin is what the admin listener shows, and to whom.
func (g *generation) admin(s *service) admin.Options {
	return admin.Options{
		Backend:     &backend{service: s, now: time.Now},
		Policy:      guard.Policy{Hosts: g.file.Admin.AllowedHosts, Clients: g.file.Admin.AllowedClients},
		Token:       g.token,
		Certificate: g.certificate,
		Log:         s.log.Named("admin"),
	}
}

// close ends the processes that were started for a generation that is not
// served.
func (g *generation) close() {
	each(g.members, func(m *member) {
		if m.Plugin != nil && !g.shared[m] {
			m.Close()
		}
	})
}

// resolveTimeout lets the longest of the plugins' own timeouts decide.
func resolveTimeout(list []config.Plugin) time.Duration {
	var most time.Duration
	for _, p := range list {
		most = max(most, p.Timeouts.Resolve)
	}
	return most
}

func settings(m *sdk.MetadataOptions) imds.Settings {
	return imds.Settings{
		EndpointDisabled: m.HTTPEndpoint == "disabled",
		TokensRequired:   m.HTTPTokens == "required",
		HopLimit:         m.HTTPPutResponseHopLimit,
	}
}
