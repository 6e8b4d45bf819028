package iam

import (
	"context"

	"github.com/mockmd/mockmd/sdk"
)

// Actions returns the action that takes bootstrap credentials.
func (p *plugin) Actions() []sdk.Action {
	return []sdk.Action{{
		Name: "bootstrap/creds",
		Doc:  "Takes credentials to assume the roles with: {\"AccessKeyId\", \"SecretAccessKey\", \"Token\"}.",
		Do:   p.takeBootstrap,
	}}
}

// takeBootstrap stores the set and returns; the workers use it at once.
func (p *plugin) takeBootstrap(ctx context.Context, body []byte) ([]byte, error) {
	k, err := parseBootstrap(body)
	if err != nil {
		return nil, err
	}
	select {
	case <-p.started:
	case <-ctx.Done():
		return nil, sdk.Conflict("the iam plugin is still starting; try again")
	}
	if p.stopped.Load() {
		return nil, sdk.Conflict("the iam plugin is stopping; try again")
	}
	p.log.Info("bootstrap credentials received", "access_key_id", k.accessKeyID, "temporary", k.temporary())
	if p.settings.sts.simulated {
		p.log.Warn("the STS is simulated: the bootstrap credentials are made known to it and not used with AWS")
	}
	p.state.setBootstrap(k, false)
	return nil, nil
}
