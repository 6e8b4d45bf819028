package stssim_test

import (
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

const (
	hop1 = "arn:aws:iam::123456789012:role/hop1"
	hop2 = "arn:aws:iam::999999999999:role/hop2"
)

// trusting is a world where hop1 trusts users with the external id "ext" and
// MFA, hop2 trusts hop1, and role trusts one service account.
func trusting(t *testing.T) (*world, func() stssim.Caller) {
	var mu sync.Mutex
	var last stssim.Caller
	w := newWorld(t, 1, 0, func(o *stssim.Options) {
		o.Trust = func(c stssim.Caller, roleARN string) bool {
			mu.Lock()
			defer mu.Unlock()
			last = c
			switch roleARN {
			case hop1:
				return !c.Temporary && c.ExternalID == "ext" && c.MFA
			case hop2:
				return c.Temporary && c.ARN == "arn:aws:sts::123456789012:assumed-role/hop1/me"
			}
			return c.Subject == "system:serviceaccount:default:app" && c.Audience == "sts.amazonaws.com"
		}
	})
	return w, func() stssim.Caller {
		mu.Lock()
		defer mu.Unlock()
		return last
	}
}

func TestTrust(t *testing.T) {
	t.Parallel()
	w, caller := trusting(t)
	_, err := w.assumeWith(w.bootstrap(), &sts.AssumeRoleInput{RoleArn: new(hop1), RoleSessionName: new("me")})
	wantError(t, err, "AccessDenied", "User: arn:aws:iam::123456789012:user/simulated is not authorized to perform: sts:AssumeRole on resource: "+hop1)
	if call := w.last(); call.Status != 403 || call.IssuedKeyID != "" || call.CallerARN != "arn:aws:iam::123456789012:user/simulated" {
		t.Errorf("call = %+v", call)
	}
	first, err := w.assumeWith(w.bootstrap(), &sts.AssumeRoleInput{
		RoleArn: new(hop1), RoleSessionName: new("me"), ExternalId: new("ext"), SerialNumber: new(serial), TokenCode: new("123456"),
		SourceIdentity: new("alice"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := caller(), (stssim.Caller{
		ARN: "arn:aws:iam::123456789012:user/simulated", Account: account, MFA: true, ExternalID: "ext", SourceIdentity: "alice",
	}); got != want {
		t.Errorf("caller = %+v, want %+v", got, want)
	}
	second, err := w.assumeWith(first, &sts.AssumeRoleInput{RoleArn: new(hop2), RoleSessionName: new("me")})
	if err != nil {
		t.Fatal(err)
	}
	if call := w.last(); call.CallerARN != "arn:aws:sts::123456789012:assumed-role/hop1/me" || call.AccessKeyID != first.AccessKeyID || call.RoleARN != hop2 {
		t.Errorf("the chain's call = %+v", call)
	}
	_, err = w.assumeWith(second, &sts.AssumeRoleInput{RoleArn: new(hop2), RoleSessionName: new("me")})
	wantError(t, err, "AccessDenied", "User: arn:aws:sts::999999999999:assumed-role/hop2/me is not authorized")
	if c := caller(); !c.Temporary || c.Account != "999999999999" {
		t.Errorf("caller = %+v", c)
	}
}

func TestTrustInWebIdentity(t *testing.T) {
	t.Parallel()
	w, caller := trusting(t)
	i := newIssuer(t)
	if _, err := w.identify(i.token("ES256", claims(w.now(), nil)), 0); err != nil {
		t.Error(err)
	}
	if got, want := caller(), (stssim.Caller{
		ARN: "arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/1", Account: account,
		Subject: "system:serviceaccount:default:app", Audience: "sts.amazonaws.com",
	}); got != want {
		t.Errorf("caller = %+v, want %+v", got, want)
	}
	_, err := w.identify(i.token("ES256", claims(w.now(), map[string]any{"sub": "another"})), 0)
	wantError(t, err, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
}
