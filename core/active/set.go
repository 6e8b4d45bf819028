package active

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrRetired says that the set takes nobody any more: another one has taken its
// place.
var ErrRetired = errors.New("the instances of an earlier configuration are served no more")

// Options say what a [Set] holds.
type Options[K comparable, T any] struct {
	// Build makes what is kept for an instance. It may take its time, and is
	// called for several instances at once, but never twice at the same time
	// for one. An error is the answer to all that wait; the next who asks has
	// it called again.
	Build func(key K) (T, error)
	// Begin is told of an instance that has been built before anybody gets it,
	// and End of one that is let go. They are called one after the other, and
	// must not call the set. An error of Begin is as one of Build.
	Begin func(key K, value T) error
	End   func(key K, value T)
	// Count and Bytes are how many instances are kept and how large they may be
	// together; at least one is kept. Those in use count, and may exceed both.
	Count, Bytes int
}

// Set holds instances by their keys. Its methods may be called from many
// goroutines.
type Set[K comparable, T any] struct {
	options Options[K, T]

	mu      sync.Mutex
	entries map[K]*entry[K, T]
	idle    list.List // of *entry: those that nobody uses; first is who was used longest ago
	bytes   int
	retired bool
}

// entry is one instance.
type entry[K comparable, T any] struct {
	key   K
	value T
	err   error         // why there is no value; read after built
	built chan struct{} // closed when value or err is there
	users int           // and those that wait
	bytes int
	place *list.Element // in idle; nil while there are users
}

// New returns an empty set.
func New[K comparable, T any](o Options[K, T]) *Set[K, T] {
	return &Set[K, T]{options: o, entries: map[K]*entry[K, T]{}}
}

// Acquire returns an instance, which is built when it is not there. It is not
// let go before release has been called. The errors are those of Build and
// Begin, that of ctx, and [ErrRetired].
func (s *Set[K, T]) Acquire(ctx context.Context, key K) (value T, release func(), err error) {
	s.mu.Lock()
	if s.retired {
		s.mu.Unlock()
		return value, nil, ErrRetired
	}
	e, ok := s.entries[key]
	if !ok {
		e = &entry[K, T]{key: key, built: make(chan struct{})}
		s.entries[key] = e
	}
	s.use(e)
	s.mu.Unlock()
	if !ok {
		s.build(e)
	}
	select {
	case <-e.built:
		err = e.err
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		s.release(e)
		return value, nil, err
	}
	return e.value, func() { s.release(e) }, nil
}

// build makes the value of an entry that is new.
func (s *Set[K, T]) build(e *entry[K, T]) {
	value, err := s.safely(e.key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && s.retired {
		err = ErrRetired
	}
	if err == nil {
		err = s.options.Begin(e.key, value)
	}
	if err != nil {
		e.err = err
		delete(s.entries, e.key) // who comes now begins anew
	} else {
		e.value = value
	}
	close(e.built)
}

// safely calls Build. A panic there must not leave others waiting for ever.
func (s *Set[K, T]) safely(key K) (value T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic while an instance was built: %v", p)
		}
	}()
	return s.options.Build(key)
}

// Put adds an instance that is built already, as nobody's. It is false when
// there is one of this key, or the set is retired or full.
func (s *Set[K, T]) Put(key K, value T, bytes int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.retired || s.entries[key] != nil || len(s.entries) >= s.options.Count || s.bytes+bytes > s.options.Bytes {
		return false
	}
	if s.options.Begin(key, value) != nil {
		return false
	}
	e := &entry[K, T]{key: key, value: value, built: make(chan struct{}), bytes: bytes}
	close(e.built)
	s.entries[key] = e
	s.bytes += bytes
	e.place = s.idle.PushBack(e)
	return true
}

// Resize says how many bytes of memory an instance takes. Others may be let go
// to make room.
func (s *Set[K, T]) Resize(key K, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entries[key]; e != nil {
		s.bytes += bytes - e.bytes
		e.bytes = bytes
		s.makeRoom()
	}
}

// Len returns how many instances are kept, and their bytes.
func (s *Set[K, T]) Len() (count, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.entries), s.bytes
}

// Each calls f for all that is kept, those that nobody has used longest first,
// but not for what is just being built. f must not call the set.
func (s *Set[K, T]) Each(f func(key K, value T)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.each(f)
}

func (s *Set[K, T]) each(f func(key K, value T)) {
	for place := s.idle.Front(); place != nil; place = place.Next() {
		e := place.Value.(*entry[K, T])
		f(e.key, e.value)
	}
	for _, e := range s.entries {
		select {
		case <-e.built:
			if e.place == nil && e.err == nil {
				f(e.key, e.value)
			}
		default:
		}
	}
}

// Retire has the set take nobody any more, and calls f for all that is kept.
// Those who have an instance may go on with it; End is not called any more.
func (s *Set[K, T]) Retire(f func(key K, value T)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.each(f)
	s.retired = true
}

// use counts one more user. The lock is held.
func (s *Set[K, T]) use(e *entry[K, T]) {
	if e.users++; e.place != nil {
		s.idle.Remove(e.place)
		e.place = nil
	}
}

func (s *Set[K, T]) release(e *entry[K, T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.users--; e.users > 0 || s.entries[e.key] != e {
		return
	}
	e.place = s.idle.PushBack(e)
	s.makeRoom()
}

// makeRoom lets those go that nobody has used longest while there are too many.
// The lock is held.
func (s *Set[K, T]) makeRoom() {
	for (len(s.entries) > s.options.Count || s.bytes > s.options.Bytes) && len(s.entries) > 1 && s.idle.Len() > 0 && !s.retired {
		e := s.idle.Remove(s.idle.Front()).(*entry[K, T])
		delete(s.entries, e.key)
		s.bytes -= e.bytes
		s.options.End(e.key, e.value)
	}
}
