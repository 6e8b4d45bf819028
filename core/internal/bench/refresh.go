package main

import (
	"context"
	"strings"
	"time"
)

// spacing is how long the iam plugin is left alone between two refreshes: it puts
// off one that comes within 200 ms of the last.
const spacing = 300 * time.Millisecond

// refresh measures how long it takes from asking the iam plugin to renew until
// the new document is served, and what that costs all processes. The sessions
// come from the simulated STS, so that nobody else's speed counts.
func (b *bench) refresh(ctx context.Context) error {
	return b.startedShipped(ctx, func(s *server, _ configuration) error {
		roles, err := s.read(rolesPath)
		if err != nil {
			return err
		}
		path := rolesPath + strings.TrimSpace(roles)
		old, err := s.read(path)
		if err != nil {
			return err
		}
		var took, cost []float64
		settle(ctx, spacing)
		for range b.rounds {
			before, err := s.usage()
			if err != nil {
				return err
			}
			began := time.Now()
			if err := s.post(ctx, "refresh"); err != nil {
				return err
			}
			if old, err = s.await(ctx, path, old); err != nil {
				return err
			}
			took = append(took, ms(time.Since(began)))
			settle(ctx, spacing) // what follows belongs to it
			after, err := s.usage()
			if err != nil {
				return err
			}
			cost = append(cost, after.since(before))
		}
		b.figure("refresh", "POST /refresh to the new document being served", "ms", took, nil)
		b.figure("refresh", "processor time of all processes, with the reads that look for it", "ms", cost, nil)
		return ctx.Err()
	})
}
