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
func (p *plugin) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	r, ok, err := p.settings.roleOf(in)
	if err != nil {
		return nil, err
	}
	l := p.state.look()
	t := sdk.Tree{}
	if ok {
		v := l.roles[r.name]
		t[mountIAM+"/info"] = infoDocument(in, r.name, v.updated())
		t[mountIAM+"/security-credentials/"+r.name] = v.document(sinceIAM)
	}
	for _, own := range p.settings.identities {
		if own.label == in.Label {
			v := l.roles[own.role.name]
			t[identityInfo] = v.identityInfo(in)
			t[identityDocument] = v.document(sinceIdentity)
		}
	}
	for _, set := range p.settings.ecs {
		if set.on(in) {
			maps.Copy(t, set.tree(l))
		}
	}
	return t, nil
}
