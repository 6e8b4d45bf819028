package iam

import (
	"slices"
	"time"
)

// plan is what a worker goes by.
type plan struct {
	session   *session
	ways      []way
	news      int
	hurried   int
	epoch     int
	forgotten bool
}

// plan returns what can be done for a grant, the best way first.
func (s *state) plan(g *grantState) plan {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := plan{session: g.session, news: g.news, hurried: g.hurried, epoch: g.epoch, forgotten: g.forgotten}
	if g.forgotten {
		return p
	}
	for _, src := range g.sources {
		p.ways = append(p.ways, src.ways(s, g)...)
	}
	return p
}

// expect remembers when a worker will act next.
func (s *state) expect(g *grantState, next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.next = next
}

// succeed publishes a new session, unless what was asked for is not wanted any
// more.
func (s *state) succeed(g *grantState, epoch int, by way, got *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.epoch != epoch || g.forgotten {
		return
	}
	if by.set != nil {
		g.tried = max(g.tried, by.set.id)
		before := g.works
		g.works = by.set
		if by.set == s.current {
			g.refused = nil
		}
		s.dismiss(before)
	}
	delete(g.passedOver, by.by.name())
	s.name(g, got)
	s.log.Info("new credentials", "role", g.name, "instance", g.instance, "account", got.account, "access_key_id", got.keys.accessKeyID,
		"issued", stamp(got.issued), "expires", stamp(got.expires), "renewal", stamp(got.renew), "source", by.signs(), "signed_by", got.signedBy)
	g.session, g.lapsed, g.failure, g.attempts, g.counts = got, nil, nil, 0, true
	s.told(g)
}

// name tells whose credentials are served, when that is news.
func (s *state) name(g *grantState, got *session) {
	arn := got.arn
	if arn == "" {
		arn = g.last().roleARN
	}
	if g.owner == got.account && g.identity == arn {
		return
	}
	s.log.Info("credentials belong to account "+got.account, "role", g.name, "instance", g.instance,
		"account", got.account, "arn", arn, "previous_account", g.owner, "previous_arn", g.identity)
	g.owner, g.identity = got.account, arn
}

// pass remembers that a way does not work and the next one is tried, unless
// all was dropped meanwhile.
func (s *state) pass(g *grantState, epoch int, by way, f *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case g.epoch != epoch:
	case by.set != nil:
		g.tried = max(g.tried, by.set.id)
		if by.set == s.current {
			g.refused = f
		}
	case by.own:
		g.lapsed = nil
	default:
		g.passedOver[by.by.name()] = f
	}
}

// skipped drops what is known of sources that were not asked this time, since
// one before them works.
func (s *state) skipped(g *grantState, asked []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range g.passedOver {
		if !slices.Contains(asked, name) {
			delete(g.passedOver, name)
		}
	}
}

// fail tells that a cycle has brought nothing. What is served stays.
func (s *state) fail(g *grantState, epoch int, f *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.epoch != epoch {
		return
	}
	g.attempts++
	known := g.failure.same(f)
	f.since = s.wholeSecond()
	if known {
		f.since = g.failure.since
	}
	g.failure = f
	if known {
		if s.host != nil {
			s.host.Degraded(s.degraded())
		}
		return
	}
	if !g.session.valid(s.now()) {
		g.setTrouble(f, s.wholeSecond())
	}
	s.told(g)
}

// setTrouble makes the failure document for a grant without credentials.
func (g *grantState) setTrouble(f *failure, since time.Time) {
	g.trouble = trouble{codeInternal, failingMessage(g.grant, f), since}
	if f.denied() {
		g.trouble.code, g.trouble.message = codeDenied, deniedMessage(g.grant)
	}
}

// expire drops a session whose time is over. That is by a clock that may have
// been put forward by mistake, so it may sign once more: STS knows.
func (s *state) expire(g *grantState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.session == nil || g.session.valid(s.now()) {
		return
	}
	s.log.Error("credentials have expired; the failure document is served", "role", g.name, "instance", g.instance,
		"access_key_id", g.session.keys.accessKeyID, "expired", stamp(g.session.expires))
	g.trouble, g.session, g.lapsed = g.afterSession(), nil, g.session
	s.told(g)
}
