package iam

import "time"

// source is credentials that can sign AssumeRole for a role.
type source struct {
	keys keys
	set  *bootstrap // nil: the role's own session
}

func (s source) String() string {
	if s.set == nil {
		return "session"
	}
	return "bootstrap"
}

// duration is how long a session to ask for: STS refuses more than an hour to
// a session.
func (s source) duration(r *role) time.Duration {
	if s.keys.temporary() {
		return min(r.duration, maxChained)
	}
	return r.duration
}

// outlook is what a worker plans with.
type outlook struct {
	session   *session
	bootstrap int  // id of the current set; 0: none
	untried   bool // the current set has not been used for the role
	sources   []source
}

// outlook returns what can be done for a role, the best source first: a
// bootstrap set that has not worked yet, then the role's own session, then the
// bootstrap set, then an older one that has worked. A set that was refused is
// thus tried again at each renewal: a key that was made a moment ago is not
// known to all of AWS yet.
func (s *state) outlook(name string) outlook {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.roles[name]
	o := outlook{session: r.session}
	var sets []source
	if s.current != nil {
		o.bootstrap = s.current.id
		o.untried = r.tried < s.current.id
		sets = append(sets, source{s.current.keys, s.current})
	}
	if r.works != nil && r.works != s.current {
		sets = append(sets, source{r.works.keys, r.works})
	}
	if !r.session.valid(s.now()) {
		o.sources = sets
		return o
	}
	own := source{keys: r.session.keys}
	if o.untried || r.refused != nil {
		o.sources = append(append(o.sources, sets[0], own), sets[1:]...)
	} else {
		o.sources = append([]source{own}, sets...)
	}
	return o
}

// succeed publishes a new session.
func (s *state) succeed(name string, by source, got *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.roles[name]
	if by.set != nil {
		r.tried = max(r.tried, by.set.id)
		before := r.works
		r.works = by.set
		if by.set == s.current {
			r.refused = nil
		}
		s.forget(before)
	}
	if r.account != got.account {
		s.log.Info("credentials belong to account "+got.account, "role", name, "account", got.account, "arn", got.arn, "previous_account", r.account)
		r.account = got.account
	}
	s.log.Info("new credentials", "role", name, "access_key_id", got.keys.accessKeyID, "expires", stamp(got.expires),
		"renewal", stamp(got.renew), "source", by.String(), "signed_by", by.keys.accessKeyID)
	r.session, r.failure = got, nil
	s.told()
}

// refuse remembers that a bootstrap set does not work for a role.
func (s *state) refuse(name string, b *bootstrap, f *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.roles[name]
	r.tried = max(r.tried, b.id)
	if b == s.current {
		r.refused = f
	}
}

// fail tells that a cycle has brought nothing. What is served stays.
func (s *state) fail(name string, f *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.roles[name]
	known := r.failure.same(f)
	r.failure = f
	if known {
		if s.host != nil {
			s.host.Degraded(s.degraded())
		}
		return
	}
	if !r.session.valid(s.now()) {
		r.setTrouble(f, s.wholeSecond())
	}
	s.told()
}

// setTrouble makes the failure document for a role without credentials.
func (r *roleState) setTrouble(f *failure, since time.Time) {
	r.trouble = trouble{codeInternal, failingMessage(r.role, f), since}
	if f.denied() {
		r.trouble.code, r.trouble.message = codeDenied, deniedMessage(r.role)
	}
}

// expire drops a session whose time is over.
func (s *state) expire(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.roles[name]
	if r.session == nil || r.session.valid(s.now()) {
		return
	}
	s.log.Error("credentials have expired; the failure document is served", "role", name,
		"access_key_id", r.session.keys.accessKeyID, "expired", stamp(r.session.expires))
	r.trouble, r.session = r.afterSession(), nil
	s.told()
}
