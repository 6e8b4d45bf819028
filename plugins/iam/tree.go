package iam

import (
	"context"

	"github.com/mockmd/mockmd/sdk"
)

// Tree returns the profile, the listing and the role's document. They are made
// from one snapshot, so they agree.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html#instance-metadata-security-credentials
func (p *plugin) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	r, ok, err := p.settings.roleOf(in)
	if err != nil {
		return nil, err
	}
	if !ok {
		return sdk.Tree{}, nil
	}
	document, updated := p.state.document(r.name)
	return sdk.Tree{
		mount + "/info": infoDocument(in, r.name, updated),
		mount + "/security-credentials/" + r.name: document,
	}, nil
}
