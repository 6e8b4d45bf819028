package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	var with strings.Builder
	with.WriteString(without)
	for i := range more {
		fmt.Fprintf(&with, "plugin \"extra%d\" {\n  command = [%q, \"serve-plugin\", \"static\"]\n"+
			"  config { values = { \"meta-data/extra/%d\" = \"x\" } }\n}\n", i, b.program, i)
	}
	return b.compare(ctx, "one more plugin", without, with.String(), more, func(s *server) error {
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
		before, ok := b.pss(s)
		n, err := b.clients(ctx, s, group, 0, min(more, b.distinct), "first read")
		if err != nil || !ok {
			return err
		}
		settle(ctx, b.settle)
		after, _ := b.pss(s)
		b.figure(group, fmt.Sprintf("PSS, each of %d that have been read", n), "kB", []float64{(after - before) * 1000 / float64(n)}, nil)
		return nil
	})
}

// compare measures start and memory of two configurations, the second of which
// has so many more of something, and has look see the second.
func (b *bench) compare(ctx context.Context, group, without, with string, more int, look func(*server) error) error {
	var starts, bigger, each []float64
	var sizes []float64
	settled := func(s *server) error {
		settle(ctx, b.settle)
		if n, ok := b.pss(s); ok {
			sizes = append(sizes, n)
		}
		return ctx.Err()
	}
	for i := range b.rounds {
		var seeOne, seeTwo func(*server) error
		if i == b.rounds-1 {
			seeOne, seeTwo = settled, func(s *server) error { return errors.Join(settled(s), look(s)) }
		}
		one, err := b.readyAfter(ctx, without, seeOne)
		if err != nil {
			return err
		}
		two, err := b.readyAfter(ctx, with, seeTwo)
		if err != nil {
			return err
		}
		starts, bigger = append(starts, ms(one)), append(bigger, ms(two))
		each = append(each, ms(two-one)/float64(more))
	}
	b.figure(group, "exec to all ready, without", "ms", starts, nil)
	b.figure(group, fmt.Sprintf("exec to all ready, with %d", more), "ms", bigger, nil)
	b.figure(group, "exec to all ready, each", "ms", each, nil)
	if len(sizes) == 2 {
		b.figure(group, "PSS, each", "kB", []float64{(sizes[1] - sizes[0]) * 1000 / float64(more)}, nil)
	}
	return nil
}
