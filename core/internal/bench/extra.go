package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// extra measures what one more plugin and one more instance cost: the
// differences between configurations without and with several.
func (b *bench) extra(ctx context.Context) error {
	if err := b.extraPlugins(ctx); err != nil {
		return err
	}
	return b.extraInstances(ctx)
}

// extraPlugins adds plugins that serve one value each.
func (b *bench) extraPlugins(ctx context.Context) error {
	const more = 4
	without := oneInstance + everyPlugin
	with := without
	for i := range more {
		with += fmt.Sprintf("plugin \"extra%d\" {\n  command = [%q, \"serve-plugin\", \"static\"]\n"+
			"  config { values = { \"meta-data/extra/%d\" = \"x\" } }\n}\n", i, b.program, i)
	}
	return b.compare(ctx, "one more plugin", without, with, more, func(s *server) error {
		_, err := s.read(fmt.Sprintf("/latest/meta-data/extra/%d", more-1))
		return err
	})
}

// extraInstances adds instances, each for an address of loopback, and has each
// read once: until then it is not built.
func (b *bench) extraInstances(ctx context.Context) error {
	const more = 1024
	with := strings.Replace(manyInstances, network, "127.2.0.0/22", 1)
	const group = "one more instance"
	return b.compare(ctx, group, oneInstance+everyPlugin, with+everyPlugin, more, func(s *server) error {
		before, err := s.pss()
		if err != nil {
			return err
		}
		n, err := b.clients(ctx, s, group, 0, min(more, b.distinct), "first read")
		if err != nil {
			return err
		}
		settle(ctx, b.settle)
		after, err := s.pss()
		if err == nil {
			b.figure(group, fmt.Sprintf("PSS when it has been read (%d of them)", n), "kB", []float64{(after - before) * 1000 / float64(n)}, nil)
		}
		return err
	})
}

// compare measures start and memory of two configurations, the second of which
// has so many more of something, and looks at the second.
func (b *bench) compare(ctx context.Context, group, without, with string, more int, look func(*server) error) error {
	var starts, bigger, each []float64
	for range b.rounds {
		var took [2]time.Duration
		for i, text := range []string{without, with} {
			var err error
			if took[i], err = b.readyAfter(ctx, text); err != nil {
				return err
			}
		}
		starts, bigger = append(starts, ms(took[0])), append(bigger, ms(took[1]))
		each = append(each, ms(took[1]-took[0])/float64(more))
	}
	b.figure(group, "exec to all ready, without", "ms", starts, nil)
	b.figure(group, fmt.Sprintf("exec to all ready, with %d", more), "ms", bigger, nil)
	b.figure(group, "each", "ms", each, nil)
	var sizes [2]float64
	for i, text := range []string{without, with} {
		err := b.started(ctx, text, func(s *server) (err error) {
			settle(ctx, b.settle)
			if sizes[i], err = s.pss(); err != nil || i == 0 {
				return err
			}
			b.figure(group, "PSS, each", "kB", []float64{(sizes[1] - sizes[0]) * 1000 / float64(more)}, nil)
			return look(s)
		})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}
