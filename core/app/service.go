package app

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/imds"
)

// service is everything that outlives a generation.
type service struct {
	*host
	tokenKey  []byte               // of the session tokens
	clock     func() time.Duration // of the session tokens
	current   atomic.Pointer[generation]
	imds      *imds.Server
	admin     *admin.Server
	listeners []*listener
	listening atomic.Pointer[[]*listener] // the same, for others than who reloads
	leaving   []*listener                 // retired by the last reload
	answer    func(*listener)             // begins to serve on one; while run runs
	reloads   *reloads
	jsonLog   bool // the log is for programs
}

// newService builds what serves the first generation. It has no listeners yet.
func newService(h *host, g *generation) *service {
	s := &service{host: h, tokenKey: make([]byte, 32), clock: monotonic(), reloads: newReloads(), jsonLog: jsonLog(h.options, g.file.Log)}
	_, _ = rand.Read(s.tokenKey) // crypto/rand ends the process rather than fail
	g.newActive(s)
	s.current.Store(g)
	s.imds = imds.New(g.metadata(s))
	s.admin = admin.New(g.admin(s))
	return s
}

// monotonic is a clock that wall-clock jumps do not touch.
func monotonic() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}

// run serves until ctx ends or a listener fails.
func (s *service) run(ctx context.Context) error {
	first := s.current.Load()
	for _, m := range first.members {
		// Plugins outlive the listeners: what is being answered may need them.
		m.run(context.WithoutCancel(ctx), first.router)
	}
	g, gctx := errgroup.WithContext(ctx)
	s.answer = func(l *listener) { g.Go(func() error { return s.serve(gctx, l) }) }
	all := s.listeners
	s.listening.Store(&all)
	for _, l := range s.listeners {
		s.answer(l)
	}
	n := newNotice(s)
	g.Go(func() error {
		s.reloads.serve(gctx, s.options.Hangups, n.reload, s.announce)
		return nil
	})
	g.Go(func() error {
		n.run(gctx)
		return nil
	})
	g.Go(func() error {
		n.watch(gctx)
		return nil
	})
	err := g.Wait()
	s.log.Info("stopping")
	each(s.current.Load().members, (*member).end)
	s.log.Info("stopped")
	return err
}

// serve answers on a listener until ctx ends.
func (s *service) serve(ctx context.Context, l *listener) error {
	if l.role == roleAdmin {
		return s.admin.Serve(ctx, l)
	}
	return s.imds.ServeAs(ctx, l, l.key)
}
