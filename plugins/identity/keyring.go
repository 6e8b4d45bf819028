package identity

import (
	"context"
	"fmt"
	"sync"
)

// keyring holds the key pairs, as soon as they are there. A pair is set once
// and never changes.
type keyring struct {
	slots map[string]*slot // by kind, complete from the start
}

type slot struct {
	once  sync.Once
	ready chan struct{} // closed when pair is there
	pair  *pair
}

func newKeyring() *keyring {
	r := &keyring{slots: map[string]*slot{}}
	for _, k := range kinds() {
		r.slots[k.name] = &slot{ready: make(chan struct{})}
	}
	return r
}

// set puts a pair in its place; only the first of a kind counts.
func (r *keyring) set(k kind, p *pair) {
	s := r.slots[k.name]
	s.once.Do(func() {
		s.pair = p
		close(s.ready)
	})
}

// get returns a pair, nil while it is not there.
func (r *keyring) get(k kind) *pair {
	s := r.slots[k.name]
	select {
	case <-s.ready:
		return s.pair
	default:
		return nil
	}
}

// wait returns a pair once it is there.
func (r *keyring) wait(ctx context.Context, k kind) (*pair, error) {
	s := r.slots[k.name]
	select {
	case <-s.ready:
		return s.pair, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("the key pair of %s is still being made: %w", k.name, context.Cause(ctx))
	}
}
