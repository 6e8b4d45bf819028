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
func (x *exchange) grant(v *session, duration time.Duration) (credentialsXML, *apiError) {
	if x.lifetime > 0 {
		duration = min(duration, x.lifetime)
	}
	v.Expires = x.now.Add(duration).Truncate(time.Second).Unix()
	v.makeKeys()
	token, err := x.token(v)
	if err != nil {
		return credentialsXML{}, errorf(http.StatusInternalServerError, "InternalFailure", "The session could not be sealed.")
	}
	if x.fault.is(Incomplete) {
		token = ""
	}
	expires := time.Unix(v.Expires, 0).UTC()
	x.call.IssuedKeyID, x.call.Expires = v.AccessKeyID, expires
	return credentialsXML{
		AccessKeyID: v.AccessKeyID, SecretAccessKey: v.Secret,
		SessionToken: token, Expiration: expires.Format(time.RFC3339),
	}, nil
}
