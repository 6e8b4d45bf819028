package iam

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// identityBlock is identity_role { … }: what stands in for the instance
// identity role, whose credentials only EC2 itself can make.
//
// See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html#ec2-instance-identity-roles.
type identityBlock struct {
	At                hcl.Range         `hcl:",def_range"`
	Body              hcl.Body          `hcl:",body"`
	ARN               string            `hcl:"arn" doc:"The role: arn:aws:iam::ACCOUNT:role/NAME."`
	SessionName       *string           `hcl:"session_name" doc:"Name of the session; left out, the id of the instance."`
	Duration          *string           `hcl:"duration" doc:"Life to ask for, 15m to 12h; a session that signs is granted 1h at most." default:"1h"`
	ExternalID        *string           `hcl:"external_id" doc:"What the trust policy asks for in sts:ExternalId; may name facts of the instance."`
	Policy            *string           `hcl:"policy" doc:"Session policy, as JSON."`
	PolicyARNs        []string          `hcl:"policy_arns,optional" doc:"Managed policies as session policies."`
	Tags              map[string]string `hcl:"tags,optional" doc:"Session tags; values may name facts of the instance."`
	TransitiveTagKeys []string          `hcl:"transitive_tag_keys,optional" doc:"Keys of tags that stay over role chaining."`
	SourceIdentity    *string           `hcl:"source_identity" doc:"Source identity of the session; may name facts of the instance."`
	MFASerial         *string           `hcl:"mfa_serial" doc:"MFA device whose code is shown, by the first call only; the action mfa takes the code."`
	Sources           []string          `hcl:"sources,optional" doc:"Sources to use, by name, the best first; left out, those of the plugin."`
	Hops              []hopBlock        `hcl:"hop,block" doc:"A role to assume on the way, in order."`
}

// identityName is AWS's name of the instance identity role. No role block can
// have it.
const identityName = "aws:ec2-instance"

// ownID is the session name that EC2 gives the instance identity role.
const ownID = "${instance.id}"

// self is the block without what only a role has.
func (b *identityBlock) self() *hopBlock {
	name := b.SessionName
	if name == nil {
		name = new(ownID)
	}
	return &hopBlock{
		At: b.At, Body: b.Body, ARN: b.ARN, SessionName: name, Duration: b.Duration, ExternalID: b.ExternalID,
		Policy: b.Policy, PolicyARNs: b.PolicyARNs, Tags: b.Tags, TransitiveTagKeys: b.TransitiveTagKeys,
		SourceIdentity: b.SourceIdentity, MFASerial: b.MFASerial,
	}
}

// checkIdentity sets the identity role: that of the block or, with the
// simulated STS, the one that EC2 has by itself.
func (s *settings) checkIdentity(b *identityBlock, instances []*sdk.Instance) hcl.Diagnostics {
	mounted := s.mounted(identityPaths()...)
	if b == nil {
		if s.sts.simulated && mounted {
			s.identity = s.simulatedIdentity()
		}
		return nil
	}
	r, diags := assembled(b.self(), b.Hops)
	r.name = identityName
	body := bodyOf(b.Body)
	diags = append(diags, r.choose(&s.sources, b.Sources, valueRange(body, "sources", b.At))...)
	diags = append(diags, r.checkChain(body, b.At)...)
	s.identity, s.identityAccount = r, r.account
	if !mounted {
		return append(diags, sdk.Errorf(b.At, "Identity role is not mounted",
			"The plugin has the mount %s only. Add %q to it, or remove identity_role.", strings.Join(s.mounts, ", "), mountIdentity))
	}
	warned := false
	for _, in := range instances {
		if d := mismatch(r, in, valueRange(body, "arn", b.At)); d != nil && !warned {
			diags, warned = append(diags, d), true
		}
		diags = append(diags, r.checkFacts(in, b.At)...)
	}
	return diags
}

// simulatedIdentity is the role that is not in the account's IAM: EC2 assumes
// it for every instance, and the simulated STS knows it.
func (s *settings) simulatedIdentity() *role {
	arn, _ := parseTemplate("arn:${instance.partition}:iam::${instance.account_id}:role/"+identityName, hcl.Range{})
	id, _ := parseTemplate(ownID, hcl.Range{})
	return &role{
		name: identityName, account: s.sts.accountID, partition: s.sts.partition, sources: s.sources.used,
		steps: []*step{{arn: arn, sessionName: id, duration: defaultDuration}},
	}
}
