package stssim

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	defaultDuration = time.Hour
	maxChained      = time.Hour
)

// askedDuration returns DurationSeconds, whose limits were checked.
func askedDuration(form url.Values) time.Duration {
	if text := form.Get("DurationSeconds"); text != "" {
		seconds, _ := strconv.Atoi(text) // checked before
		return time.Duration(seconds) * time.Second
	}
	return defaultDuration
}

// grant completes the session with keys and an expiry, and returns what the
// client is given of it.
func (x *exchange) grant(v *session, duration time.Duration) (grantXML, *apiError) {
	if x.lifetime > 0 {
		duration = min(duration, x.lifetime)
	}
	v.Expires = x.now.Add(duration).Truncate(time.Second).Unix()
	v.makeKeys()
	minimum, _ := strconv.Atoi(x.form.Get("MinimumSessionTokenSize")) // checked before
	token, err := x.token(v, minimum)
	if err != nil {
		return grantXML{}, errorf(http.StatusInternalServerError, "InternalFailure", "The session could not be sealed.")
	}
	size := len(token)
	if size > maxToken {
		return grantXML{}, tooLarge(percentOf(size, maxToken))
	}
	if x.fault.is(Incomplete) {
		token = ""
	}
	expires := time.Unix(v.Expires, 0).UTC()
	x.call.IssuedKeyID, x.call.Expires = v.AccessKeyID, expires
	return grantXML{
		AssumedRoleID: v.id(), ARN: v.arn(),
		Credentials: credentialsXML{
			AccessKeyID: v.AccessKeyID, SecretAccessKey: v.Secret,
			SessionToken: token, Expiration: expires.Format(time.RFC3339),
		},
		SourceIdentity: v.SourceIdentity, SessionTokenSize: size, SessionTokenUtilization: percentOf(size, maxToken),
	}, nil
}
