package stssim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

func TestCallTellsAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	in := tagged([]string{"stage"}, "team", "blue", "stage", "test")
	in.ExternalId, in.SourceIdentity = new("ext/1"), new("alice")
	in.SerialNumber, in.TokenCode = new(serial), new("918273")
	in.Policy, in.DurationSeconds = new(`{"Version":"2012-10-17"}`), new(int32(900))
	for _, arn := range []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/mine"} {
		in.PolicyArns = append(in.PolicyArns, types.PolicyDescriptorType{Arn: new(arn)})
	}
	got, err := w.assumeWith(w.bootstrap(), in)
	if err != nil {
		t.Fatal(err)
	}
	call := w.last()
	want := stssim.Call{
		Action: "AssumeRole", AccessKeyID: w.bootstrap().AccessKeyID, CallerARN: "arn:aws:iam::123456789012:user/simulated",
		RoleARN: role, SessionName: "me", Duration: 15 * time.Minute, ExternalID: "ext/1", SourceIdentity: "alice",
		HasPolicy: true, PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/mine"},
		Tags: map[string]string{"team": "blue", "stage": "test"}, TransitiveTagKeys: []string{"stage"},
		SerialNumber: serial, HasTokenCode: true,
		Status: 200, Code: "Success", IssuedKeyID: got.AccessKeyID, Expires: got.Expires,
	}
	if diff := cmp.Diff(want, call, cmpopts.IgnoreFields(stssim.Call{}, "Time")); diff != "" {
		t.Errorf("call (-want +got):\n%s", diff)
	}
	text := fmt.Sprintf("%+v", call)
	for name, secret := range map[string]string{"code": "918273", "secret": got.SecretAccessKey, "token": got.SessionToken, "caller's secret": w.bootstrap().SecretAccessKey} {
		if strings.Contains(text, secret) {
			t.Errorf("the call tells the %s: %s", name, text)
		}
	}
}

func TestCallOfWebIdentityHasNoToken(t *testing.T) {
	t.Parallel()
	i, w := newIssuer(t), newWorld(t, 1, 0)
	token := i.token("ES256", claims(w.now(), nil))
	for _, fault := range []*stssim.Fault{nil, {Kind: stssim.IDPRejectedClaim}, {Kind: stssim.Denied}} {
		w.setFault(fault)
		_, err := w.identify(token, 0)
		text := fmt.Sprintf("%+v %v", w.last(), err)
		for part := range strings.SplitSeq(token, ".") {
			if strings.Contains(text, part) {
				t.Errorf("told: %s", text)
			}
		}
	}
}

func TestCallWithoutVerifiedSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	bad := w.bootstrap()
	bad.SecretAccessKey = "wrong"
	_, err := w.client(bad).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	wantError(t, err, "SignatureDoesNotMatch", "")
	if call := w.last(); call.AccessKeyID != bad.AccessKeyID || call.CallerARN != "" {
		t.Errorf("call = %+v", call)
	}
}
