package iam

import (
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// look is all roles at one moment. What is served of several of them is made
// from one look, so that it agrees.
type look struct {
	roles   map[string]view // by name
	changed time.Time       // see state.changed
}

// view is one role at that moment.
type view struct {
	*role
	session *session // nil: none that is valid
	trouble trouble  // why there is none, or what follows the session
}

// look returns what there is to be served now.
func (s *state) look() look {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := look{roles: make(map[string]view, len(s.roles)), changed: s.changed}
	for name, r := range s.roles {
		v := view{role: r.role, trouble: r.trouble}
		if r.session != nil {
			v.trouble = r.afterSession()
		}
		if r.session.valid(s.now()) {
			v.session = r.session
		}
		l.roles[name] = v
	}
	return l
}

// document is what the role's path serves, shown since an API version.
func (v view) document(since string) sdk.Leaf {
	leaf := v.trouble.document()
	if v.session != nil {
		leaf = v.session.document(v.trouble)
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
