package stssim_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// answer posts an unsigned request and returns the answer as it is.
func (w *world) answer() (*http.Response, string) {
	w.t.Helper()
	body := url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}}.Encode()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer, string(b)
}

func TestBadGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	w.setFault(&stssim.Fault{Kind: stssim.BadGateway})
	answer, body := w.answer()
	if answer.StatusCode != http.StatusBadGateway || answer.Header.Get("Content-Type") != "text/html; charset=utf-8" ||
		answer.Header.Get("X-Amzn-Requestid") != "" || !strings.Contains(body, "<h1>502 Bad Gateway</h1>") {
		t.Errorf("%d %v\n%s", answer.StatusCode, answer.Header, body)
	}
	_, err := w.assume(w.bootstrap(), 0)
	response, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || response.HTTPStatusCode() != http.StatusBadGateway {
		t.Errorf("error = %v", err)
	}
	if call := w.last(); call.Status != http.StatusBadGateway || call.Code != "bad gateway" {
		t.Errorf("call = %+v", call)
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the redirect was followed")
	}))
	t.Cleanup(elsewhere.Close)
	for location, want := range map[string]string{"": w.url + "/redirected", elsewhere.URL: elsewhere.URL} {
		w.setFault(&stssim.Fault{Kind: stssim.Redirect, Location: location})
		answer, _ := w.answer()
		if answer.StatusCode != http.StatusTemporaryRedirect || answer.Header.Get("Location") != want {
			t.Errorf("%d to %q, want %q", answer.StatusCode, answer.Header.Get("Location"), want)
		}
		before := w.seen()
		_, err := w.client(w.bootstrap()).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		response, ok := errors.AsType[*smithyhttp.ResponseError](err)
		if !ok || response.HTTPStatusCode() != http.StatusTemporaryRedirect || w.seen() != before+1 {
			t.Errorf("%v after %d calls", err, w.seen()-before)
		}
		if call := w.last(); call.Code != "redirect" {
			t.Errorf("call = %+v", call)
		}
	}
}

// TestRedirectThatIsFollowed shows that the fault tells the careless: a client
// that follows is seen twice.
func TestRedirectThatIsFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	w.setFault(&stssim.Fault{Kind: stssim.Redirect})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/?Action=GetCallerIdentity", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if w.seen() != 2 || w.last().Status != http.StatusNotFound {
		t.Errorf("%d calls, the last: %+v", w.seen(), w.last())
	}
}

func TestDateGoesByServersClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	w.advance(-48 * time.Hour)
	date := func() time.Duration {
		t.Helper()
		answer, _ := w.answer()
		at, err := http.ParseTime(answer.Header.Get("Date"))
		if err != nil {
			t.Fatal(err)
		}
		return time.Until(at).Round(time.Hour)
	}
	for _, tt := range []struct {
		fault *stssim.Fault
		want  time.Duration
	}{
		{nil, -48 * time.Hour},
		{&stssim.Fault{Kind: stssim.Throttling}, -48 * time.Hour},
		{&stssim.Fault{Kind: stssim.BadGateway}, -48 * time.Hour},
		{&stssim.Fault{Kind: stssim.Redirect}, -48 * time.Hour},
		{&stssim.Fault{Kind: stssim.Malformed}, -48 * time.Hour},
		{&stssim.Fault{Kind: stssim.SkewedClock}, -47 * time.Hour},
		{&stssim.Fault{Kind: stssim.SkewedClock, Skew: 50 * time.Hour}, 2 * time.Hour},
		{&stssim.Fault{Kind: stssim.SkewedClock, Skew: -time.Hour}, -49 * time.Hour},
		{&stssim.Fault{Kind: stssim.Throttling, Skew: time.Hour}, -48 * time.Hour},
	} {
		w.setFault(tt.fault)
		if got := date(); got != tt.want {
			t.Errorf("%+v: Date is off by %s, want %s", tt.fault, got, tt.want)
		}
	}
	q := w.raw()
	q.spoil = func(r *http.Request) { r.Host = "evil.example" } // the guards' answer
	w.setFault(nil)
	if at, err := http.ParseTime(w.header(q).Get("Date")); err != nil || time.Until(at).Round(time.Hour) != -48*time.Hour {
		t.Errorf("the guards' Date is %s, %v", at, err)
	}
}

// TestClientLearnsSkew has the unmodified SDK learn its skew from the Date
// header of the refusal: its second attempt is signed right.
func TestClientLearnsSkew(t *testing.T) {
	t.Parallel()
	for _, skew := range []time.Duration{3 * time.Hour, -3 * time.Hour} {
		w := newWorld(t, 1, 0)
		w.setFault(&stssim.Fault{Kind: stssim.SkewedClock, Skew: skew})
		want := "Signature expired: "
		if skew < 0 {
			want = "Signature not yet current: "
		}
		_, err := w.assume(w.bootstrap(), 0)
		wantError(t, err, "SignatureDoesNotMatch", want)
		before := w.seen()
		client := sts.New(sts.Options{
			Region: region, BaseEndpoint: aws.String(w.url),
			Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			}),
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return w.bootstrap(), nil }),
		})
		out, err := client.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: new(role), RoleSessionName: new("me")})
		if err != nil {
			t.Fatalf("%s: %v", skew, err)
		}
		if w.seen() != before+2 {
			t.Errorf("%s: %d attempts, want 2", skew, w.seen()-before)
		}
		if life := out.Credentials.Expiration.Sub(w.now()).Round(time.Minute); life != time.Hour+skew {
			t.Errorf("%s: the session ends in %s by the client's clock, want %s", skew, life, time.Hour+skew)
		}
		if call := w.last(); call.Code != "Success" {
			t.Errorf("call = %+v", call)
		}
	}
}

func TestSmallSkewIsForgiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	w.setFault(&stssim.Fault{Kind: stssim.SkewedClock, Skew: 4 * time.Minute})
	if _, err := w.assume(w.bootstrap(), 0); err != nil {
		t.Error(err)
	}
}
