package iam

import (
	"context"
	"maps"

	"github.com/mockmd/mockmd/sdk"
)

// Tree returns what the instance has of its profile, its identity role and its
// tasks. Info, listing and documents are made from one look, so they agree.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html#instance-metadata-security-credentials
func (p *plugin) Tree(ctx context.Context, in *sdk.Instance) (sdk.Tree, error) {
	if p.settings.stateFile != "" { // the first tree is asked for while Run begins
		select {
		case <-p.resumed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	own, ok, err := p.settings.roleOf(in)
	if err != nil {
		return nil, err
	}
	keys, err := p.state.use(p.settings.rolesOf(in), in)
	if err != nil {
		return nil, err
	}
	l := p.state.look(keys)
	t := sdk.Tree{}
	if ok {
		v := l.of(own)
		t[mountIAM+"/info"] = infoDocument(in, own.name, v.updated())
		t[mountIAM+"/security-credentials/"+own.name] = v.document(sinceIAM)
	}
	if identity := p.settings.identity; identity != nil {
		v := l.of(identity)
		t[identityInfo] = v.identityInfo(in)
		t[identityDocument] = v.document(sinceIdentity)
	}
	for _, set := range p.settings.ecs {
		if set.on(in) {
			maps.Copy(t, set.tree(l))
		}
	}
	return t, nil
}

// Forget lets go what only this instance has used.
func (p *plugin) Forget(in *sdk.Instance) { p.state.leave(in.Label) }
