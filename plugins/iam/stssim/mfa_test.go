package stssim_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const (
	serial      = "arn:aws:iam::123456789012:mfa/alice"
	invalidCode = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
	unknownMFA  = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
)

func withCode(serial, code string) *sts.AssumeRoleInput {
	in := &sts.AssumeRoleInput{RoleArn: new(role), RoleSessionName: new("me")}
	if serial != "" {
		in.SerialNumber = new(serial)
	}
	if code != "" {
		in.TokenCode = new(code)
	}
	return in
}

func TestMFA(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	alice := aws.Credentials{AccessKeyID: "AKIAALICE", SecretAccessKey: "s"}
	w.server.AddKey(alice.AccessKeyID, alice.SecretAccessKey, "", "alice")
	w.server.AddMFADevice(serial, "alice", func(code string) bool { return code == "123456" || code == "234567" })
	w.server.AddMFADevice("GAHT12345678", "", func(code string) bool { return code == "123456" })
	chained, err := w.assume(alice, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name         string
		who          aws.Credentials
		serial, code string
		want         string
	}{
		{"wrong code", alice, serial, "111111", invalidCode},
		{"right code", alice, serial, "123456", ""},
		{"again", alice, serial, "123456", invalidCode},
		{"next code", alice, serial, "234567", ""},
		{"unknown serial", alice, serial + "2", "123456", unknownMFA},
		{"another's device", w.bootstrap(), serial, "123456", unknownMFA},
		{"everybody's device", w.bootstrap(), "GAHT12345678", "123456", ""},
		{"session", chained, serial, "234567", unknownMFA},
		{"no code", alice, serial, "", "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."},
		{"no serial", alice, "", "123456", "must provide both"},
	} {
		_, err := w.assumeWith(tt.who, withCode(tt.serial, tt.code))
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
		} else {
			wantErrorOf(t, tt.name, err, "AccessDenied", tt.want)
		}
		if call := w.last(); call.SerialNumber != tt.serial || call.HasTokenCode != (tt.code != "") {
			t.Errorf("%s: call = %+v", tt.name, call)
		}
	}
}

func TestMFAWithoutDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	for _, s := range []string{serial, "another-serial"} {
		if _, err := w.assumeWith(w.bootstrap(), withCode(s, "000000")); err != nil {
			t.Errorf("any code is good: %v", err)
		}
		_, err := w.assumeWith(w.bootstrap(), withCode(s, "000000"))
		wantError(t, err, "AccessDenied", invalidCode)
	}
	chained, err := w.assume(w.bootstrap(), 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.assumeWith(chained, withCode(serial, "000001"))
	wantError(t, err, "AccessDenied", unknownMFA)
}

func TestCodeIsTakenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	for code := range 3 {
		var taken atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := w.assumeWith(w.bootstrap(), withCode(serial, strconv.Itoa(100000+code))); err == nil {
					taken.Add(1)
				}
			})
		}
		if all.Wait(); taken.Load() != 1 {
			t.Errorf("code %d was taken %d times by 8 at once", code, taken.Load())
		}
	}
}
