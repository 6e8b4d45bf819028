package main

import (
	"sync"
	"time"
)

// span is a body and when it may be served. Until is zero while it may.
type span struct {
	body        string
	from, until time.Time
}

// spans are the bodies of a path that changes.
type spans struct {
	mu   sync.Mutex
	list []span
}

// may allows one more body, from now on.
func (s *spans) may(body string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, span{body: body, from: now})
}

// only ends all bodies but one: none of the others may be served to who asks
// from now on.
func (s *spans) only(body string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.list[:0]
	for _, p := range s.list {
		if p.body != body && p.until.IsZero() {
			p.until = now
		}
		if p.until.IsZero() || now.Sub(p.until) < keptWindows {
			kept = append(kept, p)
		}
	}
	s.list = kept
}

// fits says whether a body may have been served to who asked at from and had
// the answer at until.
func (s *spans) fits(body string, from, until time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.list {
		if p.body == body && !p.from.After(until) && (p.until.IsZero() || !p.until.Before(from)) {
			return true
		}
	}
	return false
}
