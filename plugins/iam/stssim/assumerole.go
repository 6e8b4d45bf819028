package stssim

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	defaultDuration = time.Hour
	maxChained      = time.Hour
)

// assumeRole grants a session.
//
// See https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
func (s *Server) assumeRole(who *principal, form url.Values, requestID string, fault *Fault, call *Call) (any, *apiError) {
	if err := checkAssumeRole(form); err != nil {
		return nil, err
	}
	role := form.Get("RoleArn")
	if !roleARN.MatchString(role) {
		return nil, errorf(http.StatusBadRequest, "ValidationError", "%s is invalid", role)
	}
	if fault.is(Denied) {
		return nil, denied(who, role)
	}
	duration := defaultDuration
	if text := form.Get("DurationSeconds"); text != "" {
		seconds, _ := strconv.Atoi(text) // checked above
		duration = time.Duration(seconds) * time.Second
	}
	if who.temporary && duration > maxChained {
		return nil, errorf(http.StatusBadRequest, "ValidationError",
			"The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	source, err := sourceIdentity(who, form.Get("SourceIdentity"), role)
	if err != nil {
		return nil, err
	}
	packed, err := packedPolicySize(form)
	if err != nil {
		return nil, err
	}
	if s.lifetime > 0 {
		duration = min(duration, s.lifetime)
	}
	granted := newSession(role, form.Get("RoleSessionName"), source, s.now().Add(duration).Truncate(time.Second))
	token, sealErr := s.token(granted)
	if sealErr != nil {
		return nil, errorf(http.StatusInternalServerError, "InternalFailure", "The session could not be sealed.")
	}
	if fault.is(Incomplete) {
		token = ""
	}
	expires := time.Unix(granted.Expires, 0).UTC()
	call.IssuedKeyID, call.Expires = granted.AccessKeyID, expires
	return assumeRoleXML{
		Namespace: namespace,
		Credentials: credentialsXML{
			AccessKeyID: granted.AccessKeyID, SecretAccessKey: granted.Secret,
			SessionToken: token, Expiration: expires.Format(time.RFC3339),
		},
		AssumedRoleID: granted.id(), ARN: granted.arn(),
		PackedPolicySize: packed, SourceIdentity: source, RequestID: requestID,
	}, nil
}

func denied(who *principal, role string) *apiError {
	return errorf(http.StatusForbidden, "AccessDenied",
		"User: %s is not authorized to perform: sts:AssumeRole on resource: %s", who.arn, role)
}

// sourceIdentity is the one that the session will have: it sticks over
// chaining and cannot be changed there.
func sourceIdentity(who *principal, asked, role string) (string, *apiError) {
	if who.sourceIdentity == "" || asked == "" || asked == who.sourceIdentity {
		return cmp.Or(asked, who.sourceIdentity), nil
	}
	return "", errorf(http.StatusForbidden, "AccessDenied",
		"User: %s is not authorized to perform: sts:SetSourceIdentity on resource: %s", who.arn, role)
}
