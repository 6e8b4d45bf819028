package main

import (
	"context"
	"fmt"
)

// idleUse measures the processor time that mockmd and all its plugins use while
// nobody asks them for anything.
func (b *bench) idleUse(ctx context.Context) error {
	return b.startedShipped(ctx, func(s *server, _ configuration) error {
		settle(ctx, b.settle)
		before, err := s.usage()
		if err != nil {
			return err
		}
		settle(ctx, b.idle)
		after, err := s.usage()
		if err != nil {
			return err
		}
		percent := 100 * after.since(before) / ms(b.idle)
		what := fmt.Sprintf("processor time of all processes in %s without a request", b.idle)
		b.figure("idle", what, "ms", []float64{after.since(before)}, nil)
		b.judge("idle processor time < 0.1 %", percent, "%", what, percent < 0.1)
		return ctx.Err()
	})
}
