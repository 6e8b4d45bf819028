package main

import (
	"context"
	"sync"
)

// gate lets clients read, or holds all of them.
type gate struct {
	mu      sync.Mutex
	changed *sync.Cond
	shut    bool
	clients int
	waiting int
}

func (g *gate) init() { g.changed = sync.NewCond(&g.mu) }

// in runs a client, which asks mayRead before each read.
func (g *gate) in(client func()) {
	g.mu.Lock()
	g.clients++
	g.mu.Unlock()
	client()
	g.mu.Lock()
	g.clients--
	g.changed.Broadcast()
	g.mu.Unlock()
}

// wake has those that wait look at their contexts.
func (g *gate) wake() { g.changed.Broadcast() }

// hold waits until no client reads any more, and returns what lets them go on.
func (g *gate) hold() (release func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	for g.waiting < g.clients {
		g.changed.Wait()
	}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.shut = false
		g.changed.Broadcast()
	}
}

// mayRead waits while clients are held, after having the client give up its
// connections, and says whether it is to go on.
func (s *soak) mayRead(ctx context.Context, giveUp func()) bool {
	g := &s.readers
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut && ctx.Err() == nil {
		giveUp()
		g.waiting++
		g.changed.Broadcast()
		for g.shut && ctx.Err() == nil {
			g.changed.Wait()
		}
		g.waiting--
	}
	return ctx.Err() == nil
}
