package stssim

import "net/http"

// Caller is who asks for a session, as [Options.Trust] sees it.
type Caller struct {
	// ARN is that of the user or the session that signed. For
	// AssumeRoleWithWebIdentity it is that of the identity provider.
	ARN string
	// Account is the 12-digit account that the ARN belongs to.
	Account string
	// Temporary says that a session signed, so this is role chaining.
	Temporary bool
	// MFA says that the request came with a valid code of an MFA device.
	MFA bool
	// ExternalID is what the request gives; empty is none.
	ExternalID string
	// SourceIdentity is the one that the session would have; empty is none.
	SourceIdentity string
	// Subject and Audience are those of the web identity, else empty.
	Subject, Audience string
}

// trusts asks [Options.Trust], once everything else is right.
func (s *Server) trusts(c Caller, roleARN string) bool {
	return s.trust == nil || s.trust(c, roleARN)
}

func denied(arn, role string) *apiError {
	return errorf(http.StatusForbidden, "AccessDenied",
		"User: %s is not authorized to perform: sts:AssumeRole on resource: %s", arn, role)
}

// deniedIdentity names nobody, as the real service does for identities that
// have not signed.
func deniedIdentity() *apiError {
	return errorf(http.StatusForbidden, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
}
