package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// TestSecretsStayInside runs everything that handles secrets, faults
// included, with the log at trace, and looks for them wherever they must not
// be.
func TestSecretsStayInside(t *testing.T) {
	t.Parallel()
	s := newSTS(t, 4*time.Second)
	d := start(t, withSTS(s.url), "AWS_SECRET_ACCESS_KEY=envCanary/0123456789abcdef0123456789abcd")
	answers := ""
	for _, body := range []string{
		`{"AccessKeyId": "", "SecretAccessKey": "` + bootstrapSecret + `"}`,
		`{"AccessKeyId": "AKIA", "SecretAccessKey": "` + bootstrapSecret + `", "Extra": 1}`,
		`{"AccessKeyId": "AKIA", "SecretAccessKey": "` + bootstrapSecret,
		`{"SecretAccessKey": "` + bootstrapSecret + `", "SecretAccessKey": "` + bootstrapSecret + `"}`,
		bootstrapSecret,
	} {
		status, answer := request(t, http.MethodPost, d.admin+"/bootstrap/creds", body)
		if status != http.StatusBadRequest {
			t.Errorf("status %d for a malformed body", status)
		}
		answers += answer
	}
	d.bootstrap()
	r := d.read(2, nil)
	for _, fault := range []stssim.FaultKind{stssim.Denied, stssim.Malformed, stssim.Incomplete} {
		s.set(fault)
		s.wait(fault.String(), func(c []stssim.Call) bool { return lastCode(c) == fault.String() })
		s.set(0)
		n := len(granted(s.wait("", func([]stssim.Call) bool { return true })))
		s.wait("recovery", func(c []stssim.Call) bool { return len(granted(c)) > n })
	}
	for _, path := range []string{"/status", "/readyz", "/healthz", "/bootstrap/creds", "/none"} {
		_, answer := get(t, d.admin+path)
		answers += answer
	}
	outside := map[string]string{"admin answers": answers}
	for name, pid := range d.pids("identity", "placement", "iam") {
		for _, file := range []string{"cmdline", "environ"} {
			if name == "iam" && file == "environ" {
				continue // is given the AWS variables on purpose
			}
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
			if err != nil && !os.IsNotExist(err) && !os.IsPermission(err) {
				t.Error(err)
			}
			outside[file+" of "+name] = string(text)
		}
	}
	r.stop()
	d.stop()
	outside["output of mockmd"] = d.output()
	secrets := []string{bootstrapSecret, "envCanary"}
	for s := range r.secrets {
		secrets = append(secrets, s)
	}
	if len(secrets) < 6 {
		t.Errorf("only %d secrets were seen: the test has no teeth", len(secrets))
	}
	for where, text := range outside {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("a secret is in the %s", where)
			}
		}
	}
	if !strings.Contains(outside["output of mockmd"], bootstrapKey) {
		t.Error("the log does not name the bootstrap key: the test looks in the wrong place")
	}
}
