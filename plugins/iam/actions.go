package iam

import (
	"context"

	"github.com/mockmd/mockmd/sdk"
)

// Actions returns what the admin listener offers: to look at the credentials
// and to act on them.
func (p *plugin) Actions() []sdk.Action {
	return []sdk.Action{
		{
			Name: "bootstrap/creds",
			Doc:  "Takes credentials to assume the roles with: {\"AccessKeyId\", \"SecretAccessKey\", \"Token\"}.",
			Do:   p.takeBootstrap,
		},
		{
			Name: "credentials", ReadOnly: true,
			Doc: "Tells what each role holds and will do next, and what its sources are; no secrets.",
			Do:  p.tellCredentials,
		},
		{
			Name: "refresh",
			Doc:  "Renews the credentials now, of all roles or of one: {\"Role\"}.",
			Do:   p.refresh,
		},
		{
			Name: "forget",
			Doc:  "Drops all credentials, the bootstrap set and the state file; the failure document is served.",
			Do:   p.forget,
		},
		{
			Name: "mfa",
			Doc:  "Takes the code of an MFA device for a role that has one: {\"Role\", \"Code\"}.",
			Do:   p.takeMFA,
		},
	}
}

// ready waits until the plugin takes actions.
func (p *plugin) ready(ctx context.Context) error {
	select {
	case <-p.started:
	case <-ctx.Done():
		return sdk.Conflict("the iam plugin is still starting; try again")
	}
	if p.stopped.Load() {
		return sdk.Conflict("the iam plugin is stopping; try again")
	}
	return nil
}

// takeBootstrap stores the set and returns; the workers use it at once.
func (p *plugin) takeBootstrap(ctx context.Context, body []byte) ([]byte, error) {
	k, err := parseBootstrap(body)
	if err != nil {
		return nil, err
	}
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	if !p.settings.bootstraps() {
		return nil, sdk.Conflict("no role takes bootstrap credentials: add a bootstrap block to the iam plugin, or name it in sources")
	}
	p.log.Info("bootstrap credentials received", "access_key_id", k.accessKeyID, "temporary", k.temporary())
	if p.settings.sts.simulated {
		p.log.Warn("the STS is simulated: the bootstrap credentials are made known to it and not used with AWS")
	}
	p.state.setBootstrap(k, false)
	return nil, nil
}

// refresh has the workers renew at once; they do so in their own time.
func (p *plugin) refresh(ctx context.Context, body []byte) ([]byte, error) {
	name := ""
	if len(body) > 0 {
		values, err := readObject(body, []string{fieldRole})
		if err != nil {
			return nil, err
		}
		name = values[fieldRole]
	}
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	if !p.state.refresh(name) {
		return nil, sdk.Conflict("there is no such role")
	}
	p.log.Info("renewal asked for", "role", name)
	return nil, nil
}

// forget drops everything. It returns when the state file is gone too.
func (p *plugin) forget(ctx context.Context, body []byte) ([]byte, error) {
	if len(body) > 0 {
		if _, err := readObject(body, nil); err != nil {
			return nil, err
		}
	}
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	p.state.forgetAll()
	p.log.Warn("all credentials are dropped, as the operator asked")
	if err := p.state.keeper.flush(ctx); err != nil {
		return nil, sdk.Conflict("the credentials are dropped, and the state file is still there: %v", err)
	}
	return nil, nil
}

// refresh wakes the workers of a role, or of all. It returns false when there
// is no such role. That a role is not forgotten any more outlives a crash.
func (s *state) refresh(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, revived := false, false
	for _, r := range s.settings.all() {
		if name == "" || r.name == name {
			found, revived = true, revived || s.dropped[r.name]
			delete(s.dropped, r.name)
		}
	}
	for _, g := range s.grants {
		if name == "" || g.name == name {
			revived = revived || g.forgotten
			g.stir(s, false)
		}
	}
	if s.auto != nil && s.current == nil && found {
		s.lastID++
		s.current = &bootstrap{id: s.lastID, keys: *s.auto, posted: s.now(), simulated: true}
		revived = true
	}
	if revived {
		s.told()
	}
	return found
}

// forgetAll drops every session and every bootstrap set. Answers that are on
// their way are worthless then.
func (s *state) forgetAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.bootstraps()
	s.current = nil
	clear(s.late)
	for _, r := range s.settings.all() {
		s.dropped[r.name] = true
	}
	for _, g := range s.grants {
		g.session, g.lapsed, g.works, g.refused, g.failure, g.mfa = nil, nil, nil, nil, nil, mfaCode{}
		clear(g.passedOver)
		g.epoch++
		g.attempts = 0
		g.drop(s)
	}
	for _, b := range before {
		s.dismiss(b)
	}
	s.told()
}
