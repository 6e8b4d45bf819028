package iam

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// grantState is what is known of one grant.
type grantState struct {
	*grant
	wake chan struct{}
	fire context.CancelFunc // ends its worker; nil without one

	permanent bool // the configuration alone asks for it
	counts    bool // for the status: it is permanent, or has had a session
	forgotten bool // an operator has dropped it: nothing is tried until something new comes

	session    *session            // nil: none
	lapsed     *session            // the last one, which seems to be over; nil: STS has said so too
	shown      *session            // what the last tree had of it
	tried      int                 // id of the newest bootstrap set that was used, whether it worked or was refused
	refused    *failure            // why the current bootstrap set is refused; nil: it is not
	works      *bootstrap          // the set that worked last; nil: none yet
	passedOver map[string]*failure // why sources before the one that works fail, by name
	failure    *failure            // why the last cycle failed; nil: it did not
	attempts   int                 // cycles in a row that failed
	next       time.Time           // when the next cycle begins; zero: nobody knows
	owner      string              // account that the credentials belonged to when last told
	identity   string              // ARN that was told last
	trouble    trouble             // document while there is no session
	news       int                 // counts what a worker should act on
	hurried    int                 // the last of it that cannot wait
	epoch      int                 // counts what makes an answer on its way worthless
	mfa        mfaCode
}

// afterSession is what follows the session when nothing better comes.
func (g *grantState) afterSession() trouble {
	if g.failure != nil && g.failure.denied() {
		return trouble{codeDenied, deniedMessage(g.grant), g.session.expires}
	}
	return trouble{codeInternal, expiredMessage(g.grant, g.session.expires), g.session.expires}
}

// add makes the state of a grant. The state is locked, or nobody knows it yet.
func (s *state) add(g *grant, permanent bool) {
	message := assumingMessage(g)
	if waits := s.waits(g.role); waits != "" {
		message = waitingMessage(g, waits)
	}
	st := &grantState{
		grant: g, permanent: permanent, counts: permanent, wake: make(chan struct{}, 1), passedOver: map[string]*failure{},
		trouble: trouble{codeInternal, message, s.wholeSecond()},
	}
	s.grants[g.key] = st
	s.arrive(st)
	if s.dropped[g.name] {
		st.drop(s)
	}
	if s.hire != nil {
		s.hire(st)
	}
}

// drop has a grant do nothing until something new comes. The state is locked.
func (g *grantState) drop(s *state) {
	g.forgotten, g.trouble = true, trouble{codeInternal, forgottenMessage(g.grant), s.wholeSecond()}
}

// waits says what has to be done before a role can be assumed; empty when
// nothing has.
func (s *state) waits(r *role) string {
	for _, src := range r.sources {
		if src.kind() != kindBootstrap || s.current != nil || s.settings.sts.simulated && s.settings.sts.autoBootstrap {
			return ""
		}
	}
	for _, src := range r.sources {
		return src.waits()
	}
	return ""
}

// prepare makes the grants that the configuration asks for: every role that is
// assumed alike for all, and what its instances use.
func (s *state) prepare(instances []*sdk.Instance) error {
	for _, r := range s.settings.roles {
		if r.varies() {
			continue
		}
		g, err := r.grant(nil)
		if err != nil {
			return err
		}
		s.add(g, true)
	}
	for _, in := range instances {
		for _, r := range s.settings.rolesOf(in) {
			g, err := r.grant(in)
			if err != nil {
				return err
			}
			if s.grants[g.key] == nil {
				s.add(g, true)
			}
		}
	}
	return nil
}

// use returns the grants of roles for an instance, by role, and makes those
// that are new.
func (s *state) use(roles []*role, in *sdk.Instance) (map[*role]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.rendered[in.Label]
	if have.in != in { // its facts have changed, or it is new
		have = rendered{in: in, grants: map[*role]*grant{}}
		for _, r := range roles {
			g, err := r.grant(in)
			if err != nil {
				return nil, err
			}
			have.grants[r] = g
		}
		s.rendered[in.Label] = have
	}
	keys := make(map[*role]string, len(roles))
	for _, r := range roles {
		g := have.grants[r]
		keys[r] = g.key
		if s.grants[g.key] == nil {
			s.add(g, false)
		}
	}
	s.settle(in.Label, slices.Collect(maps.Values(keys)))
	return keys, nil
}

// rendered are the grants of an instance as its facts have it.
type rendered struct {
	in     *sdk.Instance
	grants map[*role]*grant
}

// leave lets go what only this instance has used.
func (s *state) leave(label string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.rendered, label)
	s.settle(label, nil)
}

// settle remembers what an instance uses, and lets go what only it has used
// before. The state is locked.
func (s *state) settle(label string, keys []string) {
	before := s.labels[label]
	s.labels[label] = keys
	if keys == nil {
		delete(s.labels, label)
	}
	for _, key := range before {
		g := s.grants[key]
		if g == nil || g.permanent || s.inUse(key) {
			continue
		}
		delete(s.grants, key)
		if g.fire != nil {
			g.fire()
		}
		s.dismiss(g.works)
	}
}

func (s *state) inUse(key string) bool {
	for _, keys := range s.labels {
		if slices.Contains(keys, key) {
			return true
		}
	}
	return false
}
