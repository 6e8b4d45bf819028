package main

import (
	"context"
	"fmt"
	"slices"
)

// speed is what servers do with one kind of request.
type speed struct {
	What    string          `json:"what"`
	Wire    string          `json:"wire"` // close or keep-alive
	Clients int             `json:"clients"`
	Mockmd  side            `json:"mockmd"`
	Bare    side            `json:"bare"`
	Peers   map[string]side `json:"peers,omitempty"` // those that answer it
}

// side is what one server does with it.
type side struct {
	Rate  spread `json:"requests_per_second"`
	P50   spread `json:"p50_us"`
	P99   spread `json:"p99_us"`
	CPU   spread `json:"cpu_us,omitzero"` // processor time for each request, of all its processes; not of peers
	Ratio spread `json:"ratio"`           // of the rate to the bare handler's, round by round
}

// wires by name.
func wire(keep bool) string {
	return map[bool]string{false: "close", true: "keep-alive"}[keep]
}

// throughput measures requests in a second and how long each takes, of mockmd,
// of a bare handler that repeats mockmd's answers, and of the peers.
func (b *bench) throughput(ctx context.Context) error {
	for _, keep := range []bool{false, true} {
		if err := b.throughputOf(ctx, keep); err != nil {
			return err
		}
	}
	b.judgeSpeeds()
	return nil
}

func (b *bench) throughputOf(ctx context.Context, keep bool) (err error) {
	text, err := b.shipped(ctx, keep)
	if err != nil {
		return err
	}
	mockmd, err := b.startMockmd(ctx, true, text.quiet())
	if err != nil {
		return err
	}
	defer mockmd.stop(&err)
	if err := mockmd.ready(ctx); err != nil {
		return err
	}
	first, err := visit(mockmd, keep)
	if err != nil {
		return err
	}
	var answers []given
	for _, k := range kinds() {
		_, g, err := first.learn(k)
		if err != nil {
			return err
		}
		answers = append(answers, g)
	}
	bare, err := b.startBare(ctx, true, answers)
	if err != nil {
		return err
	}
	defer bare.stop(&err)
	if _, err := bare.until(ctx, bare.address, idPath, pause); err != nil {
		return err
	}
	visitors := []*visitor{first, {server: bare, keep: keep, role: first.role, token: first.token}}
	for _, p := range b.peers {
		v, err := visit(p, keep)
		if err != nil {
			b.report.note("%s, %s: %v", p.name, wire(keep), err)
		}
		visitors = append(visitors, v)
	}
	for _, k := range kinds() {
		for _, clients := range []int{1, b.many} {
			s, err := b.speed(ctx, visitors, k, clients)
			if err != nil {
				return err
			}
			b.report.Speeds = append(b.report.Speeds, s)
		}
	}
	return nil
}

// speed measures one kind of request in short rounds, the servers in turn and
// every second round the other way round. The first two visitors are mockmd's
// and the bare handler's.
func (b *bench) speed(ctx context.Context, visitors []*visitor, k kind, clients int) (speed, error) {
	type found struct{ rates, p50, p99, cpu []float64 }
	all := make([]found, len(visitors))
	exchanges := make([][]exchange, len(visitors))
	var order []int
	var ours []byte
	for i, v := range visitors {
		e, g, err := v.learn(k)
		if i == 0 {
			ours = g.answer
		} else if i == 1 && err == nil && !alike(g.answer, ours, k.method == "PUT") {
			err = fmt.Errorf("not mockmd's answer %q but %q", ours, g.answer)
		}
		if err == nil {
			_, err = b.load.run(v.server.address, []exchange{e}, clients, 0, b.round/4) // not counted
		}
		if err != nil && i < 2 {
			return speed{}, fmt.Errorf("%s, %s, %d clients: %w", v.server.name, k, clients, err)
		}
		if err == nil {
			order, exchanges[i] = append(order, i), []exchange{e}
		}
	}
	for range b.rounds {
		for _, i := range order {
			if ctx.Err() != nil {
				return speed{}, ctx.Err()
			}
			v := visitors[i]
			r, cpu, err := b.costing(v.server, exchanges[i], clients)
			if err != nil {
				return speed{}, fmt.Errorf("%s, %s, %d clients: %w", v.server.name, k, clients, err)
			}
			all[i] = found{append(all[i].rates, r.rate), append(all[i].p50, r.p50), append(all[i].p99, r.p99), append(all[i].cpu, cpu)}
		}
		slices.Reverse(order)
	}
	s := speed{What: k.String(), Wire: wire(visitors[0].keep), Clients: clients, Peers: map[string]side{}}
	for i, f := range all {
		if len(f.rates) == 0 {
			continue
		}
		one := side{spreadOf(f.rates), spreadOf(f.p50), spreadOf(f.p99), spreadOf(f.cpu), ratios(f.rates, all[1].rates)}
		switch i {
		case 0:
			s.Mockmd = one
		case 1:
			s.Bare = one
		default:
			s.Peers[visitors[i].server.name] = one
		}
	}
	return s, nil
}

// costing is one round, and the processor time in µs that each request took of
// the server's processes; 0 where that cannot be told.
func (b *bench) costing(s *server, exchanges []exchange, clients int) (result, float64, error) {
	before, beforeErr := s.usage()
	r, err := b.load.run(s.address, exchanges, clients, 0, b.round)
	after, afterErr := s.usage()
	if err != nil || beforeErr != nil || afterErr != nil || r.requests == 0 {
		return r, 0, err
	}
	return r, after.since(before) * 1000 / float64(r.requests), nil
}

// judgeSpeeds finds the worst ratio of each sort.
func (b *bench) judgeSpeeds() {
	for _, t := range []struct {
		target string
		least  float64
		counts func(s speed) bool
	}{
		{"keep-alive, every read >= 1.3 x bare", 1.3, func(s speed) bool { return s.Wire == wire(true) && s.What != "token PUT" }},
		{"close, every read >= 0.95 x bare", 0.95, func(s speed) bool { return s.Wire == wire(false) && s.What != "token PUT" }},
		{"token PUT >= 0.9 x bare", 0.9, func(s speed) bool { return s.What == "token PUT" }},
	} {
		var worst *speed
		for i, s := range b.report.Speeds {
			if t.counts(s) && (worst == nil || s.Mockmd.Ratio.Median < worst.Mockmd.Ratio.Median) {
				worst = &b.report.Speeds[i]
			}
		}
		if worst != nil {
			r := worst.Mockmd.Ratio.Median
			b.judge(t.target, r, "x", fmt.Sprintf("%s, %s, %d client(s)", worst.What, worst.Wire, worst.Clients), r >= t.least)
		}
	}
}
