package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/mockmd/mockmd/core/internal/program"
)

// megabyte is the smaller one, so that no figure flatters.
const megabyte = 1e6

// pss is what a server and all its plugins take, in megabytes. Where that may
// not be read it tells false, and the report says why.
func (b *bench) pss(s *server) (float64, bool) {
	pids, err := program.Tree(s.pid())
	var n int64
	if err == nil {
		n, err = program.PSS(pids...)
	}
	if err != nil && !b.unsized {
		b.unsized = true
		b.report.note("no figures for memory: %v", err)
	}
	return float64(n) / megabyte, err == nil
}

// memory measures the whole tree with all built-ins: idle, after many reads and
// after many token PUTs, at once and when it has settled again.
func (b *bench) memory(ctx context.Context) (err error) {
	file, err := os.Stat(b.program)
	if err != nil {
		return err
	}
	const group = "size"
	b.figure(group, "binary", "MB", []float64{float64(file.Size()) / megabyte}, nil)
	text, err := b.shipped(ctx, true)
	if err != nil {
		return err
	}
	text.unheard = true
	s, err := b.startMockmd(ctx, true, text)
	if err != nil {
		return err
	}
	defer s.stop(&err)
	if err := s.ready(ctx); err != nil {
		return err
	}
	settle(ctx, b.settle)
	idle, ok := b.pss(s)
	if !ok {
		return nil
	}
	b.figure(group, "PSS of core and seven plugins, idle", "MB", []float64{idle}, nil)
	b.judge("whole tree <= 40 MB PSS idle", idle, "MB", "", idle <= 40)
	v, err := visit(s, true)
	if err != nil {
		return err
	}
	var reads, puts []exchange
	for _, k := range kinds() {
		e, _, err := v.learn(k)
		if err != nil {
			return err
		}
		if k.method == "PUT" {
			puts = append(puts, e)
		} else {
			reads = append(reads, e)
		}
	}
	for _, l := range []struct {
		what      string
		exchanges []exchange
	}{{"reads of all kinds", reads}, {"token PUTs", puts}} {
		what := fmt.Sprintf("after %d %s", b.million, l.what)
		if _, err := b.load.run(s.address, l.exchanges, b.many, b.million, 0); err != nil {
			return err
		}
		after, _ := b.pss(s)
		settle(ctx, b.settle)
		later, _ := b.pss(s)
		b.figure(group, "PSS "+what+", at once", "MB", []float64{after}, nil)
		b.figure(group, "PSS "+what+", settled", "MB", []float64{later}, nil)
		change := 100 * (later - idle) / idle
		b.judge("flat within 10 % after the million", change, "%", what+", settled", math.Abs(change) <= 10)
	}
	return ctx.Err()
}

// settle lets time pass.
func settle(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
