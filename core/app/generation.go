package app

import (
	"time"

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
	file    *config.File
	token   []byte    // of the admin listener; nil when there is none
	members []*member // in the order of the file
	mounts  []router.Mount
	router  *router.Router
}

// newRouter makes the router of the generation, to which nothing is published
// yet.
func (g *generation) newRouter() (err error) {
	g.router, err = router.New(router.Options{
		Mounts:    g.mounts,
		Instances: []router.Instance{{Label: "", Launched: g.file.Instance.Facts.LaunchTime, Omit: g.file.Metadata.Omit}},
		Render:    imds.RenderHead,
		Now:       time.Now,
	})
	return err
}

// metadata is what the metadata listener serves, and to whom.
func (g *generation) metadata(s *service) imds.Options {
	return imds.Options{
		View:           g.router.View(""),
		Resolve:        g.resolver(""),
		ResolveTimeout: resolveTimeout(g.file.Plugins),
		Policy:         guard.Policy{Hosts: g.file.Metadata.AllowedHosts, Clients: g.file.Metadata.AllowedClients},
		Tokens:         imds.NewTokens(s.tokenKey, g.file.Instance.Facts.ID, s.clock),
		Settings:       settings(&g.file.Instance.Facts.MetadataOptions),
		KeepAlive:      g.file.Metadata.KeepAlive,
		Log:            s.log.Named("metadata"),
	}
}

// admin is what the admin listener shows, and to whom.
func (g *generation) admin(s *service) admin.Options {
	return admin.Options{
		Backend: &backend{generation: s.current.Load, now: time.Now},
		Policy:  guard.Policy{Hosts: g.file.Admin.AllowedHosts, Clients: g.file.Admin.AllowedClients},
		Token:   g.token,
		Log:     s.log.Named("admin"),
	}
}

// close ends the processes of plugins that are not run.
func (g *generation) close() { closeAll(g.members) }

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
