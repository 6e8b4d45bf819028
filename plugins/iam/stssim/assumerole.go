package stssim

import (
	"cmp"
	"net/http"
)

// assumeRole grants a session to who signed.
//
// See https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
func (x *exchange) assumeRole(who *principal) (any, *apiError) {
	if err := checkAssumeRole(x.form); err != nil {
		return nil, err
	}
	role, err := x.role()
	if err != nil {
		return nil, err
	}
	duration := askedDuration(x.form)
	if who.temporary && duration > maxChained {
		return nil, errorf(http.StatusBadRequest, "ValidationError",
			"The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	source, err := sourceIdentity(who, x.form.Get("SourceIdentity"))
	if err != nil {
		return nil, err
	}
	tags, err := mergeTags(who.tags, readTags(x.form), members(x.form, "TransitiveTagKeys", ""))
	if err != nil {
		return nil, err
	}
	packed, err := packedPolicySize(x.form, tags)
	if err != nil {
		return nil, err
	}
	authenticated, err := x.checkMFA(who, x.form)
	if err != nil {
		return nil, err
	}
	caller := Caller{
		ARN: who.arn, Account: who.account, Temporary: who.temporary, MFA: authenticated,
		ExternalID: x.form.Get("ExternalId"), SourceIdentity: source,
	}
	if x.fault.is(Denied) || !x.trusts(caller, role) {
		return nil, denied(who.arn, role)
	}
	granted := &session{RoleARN: role, Name: x.form.Get("RoleSessionName"), SourceIdentity: source, Tags: tags}
	result, err := x.grant(granted, duration)
	if err != nil {
		return nil, err
	}
	result.PackedPolicySize = packed
	return assumeRoleXML{Namespace: namespace, Result: result, RequestID: x.requestID}, nil
}

// role returns the ARN of the role asked for, in a region that STS serves.
func (x *exchange) role() (string, *apiError) {
	role := x.form.Get("RoleArn")
	if !roleARN.MatchString(role) {
		return "", errorf(http.StatusBadRequest, "ValidationError", "%s is invalid", role)
	}
	if x.fault.is(RegionDisabled) {
		return "", errorf(http.StatusForbidden, "RegionDisabledException",
			"STS is not activated in this region for account:%s. Your account administrator can activate STS in this region using the IAM Console.",
			accountOf(role))
	}
	return role, nil
}

// sourceIdentity is the one that the session will have: it sticks over
// chaining and cannot be changed there.
func sourceIdentity(who *principal, asked string) (string, *apiError) {
	if who.sourceIdentity == "" || asked == "" || asked == who.sourceIdentity {
		return cmp.Or(asked, who.sourceIdentity), nil
	}
	return "", errorf(http.StatusBadRequest, "ValidationError", "The source identity is already set for this assume role session")
}
