package iam

import (
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// roleBlock is role "NAME" { … }.
type roleBlock struct {
	Name             string    `hcl:"name,label"`
	NameRange        hcl.Range `hcl:"name,label_range"`
	ARN              string    `hcl:"arn"`
	ARNRange         hcl.Range `hcl:"arn,attr_value_range"`
	SessionName      *string   `hcl:"session_name"`
	SessionNameRange hcl.Range `hcl:"session_name,attr_value_range"`
	Duration         *string   `hcl:"duration"`
	DurationRange    hcl.Range `hcl:"duration,attr_value_range"`
	ExternalID       *string   `hcl:"external_id"`
	ExternalIDRange  hcl.Range `hcl:"external_id,attr_value_range"`
}

const (
	defaultSessionName = "mockmd"
	defaultDuration    = time.Hour
	minDuration        = 15 * time.Minute
	maxDuration        = 12 * time.Hour
)

// The limits of the service model of STS 2011-06-15, and those of IAM for the
// name of a role.
//
// See https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
var (
	roleNamePattern    = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)
	roleARNPattern     = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::(\d{12}):role/(?:[\x21-\x7e]*/)?[\w+=,.@-]{1,64}$`)
	sessionNamePattern = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	externalIDPattern  = regexp.MustCompile(`^[\w+=,.@:/-]*$`)
)

// check returns the role, with as much as can be understood of it.
func (b *roleBlock) check(instances []*sdk.Instance) (*role, hcl.Diagnostics) {
	r, diags := b.terms()
	r.name = b.Name
	if !roleNamePattern.MatchString(b.Name) || b.Name == "." || b.Name == ".." {
		diags = append(diags, sdk.Errorf(b.NameRange, "Invalid role name",
			"A role's name has 1 to 64 letters, digits and characters of _+=,.@-; it becomes a path under security-credentials."))
	}
	for _, in := range instances {
		takes := in.IAMInstanceProfile == r.name || in.IAMInstanceProfile == "" && in.Label == ""
		if d := mismatch(r, in, b.ARNRange); d != nil && takes {
			return r, append(diags, d)
		}
	}
	return r, diags
}

// terms reads all but the name: how the role is assumed.
func (b *roleBlock) terms() (*role, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	r := &role{arn: b.ARN, sessionName: defaultSessionName, duration: defaultDuration}
	if m := roleARNPattern.FindStringSubmatch(b.ARN); m != nil && len(b.ARN) <= 2048 {
		r.partition, r.account = m[1], m[2]
	} else {
		diags = append(diags, sdk.Errorf(b.ARNRange, "Invalid role ARN",
			"The ARN of a role is arn:PARTITION:iam::ACCOUNT:role/NAME with an account of 12 digits, such as arn:aws:iam::123456789012:role/app."))
	}
	if b.SessionName != nil {
		r.sessionName = *b.SessionName
		if !sessionNamePattern.MatchString(r.sessionName) {
			diags = append(diags, sdk.Errorf(b.SessionNameRange, "Invalid session name",
				"A session name has 2 to 64 letters, digits and characters of _+=,.@-."))
		}
	}
	if b.ExternalID != nil {
		r.externalID = *b.ExternalID
		if n := utf8.RuneCountInString(r.externalID); n < 2 || n > 1224 || !externalIDPattern.MatchString(r.externalID) {
			diags = append(diags, sdk.Errorf(b.ExternalIDRange, "Invalid external id",
				"An external id has 2 to 1224 letters, digits and characters of _+=,.@:/-."))
		}
	}
	return r, append(diags, b.checkDuration(r)...)
}

func (b *roleBlock) checkDuration(r *role) hcl.Diagnostics {
	if b.Duration == nil {
		return nil
	}
	d, err := time.ParseDuration(*b.Duration)
	switch {
	case err != nil:
		return hcl.Diagnostics{sdk.Errorf(b.DurationRange, "Invalid duration", "A duration is a number with a unit, such as 15m or 1h30m.")}
	case d < minDuration || d > maxDuration || d%time.Second != 0:
		return hcl.Diagnostics{sdk.Errorf(b.DurationRange, "Invalid duration", "STS grants 15m to 12h, in whole seconds; this is %s.", d)}
	case d > maxChained:
		r.duration = d
		return hcl.Diagnostics{sdk.Warningf(b.DurationRange, "Only the first session is that long",
			"Renewals are signed by the role's own session, which is role chaining: STS grants at most 1h then, and mockmd asks for no more.")}
	}
	r.duration = d
	return nil
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

func describeInstance(in *sdk.Instance) string {
	if in.Label == "" {
		return "the instance"
	}
	return "instance \"" + in.Label + "\""
}
