package iam

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/sdk"
)

// keyring is told of bootstrap sets: the simulated STS, which would not know
// them otherwise.
type keyring interface {
	AddKey(accessKeyID, secretAccessKey, sessionToken, name string)
	RemoveKey(accessKeyID string)
}

// state is all that changes while the plugin runs. Workers, actions and trees
// share it; each change is checkpointed and published before the lock is given
// up, so a checkpoint is never older than a tree.
type state struct {
	settings *settings
	now      func() time.Time
	random   func() float64
	log      hclog.Logger

	mu      sync.Mutex
	host    sdk.Host // nil until Run
	keyring keyring  // nil with the real STS
	current *bootstrap
	lastID  int // of the newest bootstrap set ever
	roles   map[string]*roleState
	sim     simState
	changed time.Time // of the last change, in whole seconds; no two changes have the same
}

// roleState is what is known of one role.
type roleState struct {
	*role
	session *session   // nil: none
	tried   int        // id of the newest bootstrap set that was used for the role, whether it worked or was refused
	refused *failure   // why the current bootstrap set is refused for the role; nil: it is not
	works   *bootstrap // the set that worked last; nil: none yet
	failure *failure   // why the last cycle failed; nil: it did not
	account string     // that the credentials belonged to when last seen
	trouble trouble    // document while there is no session
	wake    chan struct{}
}

// simState is what the simulated STS keeps.
type simState struct {
	key  secret
	port uint16
}

func newState(s *settings, now func() time.Time, random func() float64, log hclog.Logger) *state {
	st := &state{settings: s, now: now, random: random, log: log, roles: map[string]*roleState{}}
	st.changed = st.wholeSecond()
	for _, r := range s.all() {
		message := waitingMessage(r)
		if s.sts.simulated && s.sts.autoBootstrap { // nobody has to post anything
			message = assumingMessage(r)
		}
		st.roles[r.name] = &roleState{
			role: r, wake: make(chan struct{}, 1),
			trouble: trouble{codeInternal, message, st.wholeSecond()},
		}
	}
	return st
}

func (s *state) wholeSecond() time.Time { return s.now().UTC().Truncate(time.Second) }

// open begins to tell host.
func (s *state) open(host sdk.Host) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.host = host
	s.told()
}

// afterSession is what follows the session when nothing better comes.
func (r *roleState) afterSession() trouble {
	if r.failure != nil && r.failure.denied() {
		return trouble{codeDenied, deniedMessage(r.role), r.session.expires}
	}
	return trouble{codeInternal, expiredMessage(r.role, r.session.expires), r.session.expires}
}

// validUntil is the earliest expiry, and zero while a role has no session.
func (s *state) validUntil() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	var until time.Time
	for _, r := range s.roles {
		if !r.session.valid(s.now()) {
			return time.Time{}
		}
		if until.IsZero() || r.session.expires.Before(until) {
			until = r.session.expires
		}
	}
	return until
}

// setBootstrap takes a new bootstrap set and wakes the workers. A set that
// works for a role stays its fallback until another one has worked.
func (s *state) setBootstrap(k keys, simulated bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.current
	s.lastID++
	s.current = &bootstrap{id: s.lastID, keys: k, posted: s.now(), simulated: simulated}
	s.addToKeyring(s.current)
	for _, r := range s.roles {
		r.refused = nil
		if r.session == nil && r.failure == nil {
			r.trouble = trouble{codeInternal, assumingMessage(r.role), s.wholeSecond()}
		}
	}
	s.forget(before)
	s.told()
	for _, r := range s.roles {
		select {
		case r.wake <- struct{}{}:
		default:
		}
	}
}

// forget drops a bootstrap set from the keyring when nothing refers to it.
func (s *state) forget(b *bootstrap) {
	if b == nil || b.simulated || s.keyring == nil {
		return
	}
	for _, kept := range s.bootstraps() {
		if kept.keys.accessKeyID == b.keys.accessKeyID {
			return
		}
	}
	s.keyring.RemoveKey(b.keys.accessKeyID)
}

// bootstraps returns the sets that are in use, the current one first.
func (s *state) bootstraps() []*bootstrap {
	var out []*bootstrap
	seen := map[int]bool{}
	add := func(b *bootstrap) {
		if b != nil && !seen[b.id] {
			seen[b.id] = true
			out = append(out, b)
		}
	}
	add(s.current)
	for _, r := range s.settings.all() {
		add(s.roles[r.name].works)
	}
	return out
}

// told hands the checkpoint, the news of a changed tree and the state of the
// roles to the core. The lock is held.
func (s *state) told() {
	now := s.wholeSecond()
	if !now.After(s.changed) && now.After(s.changed.Add(-clockTolerance)) {
		now = s.changed.Add(time.Second)
	}
	s.changed = now
	if s.host == nil {
		return
	}
	data, err := s.checkpoint()
	if err == nil {
		err = s.host.Checkpoint(data)
	}
	if err != nil {
		s.log.Error("checkpoint not kept: a crash of this process would need a new bootstrap", "error", err)
	}
	s.host.Changed()
	s.host.Degraded(s.degraded())
}

// degraded is a sentence on each role that is in trouble; empty when none is.
func (s *state) degraded() string {
	var parts []string
	for _, r := range s.settings.all() {
		switch st := s.roles[r.name]; {
		case st.failure != nil:
			parts = append(parts, fmt.Sprintf("role %s: %s", r.name, st.failure.summary()))
		case st.refused != nil:
			parts = append(parts, fmt.Sprintf("role %s: the new bootstrap credentials %s are refused, the earlier ones stay in use: %s",
				r.name, s.current.keys.accessKeyID, st.refused.summary()))
		}
	}
	return strings.Join(parts, "; ")
}
