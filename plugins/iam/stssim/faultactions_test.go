package stssim_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// TestFaultsByAction shows what each fault that answers an error does to each
// action; empty is success.
func TestFaultsByAction(t *testing.T) {
	t.Parallel()
	i, w := newIssuer(t), newWorld(t, 1, 0)
	type answer struct {
		status int
		code   string
	}
	good := answer{}
	every := func(status int, code string) [3]answer {
		return [3]answer{{status, code}, {status, code}, {status, code}}
	}
	for kind, want := range map[stssim.FaultKind][3]answer{ // AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity
		stssim.InternalFailure:       every(500, "InternalFailure"),
		stssim.ServiceUnavailable:    every(503, "ServiceUnavailable"),
		stssim.Throttling:            every(400, "Throttling"),
		stssim.SlowDown:              every(503, "SlowDown"),
		stssim.TooManyRequests:       every(429, "TooManyRequestsException"),
		stssim.Expired:               {{403, "ExpiredToken"}, {400, "ExpiredTokenException"}, {403, "ExpiredToken"}},
		stssim.UnknownKey:            {{403, "InvalidClientTokenId"}, good, {403, "InvalidClientTokenId"}},
		stssim.Denied:                {{403, "AccessDenied"}, {403, "AccessDenied"}, good},
		stssim.RegionDisabled:        {{403, "RegionDisabledException"}, {403, "RegionDisabledException"}, good},
		stssim.IDPCommunicationError: {good, {400, "IDPCommunicationError"}, good},
		stssim.IDPRejectedClaim:      {good, {403, "IDPRejectedClaim"}, good},
		stssim.SkewedClock:           {{403, "SignatureDoesNotMatch"}, {400, "ExpiredTokenException"}, {403, "SignatureDoesNotMatch"}},
	} {
		w.setFault(&stssim.Fault{Kind: kind, RetryAfter: 7 * time.Second})
		_, first := w.assume(w.bootstrap(), 0)
		_, second := w.identify(i.token("ES256", claims(w.now(), nil)), 0)
		_, third := w.client(w.bootstrap()).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		for n, err := range []error{first, second, third} {
			var got answer
			if api, ok := errors.AsType[smithy.APIError](err); ok {
				got.code = api.ErrorCode()
			}
			if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
				got.status = response.HTTPStatusCode()
				if after := response.Response.Header.Get("Retry-After"); after != "7" {
					t.Errorf("%s, action %d: Retry-After %q", kind, n, after)
				}
			}
			if got != want[n] || (err == nil) != (want[n] == good) {
				t.Errorf("%s, action %d: %v, want %v", kind, n, err, want[n])
			}
		}
	}
}

func TestRegionDisabledNamesAccountOfRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	w.setFault(&stssim.Fault{Kind: stssim.RegionDisabled})
	_, err := w.assumeWith(w.bootstrap(), &sts.AssumeRoleInput{RoleArn: new(hop2), RoleSessionName: new("me")})
	wantError(t, err, "RegionDisabledException",
		"STS is not activated in this region for account:999999999999. Your account administrator can activate STS in this region using the IAM Console.")
}

func TestSlowDownAlwaysTellsWhenToRetry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	for kind, want := range map[stssim.FaultKind]string{stssim.SlowDown: "1", stssim.TooManyRequests: ""} {
		w.setFault(&stssim.Fault{Kind: kind})
		_, err := w.assume(w.bootstrap(), 0)
		response, ok := errors.AsType[*smithyhttp.ResponseError](err)
		if !ok || response.Response.Header.Get("Retry-After") != want {
			t.Errorf("%s: %v, want Retry-After %q", kind, err, want)
		}
	}
}

func TestIncompleteWebIdentity(t *testing.T) {
	t.Parallel()
	i, w := newIssuer(t), newWorld(t, 1, 0)
	w.setFault(&stssim.Fault{Kind: stssim.Incomplete})
	out, err := w.identify(i.token("ES256", claims(w.now(), nil)), 0)
	if err != nil || out.Credentials.SessionToken != nil || out.Credentials.AccessKeyId == nil {
		t.Errorf("%+v, %v", out, err)
	}
	if call := w.last(); call.Code != "incomplete" || call.Status != http.StatusOK {
		t.Errorf("call = %+v", call)
	}
	if _, err := w.client(w.bootstrap()).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err != nil || w.last().Code != "Success" {
		t.Errorf("it hits nothing else: %v, call %+v", err, w.last())
	}
	w.setFault(&stssim.Fault{Kind: stssim.Malformed})
	if _, err := w.identify(i.token("ES256", claims(w.now(), nil)), 0); err == nil || w.last().Code != "malformed" {
		t.Errorf("malformed: %v, call %+v", err, w.last())
	}
}

// TestFaultsWithoutCode shows that those faults that no error code tells of hit
// web identities as well, and are named to the observer.
func TestFaultsWithoutCode(t *testing.T) {
	t.Parallel()
	i, w := newIssuer(t), newWorld(t, 1, 0)
	for kind, status := range map[stssim.FaultKind]int{
		stssim.Reset: 0, stssim.Truncated: 200, stssim.Malformed: 200, stssim.BadGateway: 502, stssim.Redirect: 307,
	} {
		w.setFault(&stssim.Fault{Kind: kind})
		if _, err := w.identify(i.token("ES256", claims(w.now(), nil)), 0); err == nil {
			t.Errorf("%s: no error", kind)
		}
		if call := w.last(); call.Code != kind.String() || call.Status != status || call.Action != "AssumeRoleWithWebIdentity" {
			t.Errorf("%s: call = %+v", kind, call)
		}
	}
}

func TestFaultNames(t *testing.T) {
	t.Parallel()
	seen := map[string]stssim.FaultKind{}
	for kind := stssim.InternalFailure; kind <= stssim.Redirect; kind++ {
		if other, before := seen[kind.String()]; before || kind.String() == "" {
			t.Errorf("fault %d is called %q as %d", kind, kind, other)
		}
		seen[kind.String()] = kind
	}
}
