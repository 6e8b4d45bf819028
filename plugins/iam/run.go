package iam

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mockmd/mockmd/sdk"
)

// Run keeps the credentials of every role alive until ctx ends.
func (p *plugin) Run(ctx context.Context, h sdk.Host) error {
	defer p.stopped.Store(true)
	outer := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	p.resume(ctx, g)
	close(p.resumed)
	sts, err := p.reach(ctx, g)
	if err != nil {
		cancel()
		return errors.Join(err, g.Wait())
	}
	defer sts.close()
	p.state.open(h)
	p.announce()
	close(p.started)
	p.employ(ctx, g, newCaller(sts, p.timeout))
	g.Go(func() error { return p.watchTime(ctx) })
	g.Go(func() error { return p.watchSources(ctx) })
	if err := g.Wait(); outer.Err() == nil {
		return err
	}
	return nil
}

// reach connects to the configured STS, or starts the simulated one.
func (p *plugin) reach(ctx context.Context, g *errgroup.Group) (assumer, error) {
	targets := p.settings.sts.targets()
	if p.settings.sts.simulated {
		sim, err := p.startSimulation(ctx)
		if err != nil {
			return nil, err
		}
		targets = []target{{region: p.settings.sts.region, endpoint: sim.URL(), local: true}}
		g.Go(func() error { return sim.Serve(ctx) })
	}
	clients := make([]assumer, len(targets))
	for i, t := range targets {
		clients[i] = p.connect(t, p.hear)
	}
	return newRegions(clients, targets, p.log), nil
}

// employ starts a worker for each grant, now and later.
func (p *plugin) employ(ctx context.Context, g *errgroup.Group, sts *caller) {
	hire := func(st *grantState) {
		ctx, cancel := context.WithCancel(ctx)
		st.fire = cancel
		g.Go(func() error {
			defer cancel()
			w := &worker{grantState: st, state: p.state, sts: sts, random: p.random, gap: p.gap, tick: p.tick, log: p.log}
			w.run(ctx)
			return nil
		})
	}
	p.state.mu.Lock()
	defer p.state.mu.Unlock()
	p.state.hire = hire
	for _, st := range p.state.sorted() {
		hire(st)
	}
}

// announce says what the roles are waiting for.
func (p *plugin) announce() {
	p.state.mu.Lock()
	defer p.state.mu.Unlock()
	for _, g := range p.state.grants {
		if !g.session.valid(p.state.now()) && p.state.waits(g.role) != "" {
			p.log.Info("waiting for bootstrap credentials: POST them to /bootstrap/creds of the admin listener")
			return
		}
	}
}

// hear learns the time at STS from an answer.
func (p *plugin) hear(date time.Time) {
	if !p.state.clock.hear(date) {
		return
	}
	skew := p.state.clock.skew()
	if skew.Abs() >= skewTold {
		p.log.Warn("this machine's clock is not that of STS: expiry and signatures go by STS, programs that compare times by themselves do not",
			"ahead_by", (-skew).String())
	}
	p.state.retime()
}

// watchTime publishes anew when the wall clock is set, for the core goes by it.
func (p *plugin) watchTime(ctx context.Context) error {
	set := make(chan struct{})
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := p.watchClock(ctx, set); err != nil {
			p.log.Warn("the system does not tell when its clock is set: that is noticed a little later", "error", err)
		}
		return nil
	})
	g.Go(func() error {
		last := p.state.clock.skew()
		timer := time.NewTicker(p.tick)
		defer timer.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-set:
			case <-timer.C:
				if (p.state.clock.skew() - last).Abs() <= skewTolerance {
					continue
				}
			}
			now := p.state.clock.skew()
			if (now - last).Abs() > skewTolerance {
				p.log.Warn("this machine's clock was set", "by", (last - now).String())
				last = now
			}
			p.state.retime()
		}
	})
	return g.Wait()
}

// retime publishes with new local times and has the workers look at the clock.
func (s *state) retime() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told()
	for _, g := range s.grants {
		select {
		case g.wake <- struct{}{}:
		default:
		}
	}
}

// watchSources has workers try at once when a source may give something else.
func (p *plugin) watchSources(ctx context.Context) error {
	if len(p.settings.chains()) == 0 {
		return nil
	}
	timer := time.NewTicker(sourceTick)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		for _, c := range p.settings.chains() {
			if c.chain.Changed() {
				p.log.Info("the files of a credential source have changed", "source", c.label)
				p.state.freshen(c)
			}
		}
	}
}

// freshen has the grants of a source tried at once.
func (s *state) freshen(c *chainSource) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.grants {
		for _, src := range g.sources {
			if src == source(c) && !g.forgotten {
				g.stir(s, true)
			}
		}
	}
}
