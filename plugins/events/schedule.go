package events

import (
	"slices"
	"sync"
	"time"
)

// schedule holds all events and the start from which the delays of each count.
// Events may be added while the plugin runs.
type schedule struct {
	wake chan struct{} // holds one token when an event has been added

	mu      sync.Mutex
	events  []event
	started map[string]time.Time // by the event's key
}

func newSchedule() *schedule {
	return &schedule{wake: make(chan struct{}, 1), started: map[string]time.Time{}}
}

// add takes in an event. Its delay counts from the next look.
func (s *schedule) add(e event) {
	s.mu.Lock()
	s.events = append(s.events, e)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// look returns all events with their moments, in the order of these. The first
// look at an event is its start.
func (s *schedule) look(now time.Time) []occurrence {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]occurrence, len(s.events))
	for i, e := range s.events {
		start, ok := s.started[e.key()]
		if !ok {
			start = now
			s.started[e.key()] = now
		}
		all[i] = occurrence{event: e, at: e.begin.from(start)}
	}
	slices.SortStableFunc(all, func(a, b occurrence) int { return a.at.Compare(b.at) })
	last := map[kind]*occurrence{}
	for i := range all {
		o := &all[i]
		if o.kind == kindMaintenance {
			o.close()
			continue
		}
		if before := last[o.kind]; before != nil {
			before.until = o.at
		}
		last[o.kind] = o
	}
	return all
}

// occurrence is an event with its moments.
type occurrence struct {
	event
	at    time.Time // when it appears
	until time.Time // when it is over: in the history, or followed by another of its kind; zero: never
}

// close sets when a maintenance moves to the history, which is never before it
// has appeared.
func (o *occurrence) close() {
	if o.window.state == stateActive {
		return
	}
	o.until = o.window.history.from(o.at)
	if o.until.Before(o.at) {
		o.until = o.at
	}
}

// phase is where an event stands.
type phase string

const (
	phasePending phase = "pending" // it has not appeared
	phaseActive  phase = "active"
	phasePast    phase = "past" // it is over
)

func (o occurrence) phase(now time.Time) phase {
	switch {
	case now.Before(o.at):
		return phasePending
	case o.until.IsZero() || now.Before(o.until):
		return phaseActive
	}
	return phasePast
}

// progress counts the moments that have passed and returns the next one, zero
// when there is none.
func progress(all []occurrence, now time.Time) (passed int, next time.Time) {
	for _, o := range all {
		for _, t := range []time.Time{o.at, o.until} {
			switch {
			case t.IsZero():
			case !now.Before(t):
				passed++
			case next.IsZero() || t.Before(next):
				next = t
			}
		}
	}
	return passed, next
}
