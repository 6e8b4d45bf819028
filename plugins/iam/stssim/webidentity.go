package stssim

// assumeRoleWithWebIdentity grants a session to whom a token names. Nobody has
// signed.
//
// See https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html.
func (x *exchange) assumeRoleWithWebIdentity() (any, *apiError) {
	if err := checkWebIdentity(x.form); err != nil {
		return nil, err
	}
	role, err := x.role()
	if err != nil {
		return nil, err
	}
	w, err := x.identity()
	if err != nil {
		return nil, err
	}
	tags, err := mergeTags(nil, w.tags, w.transitive)
	if err != nil {
		return nil, err
	}
	packed, err := packedPolicySize(x.form, tags)
	if err != nil {
		return nil, err
	}
	provider := w.provider(role)
	caller := Caller{
		ARN: provider, Account: accountOf(role), SourceIdentity: w.sourceIdentity,
		Subject: w.subject, Audience: w.audience,
	}
	if x.fault.is(Denied) || !x.trusts(caller, role) {
		return nil, deniedIdentity()
	}
	granted := &session{RoleARN: role, Name: x.form.Get("RoleSessionName"), SourceIdentity: w.sourceIdentity, Tags: tags}
	result, err := x.grant(granted, askedDuration(x.form))
	if err != nil {
		return nil, err
	}
	result.PackedPolicySize = packed
	out := webIdentityXML{Namespace: namespace, RequestID: x.requestID}
	out.Result.Subject, out.Result.Audience, out.Result.Provider = w.subject, w.audience, provider
	out.Result.grantXML = result
	return out, nil
}

// identity returns whom the request's token names.
func (x *exchange) identity() (*webIdentity, *apiError) {
	if id := x.form.Get("ProviderId"); id != "" {
		return nil, invalidIdentity("The simulated STS cannot ask the OAuth 2.0 provider %.100s; send no ProviderId with OpenID Connect tokens.", id)
	}
	w, err := parseIdentity(x.form.Get("WebIdentityToken"))
	if err != nil {
		return nil, err
	}
	x.call.Issuer, x.call.Subject, x.call.SourceIdentity = w.issuer, w.subject, w.sourceIdentity
	x.call.tag(w.tags)
	x.call.TransitiveTagKeys = w.transitive
	if err := x.issuers.verify(w); err != nil {
		return nil, err
	}
	if err := w.checkTimes(x.now); err != nil {
		return nil, err
	}
	return w, w.checkClaims()
}
