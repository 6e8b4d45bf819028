package iam

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
	"github.com/mockmd/mockmd/sdk"
)

// savedVersion is that of checkpoints and state files. Neither is read by
// another version.
const savedVersion = 2

// What is saved, as JSON: all of it in the checkpoint, and the sessions alone
// in the state file. These are the two places besides the credential document
// where secrets are written; the core keeps the checkpoint in memory only.
type (
	savedState struct {
		Version    int                   `json:"version"`
		Place      string                `json:"place"` // see stsSettings.place
		Bootstraps []savedBootstrap      `json:"bootstraps,omitempty"`
		Current    int                   `json:"current,omitempty"` // id of the current one
		LastID     int                   `json:"last_id,omitempty"`
		Grants     map[string]savedGrant `json:"grants,omitempty"`  // by key
		Dropped    []string              `json:"dropped,omitempty"` // names of roles
		SimKey     string                `json:"sim_key,omitempty"` // base64
		SimPort    uint16                `json:"sim_port,omitempty"`
		Changed    time.Time             `json:"changed,omitzero"`
		Clock      savedClock            `json:"clock,omitzero"`
	}
	savedKeys struct {
		ID     string `json:"id"`
		Secret string `json:"secret"`
		Token  string `json:"token,omitempty"`
	}
	savedBootstrap struct {
		ID        int       `json:"id"`
		Keys      savedKeys `json:"keys"`
		Posted    time.Time `json:"posted"`
		Simulated bool      `json:"simulated,omitempty"`
	}
	savedGrant struct {
		Terms     string        `json:"terms"` // see grant.terms
		Works     int           `json:"works,omitempty"`
		Forgotten bool          `json:"forgotten,omitempty"`
		Owner     string        `json:"owner,omitempty"`
		Identity  string        `json:"identity,omitempty"`
		Session   *savedSession `json:"session,omitempty"`
	}
	savedSession struct {
		Keys     savedKeys `json:"keys"`
		Source   string    `json:"source"`
		SignedBy string    `json:"signed_by,omitempty"`
		ARN      string    `json:"arn,omitempty"`
		Issued   time.Time `json:"issued"`
		Expires  time.Time `json:"expires"`
		Renew    time.Time `json:"renew"`
	}
)

func (k keys) save() savedKeys {
	return savedKeys{ID: k.accessKeyID, Secret: k.secret.reveal(), Token: k.token.reveal()}
}

func (k savedKeys) keys() keys {
	return keys{accessKeyID: k.ID, secret: newSecret(k.Secret), token: newSecret(k.Token)}
}

func (s *session) save() *savedSession {
	if s == nil {
		return nil
	}
	return &savedSession{
		Keys: s.keys.save(), Source: s.source, SignedBy: s.signedBy, ARN: s.arn, Issued: s.issued, Expires: s.expires, Renew: s.renew,
	}
}

func (g *grantState) save() savedGrant {
	saved := savedGrant{Terms: g.terms(), Forgotten: g.forgotten, Owner: g.owner, Identity: g.identity, Session: g.session.save()}
	if g.works != nil {
		saved.Works = g.works.id
	}
	return saved
}

// saved is what checkpoint and state file have in common.
func (s *state) saved() *savedState {
	out := &savedState{Version: savedVersion, Place: s.settings.sts.place(), Grants: map[string]savedGrant{}, Clock: s.clock.save()}
	if !s.sim.key.empty() {
		out.SimKey = base64.StdEncoding.EncodeToString([]byte(s.sim.key.reveal()))
	}
	return out
}

