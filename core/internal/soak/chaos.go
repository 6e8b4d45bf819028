package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// kind is a kind of disturbance.
type kind struct {
	name string
	// do does it and returns when it is over. An error says that mockmd did not
	// stand it.
	do func(ctx context.Context, r *rand.Rand) error
	// impossible says why it cannot be done here; empty when it can.
	impossible string
}

// actor does disturbances of its kinds, one after another, at random.
type actor struct {
	name  string
	alone bool // nothing else happens meanwhile
	// pause is the longest one between two; a tenth of it is the shortest.
	pause time.Duration
	kinds []kind
}

// actors are all there are. The one that ends the core is the first.
func (s *soak) actors() []actor {
	return []actor{
		{name: "core", alone: true, pause: min(8*time.Minute, max(20*time.Second, s.o.length/8)), kinds: s.coreKinds()},
		{name: "plugins", pause: 8 * time.Second, kinds: s.pluginKinds()},
		{name: "stops", pause: 30 * time.Second, kinds: s.stopKinds()},
		{name: "sts", pause: 12 * time.Second, kinds: s.stsKinds()},
		{name: "reloads", pause: 8 * time.Second, kinds: s.reloadKinds()},
		{name: "network", pause: 10 * time.Second, kinds: s.networkKinds()},
		{name: "resources", pause: 15 * time.Second, kinds: s.resourceKinds()},
		{name: "disk", pause: 15 * time.Second, kinds: s.diskKinds()},
	}
}

// disturb has the actors act until the time is over, and looks at what they
// have left behind.
func (s *soak) disturb(ctx context.Context) {
	end, cancel := context.WithTimeout(ctx, s.o.length)
	defer cancel()
	all := s.actors()
	var wg sync.WaitGroup
	if s.o.each {
		for i, a := range all[1:] {
			wg.Go(func() { s.actEach(ctx, a, s.random(uint64(i+2))) })
		}
		wg.Wait()
		s.actEach(ctx, all[0], s.random(1))
	} else {
		for i, a := range all {
			wg.Go(func() { s.act(end, a, s.random(uint64(i+1))) })
		}
		wg.Wait()
	}
	s.chaos.Lock()
	defer s.chaos.Unlock()
	// What was begun is ended in order, also after an interrupt.
	ctx = context.WithoutCancel(ctx)
	if err := s.finish(ctx); err != nil {
		s.violation("at the end: %v", err)
	}
}

// finish lets all calm down and looks at what is left.
func (s *soak) finish(ctx context.Context) error {
	if err := s.well(ctx); err != nil {
		return err
	}
	return s.checkLeft(ctx)
}

// actEach does each kind once.
func (s *soak) actEach(ctx context.Context, a actor, r *rand.Rand) {
	for _, k := range a.kinds {
		if ctx.Err() == nil {
			s.one(ctx, a, k, r)
		}
	}
}

// act does random kinds after random pauses. The core's last third of the time
// is one life, in which growth would be seen.
func (s *soak) act(ctx context.Context, a actor, r *rand.Rand) {
	for {
		pause := a.pause/10 + time.Duration(r.Int64N(int64(a.pause)*9/10))
		k := a.kinds[r.IntN(len(a.kinds))]
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		if a.alone && time.Since(s.began) > s.o.length*2/3 {
			return
		}
		s.one(ctx, a, k, r)
	}
}

// one does one disturbance.
func (s *soak) one(ctx context.Context, a actor, k kind, r *rand.Rand) {
	if k.impossible != "" {
		return
	}
	if a.alone {
		s.chaos.Lock()
		defer s.chaos.Unlock()
		if ctx.Err() != nil {
			return
		}
		if err := s.finish(ctx); err != nil && ctx.Err() == nil {
			s.violation("before %s: %v", k.name, err)
		}
	} else {
		s.chaos.RLock()
		defer s.chaos.RUnlock()
	}
	if ctx.Err() != nil {
		return
	}
	end := s.begin(k.name, "")
	// It is done to its end, also when the time is over.
	err := k.do(context.WithoutCancel(ctx), r)
	end()
	if err != nil {
		s.violation("%s: %v", k.name, err)
	}
}

// some returns a random time; the shortest in a hurry.
func (s *soak) some(r *rand.Rand, shortest, longest time.Duration) time.Duration {
	d := shortest + time.Duration(r.Int64N(int64(longest-shortest)+1))
	if s.o.hurry {
		return shortest
	}
	return d
}
