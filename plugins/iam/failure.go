package iam

import (
	"context"
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
	classRetry class = "retry"         // passes by itself: repeat the same
	classHuman class = "needs a human" // try other credentials; somebody must mend something
)

// failure is why AssumeRole failed.
type failure struct {
	class      class
	code       string // STS's error code; empty when it did not answer one
	reason     string // for logs and people; no secrets
	mend       string // what to do about it; empty: nothing
	retryAfter time.Duration
}

// summary is one clause for people.
func (f *failure) summary() string {
	s := fmt.Sprintf("AssumeRole fails (%s): %s", f.class, f.reason)
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
	return f != nil && g != nil && f.class == g.class && f.code == g.code
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
		"ServiceUnavailable", "IDPCommunicationError",
		"UnknownError", // what the AWS SDK calls an answer that is not from STS
	}
}

// classify turns the error of a call signed by k into a failure. The text of
// the error is cleaned of the secrets of k: services have been seen to repeat
// the request that they could not verify.
func classify(err error, k keys, r *role) *failure {
	f := &failure{class: classRetry, code: clean(apiCode(err), k), reason: clean(reason(err), k)}
	status := 0
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && answer.Response != nil && answer.Response.Response != nil {
		status = answer.HTTPStatusCode()
		f.retryAfter = retryAfter(answer.Response.Header)
	}
	switch {
	case status >= http.StatusInternalServerError, status == http.StatusTooManyRequests:
		f.reason = fmt.Sprintf("HTTP %d, %s", status, f.reason)
	case f.code != "" && !slices.Contains(passing(), f.code):
		f.class, f.mend = classHuman, mend(f.code, r)
	}
	return f
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
func clean(text string, k keys) string {
	for _, s := range []secret{k.secret, k.token} {
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

func mend(code string, r *role) string {
	const again = "POST new bootstrap credentials to /bootstrap/creds"
	switch code {
	case "AccessDenied":
		return fmt.Sprintf("the trust policy of %s must allow sts:AssumeRole to the caller and to the role's own sessions, and the caller's policy must allow it; check external_id too", r.arn)
	case "ExpiredToken", "ExpiredTokenException":
		return again
	case "InvalidClientTokenId", "UnrecognizedClientException":
		return "the access key is not known or not active, or the region is not enabled for it; " + again
	case "SignatureDoesNotMatch", "InvalidSignatureException":
		return "the secret access key is wrong, or this machine's clock is; " + again
	case "RegionDisabledException":
		return "choose another region in the sts block"
	case "ValidationError":
		return "change the role block in the configuration"
	}
	return ""
}