// checkpoint writes everything that a crash must not lose. When that is too
// much, which takes dozens of roles or instances, sessions are left out: the
// sources bring them back.
func (s *state) checkpoint() ([]byte, error) {
	out := s.saved()
	out.LastID, out.SimPort, out.Changed = s.lastID, s.sim.port, s.changed
	out.Dropped = slices.Sorted(maps.Keys(s.dropped))
	if s.current != nil {
		out.Current = s.current.id
	}
	for _, b := range s.bootstraps() {
		out.Bootstraps = append(out.Bootstraps, savedBootstrap{ID: b.id, Keys: b.keys.save(), Posted: b.posted, Simulated: b.simulated})
	}
	all, err := s.fill(out, sdk.MaxCheckpoint, func(*grantState) bool { return true })
	if err == nil && !all && !s.crowded {
		s.crowded = true
		s.log.Warn("too many roles or instances for one checkpoint: after a crash of this process some are assumed anew")
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// fill adds grants to what is saved until it has limit bytes, those that the
// configuration asks for first. Of those that are too many their sessions are
// left out, and what only some instance uses altogether. It is false when
// anything was left out.
func (s *state) fill(out *savedState, limit int, wanted func(*grantState) bool) (all bool, err error) {
	head, err := json.Marshal(out)
	if err != nil {
		return false, err
	}
	room := limit - len(head)
	sessions := map[bool][]*grantState{} // by whether the configuration asks for them
	for _, g := range s.grants {
		if !wanted(g) {
			continue
		}
		sessions[g.permanent] = append(sessions[g.permanent], g)
		if g.permanent {
			bare := g.save()
			bare.Session = nil
			size, err := sizeOf(g.key, bare)
			if err != nil {
				return false, err
			}
			room -= size
			out.Grants[g.key] = bare
		}
	}
	put := func(key string, saved savedGrant) (fits bool, err error) {
		size, err := sizeOf(key, saved)
		if room -= size; err != nil || room < 0 {
			return false, err
		}
		out.Grants[key] = saved
		return true, nil
	}
	for _, g := range slices.Concat(sessions[true], sessions[false]) {
		if fits, err := put(g.key, g.save()); err != nil || !fits {
			return false, err
		}
	}
	for key, l := range s.late {
		if fits, err := put(key, l.saved); err != nil || !fits {
			return false, err
		}
	}
	return true, nil
}

// sizeOf is what a grant takes of a saved state, and a little more.
func sizeOf(key string, saved savedGrant) (int, error) {
	data, err := json.Marshal(saved)
	return len(data) + len(key) + len(`"":,`), err
}

// restore reads a checkpoint. What belongs to another configuration by now is
// left out.
func (s *state) restore(data []byte) error {
	in, err := parseSaved(data)
	if err != nil {
		return fmt.Errorf("the checkpoint %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.adopt(in, "the checkpoint")
	return nil
}

// parseSaved reads what was saved. The error continues the name of the file,
// and repeats nothing of what is in it.
func parseSaved(data []byte) (*savedState, error) {
	in := &savedState{}
	if json.Unmarshal(data, in) != nil {
		return nil, errors.New("is not readable")
	}
	if in.Version != savedVersion {
		return nil, fmt.Errorf("has version %d, want %d", in.Version, savedVersion)
	}
	return in, nil
}

// adopt takes up what was saved. The state is locked.
func (s *state) adopt(in *savedState, from string) {
	if place := s.settings.sts.place(); in.Place != place {
		s.log.Warn("the configuration names another STS now: earlier credentials are forgotten", "before", in.Place, "now", place)
		return
	}
	if key, err := base64.StdEncoding.DecodeString(in.SimKey); err == nil && len(key) == stssim.KeySize {
		s.sim = simState{key: newSecret(string(key)), port: in.SimPort}
	}
	s.clock.restore(in.Clock)
	if !in.Changed.IsZero() {
		s.changed = in.Changed.UTC()
	}
	sets := map[int]*bootstrap{}
	for _, b := range in.Bootstraps {
		if b.Keys.ID == "" || b.Keys.Secret == "" || b.Simulated && !s.settings.sts.autoBootstrap {
			continue
		}
		sets[b.ID] = &bootstrap{id: b.ID, keys: b.Keys.keys(), posted: b.Posted, simulated: b.Simulated}
	}
	s.current, s.lastID = sets[in.Current], in.LastID
	for _, r := range s.settings.all() {
		if slices.Contains(in.Dropped, r.name) {
			s.dropped[r.name] = true
		}
	}
	s.keepLate(in, sets, from)
	for _, g := range s.grants {
		if saved, ok := in.Grants[g.key]; ok {
			s.adoptGrant(g, saved, sets[saved.Works], from)
		}
		if s.dropped[g.name] {
			g.drop(s)
		}
		if s.current != nil && g.tried < s.current.id && g.has(kindBootstrap) && !g.forgotten {
			g.stir(s, true) // it was given just before the crash
		}
	}
}

// adoptGrant takes up one grant; works is the set that it was obtained with.
func (s *state) adoptGrant(g *grantState, saved savedGrant, works *bootstrap, from string) {
	g.owner, g.identity, g.works = saved.Owner, saved.Identity, works
	if saved.Terms != g.terms() {
		s.log.Info("the role has changed in the configuration: its earlier credentials are forgotten", "role", g.name)
		return
	}
	if saved.Works != 0 && g.works == nil {
		return // obtained with a set that the configuration has taken back
	}
	g.tried = saved.Works // a set that was refused is tried again
	if saved.Forgotten {
		g.drop(s)
		return
	}
	v := saved.Session
	if v == nil {
		return
	}
	from = "credentials taken up from " + from
	src, known := g.source(v.Source)
	if !known {
		s.log.Info("earlier credentials are of a source that is not used any more", "role", g.name, "source", v.Source)
		return
	}
	got, err := newSession(assumed{keys: v.Keys.keys(), expires: v.Expires, arn: v.ARN, asIs: src.kind() == kindStatic}, g.account, 0, s.now(), s.random())
	if err != nil {
		s.log.Info("earlier credentials are of no use", "role", g.name, "error", err)
		return
	}
	got.source, got.signedBy, got.issued, got.renew = v.Source, v.SignedBy, v.Issued.UTC(), v.Renew.UTC()
	g.session, g.counts = got, true
	s.log.Info(from, "role", g.name, "instance", g.instance,
		"access_key_id", got.keys.accessKeyID, "expires", stamp(got.expires), "account", got.account)
}

// source returns the grant's source of a name.
func (r *role) source(name string) (source, bool) {
	for _, src := range r.sources {
		if src.name() == name {
			return src, true
		}
	}
	return nil, false
}
