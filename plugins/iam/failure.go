package iam

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// class says what is to be done about a failed AssumeRole.
type class string

const (
	classRetry     class = "retry"           // passes by itself: STS is not there; repeat the same later
	classElsewhere class = "retry elsewhere" // this way does not work at present: try the next one, and this one later
	classHuman     class = "needs a human"   // try the next one; somebody must mend this one
)

// failure is why there is no new session.
type failure struct {
	class      class
	during     string // what fails; empty is "AssumeRole fails"
	code       string // STS's error code; empty when it did not answer one
	reason     string // for logs and people; no secrets
	mend       string // what to do about it; empty: nothing
	retryAfter time.Duration
	skewed     bool      // STS did not like the time of the signature
	signedBy   string    // access key id that signed; empty without one
	since      time.Time // when it was first met
	weight     int       // see worse
}

// what says what fails.
func (f *failure) what() string { return cmp.Or(f.during, "AssumeRole fails") }

// event names it in the log.
func (f *failure) event() string { return cmp.Or(f.during, "AssumeRole failed") }

// summary is one clause for people.
func (f *failure) summary() string {
	s := fmt.Sprintf("%s (%s): %s", f.what(), f.class, f.reason)
	if f.mend != "" {
		s += "; " + f.mend
	}
	return s
}

// denied says that STS knows the caller and does not let it have the role.
func (f *failure) denied() bool { return f.code == "AccessDenied" }

// same says that g tells nobody anything new. The reason is not compared:
// that of a broken connection names another port each time.
func (f *failure) same(g *failure) bool {
	return f != nil && g != nil && f.class == g.class && f.code == g.code && f.during == g.during
}

// passing are the error codes that go away by themselves, whatever the HTTP
// status: those of botocore's retry rules.
//
// See https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html.
func passing() []string {
	return []string{
		"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
		"RequestLimitExceeded", "TooManyRequestsException", "SlowDown", "BandwidthLimitExceeded", "LimitExceededException",
		"ProvisionedThroughputExceededException", "TransactionInProgressException", "EC2ThrottledException",
		"PriorRequestNotComplete", "RequestTimeout", "RequestTimeoutException", "InternalFailure", "InternalError",
		"ServiceUnavailable",
		"UnknownError", // what the AWS SDK calls an answer that is not from STS
	}
}

// classify turns the error of a call of a way into a failure. The text of the
// error is cleaned of the secrets of ticket and request: services have been
// seen to repeat the request that they could not verify.
func classify(err error, w way, t ticket, q assumeRequest) *failure {
	hide := append(t.secrets(), q.mfaCode)
	f := &failure{class: classRetry, code: clean(apiCode(err), hide...), reason: clean(reason(err), hide...)}
	status := 0
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && answer.Response != nil && answer.Response.Response != nil {
		status = answer.HTTPStatusCode()
		f.retryAfter = retryAfter(answer.Response.Header)
	}
	f.skewed = skewed(err)
	if m := wayThere(err); m != "" && status == 0 {
		f.class, f.mend = classHuman, m
		return f
	}
	switch {
	case status >= http.StatusInternalServerError, status == http.StatusTooManyRequests:
		f.reason = fmt.Sprintf("HTTP %d, %s", status, f.reason)
	case f.code == "IDPCommunicationError", f.code == "RegionDisabledException":
		f.class, f.mend = classElsewhere, mend(f.code, w, t, q)
	case f.refusesCredentials() && w.own: // another set brings the session back
		f.class, f.mend = classElsewhere, mend(f.code, w, t, q)
	case f.code != "" && !slices.Contains(passing(), f.code):
		f.class, f.mend = classHuman, mend(f.code, w, t, q)
	}
	return f
}

// refusesCredentials says that what signed, or the token, is not accepted; the
// role may well be.
func (f *failure) refusesCredentials() bool {
	switch f.code {
	case "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidIdentityToken":
		return true
	}
	return f.signature()
}

