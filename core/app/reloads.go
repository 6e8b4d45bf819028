package app

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/mockmd/mockmd/core/admin"
)

// reloads takes in who wants a reload, and remembers how the last one ended.
// Reloads are carried out one after the other; all that are asked for while
// one is under way become one more.
type reloads struct {
	asked chan struct{} // holds one token while somebody waits

	mu      sync.Mutex
	waiting []chan *admin.Reload
	ended   bool
	why     string    // the last one failed; empty when it did not
	when    time.Time // it failed
}

func newReloads() *reloads { return &reloads{asked: make(chan struct{}, 1)} }

// ask has the configuration taken in anew and returns what became of it; nil
// when the service stops or ctx ends before.
func (r *reloads) ask(ctx context.Context) *admin.Reload {
	told := make(chan *admin.Reload, 1)
	r.mu.Lock()
	if r.ended {
		r.mu.Unlock()
		return nil
	}
	r.waiting = append(r.waiting, told)
	r.mu.Unlock()
	select {
	case r.asked <- struct{}{}:
	default:
	}
	select {
	case result := <-told:
		return result
	case <-ctx.Done():
		return nil
	}
}

// serve has reload carry out what is asked for, and what hangups ask for, until
// ctx ends; announce is told what became of each. Who still waits then, and who
// comes later, is told that there is none.
func (r *reloads) serve(ctx context.Context, hangups <-chan os.Signal, reload func(context.Context) *admin.Reload, announce func(*admin.Reload)) {
	for {
		select {
		case <-ctx.Done():
		case <-r.asked:
		case <-hangups:
		}
		if ctx.Err() != nil { // whatever was asked for in the same moment
			r.mu.Lock()
			r.ended = true
			r.mu.Unlock()
			r.tell(nil, r.take())
			return
		}
		waiting := r.take()
		result := reload(ctx)
		if ctx.Err() != nil {
			result = nil
		} else {
			r.mu.Lock()
			r.why, r.when = result.Error, time.Time{}
			if result.Error != "" {
				r.when = time.Now()
			}
			r.mu.Unlock()
			announce(result)
		}
		r.tell(result, waiting)
	}
}

// take returns who waits now, and forgets them.
func (r *reloads) take() []chan *admin.Reload {
	r.mu.Lock()
	defer r.mu.Unlock()
	waiting := r.waiting
	r.waiting = nil
	return waiting
}

func (r *reloads) tell(result *admin.Reload, waiting []chan *admin.Reload) {
	for _, w := range waiting {
		w <- result
	}
}

// last says why the last reload failed, and when; empty when it did not.
func (r *reloads) last() (why string, when time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.why, r.when
}
