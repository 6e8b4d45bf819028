package app

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/imds"
	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/guard"
)

// service is everything that runs.
type service struct {
	*loaded
	router    *router.Router
	metadata  net.Listener
	metadata6 net.Listener // the IPv6 one; nil when the instance has none
	imds      *imds.Server
	control   net.Listener
	admin     *admin.Server
}

// newService builds what runs and opens its listeners; on an error none is
// left open.
func newService(ctx context.Context, c *loaded) (*service, error) {
	s := &service{loaded: c}
	var err error
	s.router, err = router.New(router.Options{
		Mounts:    c.plugins.mounts,
		Instances: []router.Instance{{Label: "", Launched: c.file.Instance.Facts.LaunchTime, Omit: c.file.Metadata.Omit}},
		Render:    imds.RenderHead,
		Now:       time.Now,
	})
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	s.imds = imds.New(imds.Options{
		View:           s.router.View(""),
		Resolve:        resolver(c.plugins.list, ""),
		ResolveTimeout: resolveTimeout(c.file.Plugins),
		Policy:         guard.Policy{Hosts: c.file.Metadata.AllowedHosts, Clients: c.file.Metadata.AllowedClients},
		Tokens:         imds.NewTokens(tokenKey(), c.file.Instance.Facts.ID, monotonic()),
		Settings:       settings(&c.file.Instance.Facts.MetadataOptions),
		KeepAlive:      c.file.Metadata.KeepAlive,
		Log:            c.log.Named("metadata"),
	})
	s.admin = admin.New(admin.Options{
		Backend: &backend{plugins: c.plugins.list, now: time.Now},
		Policy:  guard.Policy{Hosts: c.file.Admin.AllowedHosts, Clients: c.file.Admin.AllowedClients},
		Token:   c.token,
		Log:     c.log.Named("admin"),
	})
	return s, nil
}

// open opens the listeners; on an error none is left open.
func (s *service) open(ctx context.Context) error {
	listeners := []struct {
		to            *net.Listener
		name, address string
	}{
		{&s.metadata, "metadata", s.file.Metadata.Address},
		{&s.metadata6, "metadata", s.file.Metadata.IPv6Address},
		{&s.control, "admin", s.file.Admin.Address},
	}
	for i, l := range listeners {
		if l.address == "" {
			continue
		}
		opened, err := listen(ctx, l.name, l.address)
		if err != nil {
			for _, earlier := range listeners[:i] {
				if *earlier.to != nil {
					err = errors.Join(err, (*earlier.to).Close())
				}
			}
			return err
		}
		*l.to = opened
	}
	return nil
}

// tokenKey makes the key of the session tokens. It lives as long as the
// process.
func tokenKey() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // crypto/rand ends the process rather than fail
	return key
}

// monotonic is a clock that wall-clock jumps do not touch.
func monotonic() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
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

// run serves until ctx ends or a listener fails.
func (s *service) run(ctx context.Context) error {
	// Plugins outlive the listeners: what is being answered may need them.
	pluginCtx, stopPlugins := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	for _, p := range s.plugins.list {
		running.Go(func() { p.Run(pluginCtx, s.router) })
	}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.imds.Serve(gctx, s.metadata) })
	if s.metadata6 != nil {
		g.Go(func() error { return s.imds.Serve(gctx, s.metadata6) })
	}
	g.Go(func() error { return s.admin.Serve(gctx, s.control) })
	err := g.Wait()
	s.log.Info("stopping")
	stopPlugins()
	running.Wait()
	s.log.Info("stopped")
	return err
}
