package app

import (
	"errors"
	"sync"

	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// sink is where one plugin publishes: the router that is served and, while a
// reload is under way, the one that will be. What is published in between is
// then missing in neither.
type sink struct {
	mu   sync.Mutex
	to   []*router.Router // the newest last
	once bool             // all but the newest end with the next tree
}

var _ supervise.Sink = (*sink)(nil)

// Publish hands a tree to the routers. While a reload is under way only one of
// them may have the instance.
func (s *sink) Publish(plugin, instance string, nodes []*pluginv1.Node) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, r := range s.to {
		err := r.Publish(plugin, instance, nodes)
		if len(s.to) > 1 && errors.Is(err, router.ErrNoInstance) {
			continue
		}
		errs = append(errs, err)
	}
	if s.once {
		s.only(s.to[len(s.to)-1])
	}
	return errors.Join(errs...)
}

// begin publishes to one router.
func (s *sink) begin(r *router.Router) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.only(r)
}

// add publishes to a next router as well, beginning with what is published
// already.
func (s *sink) add(next *router.Router, plugin string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	newest := s.to[len(s.to)-1]
	s.only(newest)
	s.to = append(s.to, next)
	return next.Inherit(newest, plugin)
}

// back undoes add.
func (s *sink) back() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.only(s.to[0])
}

// settle publishes to the next router alone. Where nothing is published yet,
// requests that wait at the earlier one get the first tree too.
func (s *sink) settle(published bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !published {
		s.once = true
		return
	}
	s.only(s.to[len(s.to)-1])
}

// only forgets all routers but one. The lock is held.
func (s *sink) only(r *router.Router) { s.to, s.once = []*router.Router{r}, false }
