package iam

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/sdk"
)

// keyring is told of credentials that sign: the simulated STS, which would not
// know them otherwise.
type keyring interface {
	AddKey(accessKeyID, secretAccessKey, sessionToken, name string)
	RemoveKey(accessKeyID string)
}

// state is all that changes while the plugin runs. Workers, actions and trees
// share it; each change is checkpointed and published before the lock is given
// up, so a checkpoint is never older than a tree.
type state struct {
	settings *settings
	clock    *clock
	random   func() float64
	log      hclog.Logger

	mu       sync.Mutex
	host     sdk.Host // nil until Run
	keeper   *keeper  // of the state file; nil without one
	keyring  keyring  // nil with the real STS
	current  *bootstrap
	lastID   int // of the newest bootstrap set ever
	grants   map[string]*grantState
	late     map[string]lateGrant // by key: saved, and nobody has asked for them yet
	dropped  map[string]bool      // names of roles that an operator has dropped; who comes has nothing of them either
	labels   map[string][]string  // keys of the grants that an instance uses, by its label
	rendered map[string]rendered  // by label
	hire     func(*grantState)    // starts a worker; nil until Run
	known    map[string]string    // access key ids that the keyring has of other sources, by source
	crowded  bool                 // it has been told that not all sessions fit a checkpoint
	auto     *keys                // the pair of the simulated STS; nil without one
	sim      simState
	changed  time.Time // of the last change, in whole seconds; no two changes have the same
}

// simState is what the simulated STS keeps.
type simState struct {
	key  secret
	port uint16
}

func newState(s *settings, c *clock, random func() float64, log hclog.Logger) *state {
	st := &state{
		settings: s, clock: c, random: random, log: log,
		grants: map[string]*grantState{}, dropped: map[string]bool{}, labels: map[string][]string{}, rendered: map[string]rendered{}, known: map[string]string{},
	}
	st.changed = st.wholeSecond()
	return st
}

// now is the time at STS.
func (s *state) now() time.Time { return s.clock.now() }

func (s *state) wholeSecond() time.Time { return s.now().Truncate(time.Second) }

// open begins to tell host.
func (s *state) open(host sdk.Host) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.host = host
	s.told()
}

// validUntil is the earliest expiry, by this machine's clock, and zero while a
// grant that counts has no session. Of what instances use, what the trees have
// counts: the core may act on this before the next ones come.
func (s *state) validUntil() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	var until time.Time
	now := s.now()
	used := map[string]bool{}
	for _, keys := range s.labels {
		for _, key := range keys {
			used[key] = true
		}
	}
	for key, g := range s.grants {
		v := g.session
		if used[key] {
			v = g.shown
		}
		switch {
		case !g.counts:
			continue
		case !v.valid(now):
			return time.Time{}
		case until.IsZero() || v.expires.Before(until):
			until = v.expires
		}
	}
	if until.IsZero() {
		return until
	}
	return s.clock.local(until)
}

// setBootstrap takes a new bootstrap set and wakes the workers. A set that
// works for a grant stays its fallback until another one has worked.
func (s *state) setBootstrap(k keys, simulated bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.current
	s.lastID++
	s.current = &bootstrap{id: s.lastID, keys: k, posted: s.now(), simulated: simulated}
	s.addToKeyring(s.current)
	for _, r := range s.settings.all() {
		if r.has(kindBootstrap) {
			delete(s.dropped, r.name)
		}
	}
	for _, g := range s.grants {
		if g.has(kindBootstrap) {
			g.refused = nil
			g.stir(s, true)
		}
	}
	s.dismiss(before)
	s.told()
}

// stir has the worker of a grant try again: in a hurry at once, as something
// has been mended, else no sooner than the pace of calls allows. The state is
// locked.
func (g *grantState) stir(s *state, hurry bool) {
	g.news++
	if hurry {
		g.hurried = g.news
	}
	g.forgotten = false
	delete(s.dropped, g.name)
	if g.session == nil && g.failure == nil {
		g.trouble = trouble{codeInternal, assumingMessage(g.grant), s.wholeSecond()}
	}
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// dismiss drops a bootstrap set from the keyring when nothing refers to it.
func (s *state) dismiss(b *bootstrap) {
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
	add := func(b *bootstrap) {
		if b != nil && !slices.ContainsFunc(out, func(o *bootstrap) bool { return o.id == b.id }) {
			out = append(out, b)
		}
	}
	add(s.current)
	for _, g := range s.sorted() {
		add(g.works)
	}
	for _, key := range slices.Sorted(maps.Keys(s.late)) {
		add(s.late[key].works)
	}
	return out
}

// know tells the simulated STS what a source signs with.
func (s *state) know(k keys, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keyring == nil {
		return
	}
	if before := s.known[name]; before != "" && before != k.accessKeyID {
		s.keyring.RemoveKey(before)
	}
	s.known[name] = k.accessKeyID
	s.keyring.AddKey(k.accessKeyID, k.secret.reveal(), k.token.reveal(), name)
}

// sorted returns the grants in the order of their keys, and so those of one
// role together.
func (s *state) sorted() []*grantState {
	out := make([]*grantState, 0, len(s.grants))
	for _, key := range slices.Sorted(maps.Keys(s.grants)) {
		out = append(out, s.grants[key])
	}
	return out
}

// told hands the checkpoint, the news of changed trees and the state of the
// grants to the core: the trees of those who use the grants that are given, or
// all. The lock is held.
func (s *state) told(changed ...*grantState) {
	now := s.wholeSecond()
	if !now.After(s.changed) && now.After(s.changed.Add(-clockTolerance)) {
		now = s.changed.Add(time.Second)
	}
	s.changed = now
	s.dropLate()
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
	s.keeper.put(s.resumable())
	s.host.Changed(s.usersOf(changed)...)
	s.host.Degraded(s.degraded())
}

// usersOf are the instances that use any of the grants. None means all of them:
// what nobody uses counts for the status, which goes with the trees.
func (s *state) usersOf(changed []*grantState) (labels []string) {
	for label, keys := range s.labels {
		if slices.ContainsFunc(changed, func(g *grantState) bool { return slices.Contains(keys, g.key) }) {
			labels = append(labels, label)
		}
	}
	return labels
}

// maxTrouble is how many troubles are told at once.
const maxTrouble = 8

// degraded is a sentence on each grant that is in trouble, and on the state
// file; empty when all is well.
func (s *state) degraded() string {
	var parts []string
	more := 0
	for _, g := range s.sorted() {
		switch {
		case g.failure == nil && g.refused == nil && len(g.passedOver) == 0:
		case len(parts) >= maxTrouble:
			more++
		default:
			parts = append(parts, s.troubles(g)...)
		}
	}
	if more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	if trouble := s.keeper.trouble(); trouble != "" {
		parts = append(parts, trouble)
	}
	return strings.Join(parts, "; ")
}

// troubles are sentences on one grant.
func (s *state) troubles(g *grantState) []string {
	if g.failure != nil {
		return []string{fmt.Sprintf("role %s: %s", g.who(), g.failure.summary())}
	}
	var parts []string
	if g.refused != nil && s.current != nil {
		parts = append(parts, fmt.Sprintf("role %s: the new bootstrap credentials %s are refused, the earlier ones stay in use: %s",
			g.who(), s.current.keys.accessKeyID, g.refused.summary()))
	}
	for _, name := range slices.Sorted(maps.Keys(g.passedOver)) {
		parts = append(parts, fmt.Sprintf("role %s: the source %q is passed over: %s", g.who(), name, g.passedOver[name].summary()))
	}
	return parts
}
