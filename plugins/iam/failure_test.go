package iam

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	k := keys{accessKeyID: "AKIA", secret: newSecret("SECRET/1"), token: newSecret("TOKEN/+2")}
	by := way{by: &bootstrapSource{label: kindBootstrap}, set: &bootstrap{id: 1}}
	q := granted("app", "arn:aws:iam::123456789012:role/app").last()
	answered := func(status int, retryAfter string, err error) error {
		h := http.Header{}
		if retryAfter != "" {
			h.Set("Retry-After", retryAfter)
		}
		return &smithy.OperationError{ServiceID: "STS", OperationName: "AssumeRole", Err: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status, Header: h}}, Err: err,
		}}
	}
	for _, tt := range []struct {
		name  string
		err   error
		class class
		code  string
		want  string
		after time.Duration
	}{
		{"denied", answered(403, "", apiError("AccessDenied")), classHuman, "AccessDenied", "AssumeRole fails (needs a human): AccessDenied: message of AccessDenied; the trust policy of arn:aws:iam::123456789012:role/app must allow sts:AssumeRole to the caller and to the role's own sessions, and the caller's policy must allow it; check external_id too", 0},
		{"expired", answered(403, "", apiError("ExpiredToken")), classHuman, "ExpiredToken", "AssumeRole fails (needs a human): ExpiredToken: message of ExpiredToken; POST new bootstrap credentials to /bootstrap/creds", 0},
		{"unknown key", answered(403, "", apiError("InvalidClientTokenId")), classHuman, "InvalidClientTokenId", "the access key is not known or not active, or the region is not enabled for it; POST new", 0},
		{"signature", answered(403, "", apiError("SignatureDoesNotMatch")), classHuman, "SignatureDoesNotMatch", "the secret access key is wrong, or this machine's clock is; POST new", 0},
		{"region", answered(403, "", apiError("RegionDisabledException")), classElsewhere, "RegionDisabledException", "choose another region in the sts block", 0},
		{"limit", answered(400, "", apiError("ValidationError")), classHuman, "ValidationError", "change the role block in the configuration", 0},
		{"throttled", answered(400, "7", apiError("Throttling")), classRetry, "Throttling", "AssumeRole fails (retry): Throttling: message of Throttling", 7 * time.Second},
		{"too many", answered(429, "", apiError("Whatever")), classRetry, "Whatever", "HTTP 429, Whatever", 0},
		{"down", answered(503, "100000", apiError("AccessDenied")), classRetry, "AccessDenied", "HTTP 503, AccessDenied", 5 * time.Minute},
		{"negative", answered(500, "-1", apiError("InternalFailure")), classRetry, "InternalFailure", "HTTP 500", 0},
		{"a date", answered(500, "Wed, 21 Oct 2015 07:28:00 GMT", apiError("InternalFailure")), classRetry, "InternalFailure", "HTTP 500", 0},
		{"not STS", answered(403, "", apiError("UnknownError")), classRetry, "UnknownError", "UnknownError", 0},
		{"unreadable", answered(200, "", &smithy.DeserializationError{Err: errors.New("EOF")}), classRetry, "", "AssumeRole fails (retry): the answer cannot be read: EOF", 0},
		{"no connection", &url.Error{Op: "Post", URL: "https://sts.example.com/", Err: errors.New("connection refused")}, classRetry, "", `Post "https://sts.example.com/": connection refused`, 0},
		{"no answer", fmt.Errorf("send: %w", context.DeadlineExceeded), classRetry, "", "no answer in time", 0},
		{"unknown authority", &url.Error{Op: "Post", URL: "https://sts.example.com/", Err: x509.UnknownAuthorityError{}}, classHuman, "", "certificate signed by unknown authority; name the authority that signed the certificate of STS, or of a proxy on the way, with ca_bundle in the sts block", 0},
		{"certificate of another", &url.Error{Op: "Post", URL: "https://sts.example.com/", Err: x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired}}, classHuman, "", "look at endpoint and proxy in the sts block", 0},
		{"proxy wants a password", &url.Error{Op: "Post", URL: "https://sts.example.com/", Err: errors.New("Proxy Authentication Required")}, classHuman, "", "Proxy Authentication Required; give the proxy's user and password in proxy of the sts block", 0},
		{"tags", answered(400, "", apiError("InvalidParameterValue")), classHuman, "InvalidParameterValue", "change the session policies or tags of the role block", 0},
		{"anything", errors.New("odd"), classRetry, "", "odd", 0},
	} {
		f := classify(tt.err, by, ticket{keys: k}, q)
		if f.class != tt.class || f.code != tt.code || !strings.Contains(f.summary(), tt.want) || f.retryAfter != tt.after {
			t.Errorf("%s: %+v\n%s", tt.name, f, f.summary())
		}
	}
	web := denied(way{by: &webIdentitySource{}}, ticket{web: newSecret("t")}, q)
	if web != "the trust policy of arn:aws:iam::123456789012:role/app must allow sts:AssumeRoleWithWebIdentity to the token's issuer, audience and subject" {
		t.Errorf("web identity: %s", web)
	}
	full := q
	full.tags, full.sourceIdentity = []tag{{"a", "b"}}, "me"
	if got := denied(way{by: &webIdentitySource{}}, ticket{keys: k}, full); !strings.HasSuffix(got, "must allow sts:AssumeRole to the caller, and the caller's policy must allow it, and sts:TagSession, and sts:SetSourceIdentity; check external_id too") {
		t.Errorf("behind a web identity: %s", got)
	}
	echo := &smithy.GenericAPIError{
		Code:    "SignatureDoesNotMatch",
		Message: "should have been\nx-amz-security-token:TOKEN/+2\x1b[31m TOKEN%2F%2B2 SECRET/1 " + strings.Repeat("é", 400),
	}
	got := classify(echo, by, ticket{keys: k}, q).reason
	for _, bad := range []string{"TOKEN", "SECRET", "\n", "\x1b"} {
		if strings.Contains(got, bad) {
			t.Errorf("reason contains %q: %s", bad, got)
		}
	}
	if len(got) > 410 {
		t.Errorf("reason has %d bytes", len(got))
	}
}
