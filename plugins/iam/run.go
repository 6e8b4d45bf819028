package iam

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/mockmd/mockmd/sdk"
)

// Run keeps the credentials of every role alive until ctx ends.
func (p *plugin) Run(ctx context.Context, h sdk.Host) error {
	defer p.stopped.Store(true)
	outer := ctx
	g, ctx := errgroup.WithContext(ctx)
	where := target{region: p.settings.sts.region, endpoint: p.settings.sts.endpoint}
	if p.settings.sts.simulated {
		sim, err := p.startSimulation(ctx)
		if err != nil {
			return err
		}
		where.endpoint, where.local = sim.URL(), true
		g.Go(func() error { return sim.Serve(ctx) })
	}
	sts := p.connect(where)
	defer sts.close()
	p.state.open(h)
	p.announce()
	close(p.started)
	for _, r := range p.settings.all() {
		g.Go(func() error {
			w := &worker{
				role: r, state: p.state, sts: sts, now: p.now, random: p.random, gap: p.gap, timeout: p.timeout,
				log: p.log, wake: p.state.roles[r.name].wake,
			}
			w.run(ctx)
			return nil
		})
	}
	if err := g.Wait(); outer.Err() == nil {
		return err
	}
	return nil
}

// announce says what the roles are waiting for.
func (p *plugin) announce() {
	if o := p.state.outlook(p.settings.all()[0].name); o.bootstrap == 0 && len(o.sources) == 0 {
		p.log.Info("waiting for bootstrap credentials: POST them to /bootstrap/creds of the admin listener")
	}
}
