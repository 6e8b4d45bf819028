package iam

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// identityBlock is identity_role { … }: what stands in for the instance
// identity role, whose credentials only EC2 itself can make.
//
// See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html#ec2-instance-identity-roles.
type identityBlock struct {
	At               hcl.Range `hcl:",def_range"`
	ARN              string    `hcl:"arn"`
	ARNRange         hcl.Range `hcl:"arn,attr_value_range"`
	SessionName      *string   `hcl:"session_name"`
	SessionNameRange hcl.Range `hcl:"session_name,attr_value_range"`
	Duration         *string   `hcl:"duration"`
	DurationRange    hcl.Range `hcl:"duration,attr_value_range"`
	ExternalID       *string   `hcl:"external_id"`
	ExternalIDRange  hcl.Range `hcl:"external_id,attr_value_range"`
}

// identityName is AWS's name of the instance identity role. No role block can
// have it.
const identityName = "aws:ec2-instance"

// identity is the instance identity role of one instance.
type identity struct {
	label string // of the instance
	role  *role
}

// terms are those of a role block, without its name.
func (b *identityBlock) terms() *roleBlock {
	return &roleBlock{
		ARN: b.ARN, ARNRange: b.ARNRange, SessionName: b.SessionName, SessionNameRange: b.SessionNameRange,
		Duration: b.Duration, DurationRange: b.DurationRange, ExternalID: b.ExternalID, ExternalIDRange: b.ExternalIDRange,
	}
}

// checkIdentity sets the identity role of each instance: that of the block or,
// with the simulated STS, the one that EC2 has by itself.
func (s *settings) checkIdentity(b *identityBlock, instances []*sdk.Instance) hcl.Diagnostics {
	mounted := s.mounted(identityPaths()...)
	if b == nil {
		if s.sts.simulated && mounted {
			for _, in := range instances {
				s.identities = append(s.identities, identity{in.Label, simulatedIdentity(in)})
			}
		}
		return nil
	}
	r, diags := b.terms().terms()
	s.identityAccount = r.account
	if !mounted {
		return append(diags, sdk.Errorf(b.At, "Identity role is not mounted",
			"The plugin has the mount %s only. Add %q to it, or remove identity_role.", strings.Join(s.mounts, ", "), mountIdentity))
	}
	warned := false
	for _, in := range instances {
		own := *r
		own.name = identityOf(in)
		if b.SessionName == nil {
			own.sessionName = in.ID
		}
		s.identities = append(s.identities, identity{in.Label, &own})
		if d := mismatch(r, in, b.ARNRange); d != nil && !warned {
			diags, warned = append(diags, d), true
		}
	}
	return diags
}

// simulatedIdentity is the role that is not in the account's IAM: EC2 assumes
// it for every instance, and the simulated STS knows it.
func simulatedIdentity(in *sdk.Instance) *role {
	return &role{
		name: identityOf(in), sessionName: in.ID, duration: defaultDuration, account: in.AccountID, partition: in.Partition,
		arn: fmt.Sprintf("arn:%s:iam::%s:role/%s", in.Partition, in.AccountID, identityName),
	}
}

// identityOf names the identity role of an instance in logs and checkpoints.
func identityOf(in *sdk.Instance) string {
	if in.Label == "" {
		return identityName
	}
	return identityName + "/" + in.Label
}
