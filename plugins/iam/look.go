package iam

import (
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// look is all grants at one moment. What is served of several of them is made
// from one look, so that it agrees.
type look struct {
	grants  map[string]view  // by key
	keys    map[*role]string // of the grants that an instance uses
	changed time.Time        // see state.changed
	behind  time.Duration    // how far this machine's clock is behind that of STS
}

// of is the instance's own grant of a role.
func (l look) of(r *role) view { return l.grants[l.keys[r]] }

// local is a time of STS by this machine's clock.
func (l look) local(t time.Time) time.Time { return t.Add(-l.behind) }

// view is one grant at that moment.
type view struct {
	*grant
	session *session       // nil: none that is valid
	trouble trouble        // why there is none, or what follows the session
	ends    time.Time      // when the session's document is over, by this machine's clock
	stated  *time.Duration // see stsSettings.expiresIn
}

// look returns what there is to be served now; keys are what the instance uses.
func (s *state) look(keys map[*role]string) look {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	behind := now.Sub(s.clock.local(now))
	if behind.Abs() < time.Second { // times of STS have whole seconds
		behind = 0
	}
	l := look{keys: keys, grants: make(map[string]view, len(s.grants)), changed: s.changed, behind: behind}
	for _, key := range keys {
		g := s.grants[key]
		if g == nil {
			continue // let go meanwhile
		}
		v := view{grant: g.grant, trouble: g.trouble, stated: s.settings.sts.expiresIn}
		if g.session != nil {
			v.trouble = g.afterSession()
		}
		g.shown = g.session
		if g.session.valid(now) {
			v.session, v.ends = g.session, l.local(g.session.expires)
		}
		l.grants[key] = v
	}
	return l
}

// expiration is what the document says of its end. It is another time than the
// true one only where that is rehearsed with the simulated STS.
func (v view) expiration() string {
	if v.stated != nil {
		return stamp(v.session.issued.Add(*v.stated))
	}
	return stamp(v.session.expires)
}

// document is what the role's path serves, shown since an API version.
func (v view) document(since string) sdk.Leaf {
	leaf := v.trouble.document()
	if v.session != nil {
		leaf = v.credentials()
	}
	leaf.Since = since
	return leaf
}

// updated is when the document last changed.
func (v view) updated() time.Time {
	if v.session != nil {
		return v.session.issued
	}
	return v.trouble.since
}
