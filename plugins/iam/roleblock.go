package iam

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk"
)

// roleBlock is role "NAME" { … }.
type roleBlock struct {
	Name              string            `hcl:"name,label"`
	NameRange         hcl.Range         `hcl:"name,label_range"`
	At                hcl.Range         `hcl:",def_range"`
	Body              hcl.Body          `hcl:",body"`
	ARN               string            `hcl:"arn" doc:"The role: arn:aws:iam::ACCOUNT:role/NAME." example:"arn:aws:iam::123456789012:role/app"`
	SessionName       *string           `hcl:"session_name" doc:"Name of the session; may name facts of the instance that asks." default:"mockmd"`
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

// self is the block without what only a role has.
func (b *roleBlock) self() *hopBlock {
	return &hopBlock{
		At: b.At, Body: b.Body, ARN: b.ARN, SessionName: b.SessionName, Duration: b.Duration, ExternalID: b.ExternalID,
		Policy: b.Policy, PolicyARNs: b.PolicyARNs, Tags: b.Tags, TransitiveTagKeys: b.TransitiveTagKeys,
		SourceIdentity: b.SourceIdentity, MFASerial: b.MFASerial,
	}
}

// check returns the role, with as much as can be understood of it.
func (b *roleBlock) check(known *sourceList, instances []*sdk.Instance) (*role, hcl.Diagnostics) {
	r, diags := assembled(b.self(), b.Hops)
	r.name = b.Name
	if !roleNamePattern.MatchString(b.Name) || b.Name == "." || b.Name == ".." {
		diags = append(diags, sdk.Errorf(b.NameRange, "Invalid role name",
			"A role's name has 1 to 64 letters, digits and characters of _+=,.@-; it becomes a path under security-credentials."))
	}
	at := bodyOf(b.Body)
	diags = append(diags, r.choose(known, b.Sources, valueRange(at, "sources", b.At))...)
	diags = append(diags, r.checkChain(at, b.At)...)
	warned := false
	for _, in := range instances {
		takes := in.IAMInstanceProfile == r.name || in.IAMInstanceProfile == "" && in.Label == ""
		if !takes {
			continue
		}
		if d := mismatch(r, in, valueRange(at, "arn", b.At)); d != nil && !warned {
			diags, warned = append(diags, d), true
		}
		diags = append(diags, r.checkFacts(in, b.At)...)
	}
	return r, diags
}

// assembled makes a role of its block and its hops.
func assembled(self *hopBlock, hops []hopBlock) (*role, hcl.Diagnostics) {
	r := &role{}
	var diags hcl.Diagnostics
	for i := range hops {
		s, found := hops[i].check()
		r.steps, diags = append(r.steps, s), append(diags, found...)
	}
	s, found := self.check()
	r.steps = append(r.steps, s)
	if m := roleARNPattern.FindStringSubmatch(s.arn.text); m != nil {
		r.partition, r.account = m[1], m[2]
	}
	return r, append(found, diags...)
}

// checkFacts finds texts that do not fit for an instance.
func (r *role) checkFacts(in *sdk.Instance, at hcl.Range) hcl.Diagnostics {
	if !r.varies() {
		return nil // checked already
	}
	if _, err := r.grant(in); err != nil {
		return hcl.Diagnostics{sdk.Errorf(at, "Invalid text for an instance", "%s.", capital(err.Error()))}
	}
	return nil
}

// checkChain finds what the role's place in a chain of roles rules out. What
// is asked too long is cut short, with a warning.
func (r *role) checkChain(body *hclsyntax.Body, at hcl.Range) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for i, s := range r.steps {
		if s.mfaSerial != "" && i > 0 {
			diags = append(diags, sdk.Errorf(at, "MFA behind a hop",
				"Only long-term credentials can show an MFA code, and step %d is signed by a session. Put mfa_serial into the first hop.", i+1))
		}
	}
	self := r.steps[len(r.steps)-1]
	if self.duration <= maxChained {
		return diags
	}
	where := valueRange(body, "duration", at)
	switch {
	case len(r.steps) > 1:
		diags = append(diags, sdk.Warningf(where, "Duration is capped",
			"Behind a hop the role is assumed by a session, which is role chaining: STS grants at most 1h then, and mockmd asks for no more."))
	case r.has(kindBootstrap):
		diags = append(diags, sdk.Warningf(where, "Only the first session is that long",
			"Renewals are signed by the role's own session, which is role chaining: STS grants at most 1h then, and mockmd asks for no more."))
	}
	return diags
}

// mismatch warns when the role is of another account or partition than an
// instance that takes it: the real service never shows that.
func mismatch(r *role, in *sdk.Instance, at hcl.Range) *hcl.Diagnostic {
	switch {
	case r.account == "": // the ARN is none, and that is told
		return nil
	case r.account != in.AccountID:
		return sdk.Warningf(at, "Role of another account",
			"The role is of account %s and %s of account %s, so the credentials and the identity document tell different accounts.",
			r.account, describeInstance(in), in.AccountID)
	case r.partition != in.Partition:
		return sdk.Warningf(at, "Role of another partition",
			"The role is of partition %s and %s of partition %s, so the STS of the instance's region does not know the role.",
			r.partition, describeInstance(in), in.Partition)
	}
	return nil
}
