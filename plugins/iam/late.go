package iam

import (
	"slices"
	"strings"
)

// lateGrant is one that was saved, and that nobody has asked for since: the
// instances of a for_each come when their first clients do.
type lateGrant struct {
	saved savedGrant
	works *bootstrap // the set that it was obtained with; nil: not known
	from  string     // what it was saved in
}

// keepLate keeps what was saved of grants that are not there yet, of roles that
// are assumed for each instance. The state is locked.
func (s *state) keepLate(in *savedState, sets map[int]*bootstrap, from string) {
	varies := map[string]bool{}
	for _, r := range append(slices.Clone(s.settings.roles), s.settings.identity) {
		if r != nil && r.varies() {
			varies[r.name] = true
		}
	}
	s.late = map[string]lateGrant{}
	for key, saved := range in.Grants {
		if name, _, _ := strings.Cut(key, "#"); varies[name] && !s.dropped[name] && s.grants[key] == nil {
			s.late[key] = lateGrant{saved, sets[saved.Works], from}
		}
	}
}

// arrive takes up what was saved of a grant that is new. The state is locked.
func (s *state) arrive(g *grantState) {
	l, ok := s.late[g.key]
	if !ok {
		return
	}
	delete(s.late, g.key)
	s.adoptGrant(g, l.saved, l.works, l.from)
}

// dropLate forgets saved sessions that are over. The state is locked.
func (s *state) dropLate() {
	now := s.now()
	for key, l := range s.late {
		if l.saved.Session == nil || !l.saved.Session.Expires.After(now) {
			delete(s.late, key)
			s.dismiss(l.works)
		}
	}
}