func (f *failure) signature() bool {
	return f.code == "SignatureDoesNotMatch" || f.code == "InvalidSignatureException"
}

// skewed says that the time of the signature is what STS did not accept.
func skewed(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && (strings.Contains(api.ErrorMessage(), "Signature expired") || strings.Contains(api.ErrorMessage(), "Signature not yet current"))
}

// retryAfter reads the header in its form of seconds; a date counts as none.
//
// See https://www.rfc-editor.org/rfc/rfc9110#field.retry-after.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 31)
	if err != nil {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, retryAfterMax)
}

func apiCode(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

// reason is the error without the SDK's frame around it.
func reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	if sent, ok := errors.AsType[*url.Error](err); ok {
		return sent.Error()
	}
	if answer, ok := errors.AsType[*smithy.DeserializationError](err); ok {
		return "the answer cannot be read: " + answer.Err.Error()
	}
	return err.Error()
}

// clean makes a foreign text fit for logs.
func clean(text string, hide ...secret) string {
	for _, s := range hide {
		if !s.empty() {
			text = strings.ReplaceAll(text, s.reveal(), hidden)
			text = strings.ReplaceAll(text, url.QueryEscape(s.reveal()), hidden)
		}
	}
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	const longest = 400
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// mend says what a person can do about an error of STS.
func mend(code string, w way, t ticket, q assumeRequest) string {
	again := renewal(w.by)
	switch code {
	case "AccessDenied":
		return denied(w, t, q)
	case "ExpiredToken", "ExpiredTokenException", "InvalidIdentityToken", "IDPRejectedClaim":
		return again
	case "InvalidClientTokenId", "UnrecognizedClientException":
		return "the access key is not known or not active, or the region is not enabled for it; " + again
	case "SignatureDoesNotMatch", "InvalidSignatureException":
		return "the secret access key is wrong, or this machine's clock is; " + again
	case "RegionDisabledException":
		return "choose another region in the sts block, or enable this one for the account"
	case "MalformedPolicyDocument", "PackedPolicyTooLarge", "InvalidParameterValue":
		return "change the session policies or tags of the role block"
	case "ValidationError":
		return "change the role block in the configuration"
	}
	return ""
}

// denied says what may be missing where STS knows the caller and refuses it.
func denied(w way, t ticket, q assumeRequest) string {
	if !t.web.empty() {
		return fmt.Sprintf("the trust policy of %s must allow sts:AssumeRoleWithWebIdentity to the token's issuer, audience and subject", q.roleARN)
	}
	who := "the caller"
	if w.by.kind() == kindBootstrap {
		who = "the caller and to the role's own sessions"
	}
	out := fmt.Sprintf("the trust policy of %s must allow sts:AssumeRole to %s, and the caller's policy must allow it", q.roleARN, who)
	if len(q.tags) > 0 {
		out += ", and sts:TagSession"
	}
	if q.sourceIdentity != "" {
		out += ", and sts:SetSourceIdentity"
	}
	return out + "; check external_id too"
}

// wayThere is what to do about a way to STS that is not right, and empty when
// it is: what is wrong with it does not pass.
func wayThere(err error) string {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	_, other := errors.AsType[x509.HostnameError](err)
	switch {
	case unknown:
		return "name the authority that signed the certificate of STS, or of a proxy on the way, with ca_bundle in the sts block"
	case invalid, other:
		return "look at endpoint and proxy in the sts block: what answers there has a certificate for something else"
	case strings.Contains(err.Error(), http.StatusText(http.StatusProxyAuthRequired)):
		return "give the proxy's user and password in proxy of the sts block"
	}
	return ""
}

// renewal says how a person gives a source other credentials.
func renewal(s source) string {
	switch s := s.(type) {
	case *chainSource:
		return fmt.Sprintf("renew the credentials that the source %q finds", s.label)
	case *webIdentitySource:
		return "put another token into " + s.file
	default:
		return "POST new bootstrap credentials to /bootstrap/creds"
	}
}
