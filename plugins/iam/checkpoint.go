package iam

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
	"github.com/mockmd/mockmd/sdk"
)

const checkpointVersion = 1

// The checkpoint, as JSON. It is the one place besides the credential document
// where secrets are written; the core keeps it in memory only.
type (
	savedState struct {
		Version    int                  `json:"version"`
		Place      string               `json:"place"` // see stsSettings.place
		Bootstraps []savedBootstrap     `json:"bootstraps,omitempty"`
		Current    int                  `json:"current,omitempty"` // id of the current one
		LastID     int                  `json:"last_id,omitempty"`
		Roles      map[string]savedRole `json:"roles,omitempty"`
		SimKey     string               `json:"sim_key,omitempty"` // base64
		SimPort    uint16               `json:"sim_port,omitempty"`
		Changed    time.Time            `json:"changed,omitzero"`
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
	savedRole struct {
		ARN         string        `json:"arn"`
		SessionName string        `json:"session_name"`
		ExternalID  string        `json:"external_id,omitempty"`
		Works       int           `json:"works,omitempty"`
		Account     string        `json:"account,omitempty"`
		Session     *savedSession `json:"session,omitempty"`
	}
	savedSession struct {
		Keys    savedKeys `json:"keys"`
		ARN     string    `json:"arn,omitempty"`
		Issued  time.Time `json:"issued"`
		Expires time.Time `json:"expires"`
		Renew   time.Time `json:"renew"`
	}
)

func (k keys) save() savedKeys {
	return savedKeys{ID: k.accessKeyID, Secret: k.secret.reveal(), Token: k.token.reveal()}
}

func (k savedKeys) keys() keys {
	return keys{accessKeyID: k.ID, secret: newSecret(k.Secret), token: newSecret(k.Token)}
}

// checkpoint writes everything that a crash must not lose. When that is too
// much, which takes dozens of roles, the sessions are left out: the bootstrap
// set brings them back.
func (s *state) checkpoint() ([]byte, error) {
	out := savedState{
		Version: checkpointVersion, Place: s.settings.sts.place(), LastID: s.lastID,
		Roles: map[string]savedRole{}, SimPort: s.sim.port, Changed: s.changed,
	}
	if !s.sim.key.empty() {
		out.SimKey = base64.StdEncoding.EncodeToString([]byte(s.sim.key.reveal()))
	}
	if s.current != nil {
		out.Current = s.current.id
	}
	for _, b := range s.bootstraps() {
		out.Bootstraps = append(out.Bootstraps, savedBootstrap{ID: b.id, Keys: b.keys.save(), Posted: b.posted, Simulated: b.simulated})
	}
	for name, r := range s.roles {
		saved := savedRole{ARN: r.arn, SessionName: r.sessionName, ExternalID: r.externalID, Account: r.account}
		if r.works != nil {
			saved.Works = r.works.id
		}
		if v := r.session; v != nil {
			saved.Session = &savedSession{Keys: v.keys.save(), ARN: v.arn, Issued: v.issued, Expires: v.expires, Renew: v.renew}
		}
		out.Roles[name] = saved
	}
	data, err := json.Marshal(out)
	if err != nil || len(data) <= sdk.MaxCheckpoint {
		return data, err
	}
	s.log.Warn("too many roles for one checkpoint: after a crash of this process every role is assumed anew", "bytes", len(data))
	for name, r := range out.Roles {
		r.Session = nil
		out.Roles[name] = r
	}
	return json.Marshal(out)
}

// restore reads a checkpoint. What belongs to another configuration by now is
// left out.
func (s *state) restore(data []byte) error {
	var in savedState
	if err := json.Unmarshal(data, &in); err != nil {
		return errors.New("the checkpoint is not readable") // the cause might repeat what is in it
	}
	if in.Version != checkpointVersion {
		return fmt.Errorf("the checkpoint has version %d, want %d", in.Version, checkpointVersion)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if place := s.settings.sts.place(); in.Place != place {
		s.log.Warn("the configuration names another STS now: earlier credentials are forgotten", "before", in.Place, "now", place)
		return nil
	}
	if key, err := base64.StdEncoding.DecodeString(in.SimKey); err == nil && len(key) == stssim.KeySize {
		s.sim = simState{key: newSecret(string(key)), port: in.SimPort}
	}
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
	for name, r := range s.roles {
		if saved, ok := in.Roles[name]; ok {
			s.restoreRole(r, saved, sets)
		}
	}
	return nil
}

func (s *state) restoreRole(r *roleState, saved savedRole, sets map[int]*bootstrap) {
	if saved.ARN != r.arn || saved.SessionName != r.sessionName || saved.ExternalID != r.externalID {
		s.log.Info("the role has changed in the configuration: its earlier credentials are forgotten", "role", r.name)
		return
	}
	r.account, r.works = saved.Account, sets[saved.Works]
	if saved.Works != 0 && r.works == nil {
		return // obtained with a set that the configuration has taken back
	}
	r.tried = saved.Works // a set that was refused is tried again
	v := saved.Session
	if v == nil {
		return
	}
	got, err := newSession(assumed{keys: v.Keys.keys(), expires: v.Expires, arn: v.ARN}, r.role, 0, s.now(), s.random())
	if err != nil {
		s.log.Info("earlier credentials are of no use", "role", r.name, "error", err)
		return
	}
	got.issued, got.renew = v.Issued.UTC(), v.Renew.UTC()
	r.session = got
	s.log.Info("credentials taken up from the checkpoint", "role", r.name,
		"access_key_id", got.keys.accessKeyID, "expires", stamp(got.expires), "account", got.account)
}
