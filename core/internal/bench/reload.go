package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// reload measures reloads of a configuration that is the same, and of one in
// which one of the seven plugins has changed.
func (b *bench) reload(ctx context.Context) error {
	return b.startedShipped(ctx, func(s *server, text configuration) error {
		const value, path = `"meta-data/hello" = "world"`, "/latest/meta-data/hello"
		if strings.Count(text.text, value) != 1 {
			return fmt.Errorf("%s has not one line with %s, which bench has to change", b.config, value)
		}
		old, err := s.read(path)
		if err != nil {
			return err
		}
		var same, sameCost, changed, changedCost []float64
		for i := range b.rounds {
			for _, side := range []struct {
				text       string
				took, cost *[]float64
			}{
				{"", &same, &sameCost},
				{strings.Replace(text.text, value, fmt.Sprintf(`"meta-data/hello" = "world %d"`, i), 1), &changed, &changedCost},
			} {
				if side.text != "" {
					if err := s.prog.Configure(side.text); err != nil {
						return err
					}
				}
				took, cost, err := s.reloadOnce(ctx)
				if err != nil {
					return err
				}
				*side.took, *side.cost = append(*side.took, took), append(*side.cost, cost)
			}
			now, err := s.read(path)
			if err != nil {
				return err
			}
			if now == old {
				return fmt.Errorf("%s is %q after the reload too", path, now)
			}
			old = now
		}
		b.figure("reload", "POST /reload, unchanged, to its answer", "ms", same, nil)
		b.figure("reload", "processor time of all processes", "ms", sameCost, nil)
		b.figure("reload", "POST /reload, one plugin of seven changed, to its answer", "ms", changed, nil)
		b.figure("reload", "processor time of the processes that stay and of the new one", "ms", changedCost, nil)
		return nil
	})
}

// reloadOnce reloads, and returns how long that and what it cost in ms.
func (s *server) reloadOnce(ctx context.Context) (took, cost float64, err error) {
	before, err := s.usage()
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := s.post(ctx, "reload"); err != nil {
		return 0, 0, err
	}
	took = ms(time.Since(began))
	after, err := s.usage()
	return took, after.since(before), err
}
