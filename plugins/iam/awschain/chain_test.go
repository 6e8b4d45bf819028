package awschain_test

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/awschain"
)

// home gives the process an environment that says nothing, and a home folder
// with a shared configuration. Environments are the process's own, so nothing
// here runs in parallel.
func home(t *testing.T, config string) string {
	t.Helper()
	dir := t.TempDir()
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			_ = os.Unsetenv(name)
		}
	}
	t.Setenv("HOME", dir)
	write(t, filepath.Join(dir, ".aws", "config"), config)
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o700)); err != nil {
		t.Fatal(err)
	}
	// Two versions within the file system's resolution of time must not look alike.
	stamp := time.Now().Add(time.Duration(len(text)) * time.Second)
	if err := os.Chtimes(path, stamp, stamp); err != nil {
		t.Fatal(err)
	}
}

func retrieve(t *testing.T, c *awschain.Chain) string {
	t.Helper()
	got, err := c.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got.AccessKeyID + " " + got.SecretAccessKey + " " + got.SessionToken
}

// refused is what a chain says that has nothing.
func refused(t *testing.T, c *awschain.Chain) *awschain.Error {
	t.Helper()
	_, err := c.Retrieve(t.Context())
	e, ok := errors.AsType[*awschain.Error](err)
	if !ok {
		t.Fatalf("error = %T %v", err, err)
	}
	return e
}

func TestEnvironmentAndProfile(t *testing.T) {
	dir := home(t, "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = d\n[profile other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = o\n")
	c := awschain.New("", "us-east-1")
	if got := retrieve(t, c); got != "AKIADEFAULT d " {
		t.Errorf("default profile: %s", got)
	}
	if got := retrieve(t, awschain.New("other", "us-east-1")); got != "AKIAOTHER o " {
		t.Errorf("other profile: %s", got)
	}
	if c.Changed() {
		t.Error("changed by itself")
	}
	write(t, filepath.Join(dir, ".aws", "credentials"), "[default]\naws_access_key_id = ASIANEW\naws_secret_access_key = n\naws_session_token = t\n")
	if !c.Changed() || c.Changed() {
		t.Error("a change is not told, or twice")
	}
	if got := retrieve(t, c); got != "ASIANEW n t" {
		t.Errorf("after the change: %s", got)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "e")
	c.Forget()
	if got := retrieve(t, c); got != "AKIAENV e " {
		t.Errorf("environment: %s", got)
	}
	if got := retrieve(t, awschain.New("other", "us-east-1")); got != "AKIAOTHER o " {
		t.Errorf("a profile that is named wins over the environment, got %s", got)
	}
}

func TestNothing(t *testing.T) {
	home(t, "[profile mfa]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = keys\nmfa_serial = arn:aws:iam::123456789012:mfa/me\n"+
		"[profile keys]\naws_access_key_id = A\naws_secret_access_key = s\n")
	for _, tt := range []struct{ profile, message, mend string }{
		{"", "no credentials in the environment, the shared configuration or a container's endpoint, and the instance metadata service is mockmd's own and is not asked for credentials", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or make a profile with aws configure"},
		{"gone", "there is no profile gone in the shared configuration", "add it, or name another profile"},
		{"mfa", "the profile wants an MFA code, and nobody can be asked for one here", "name its source_profile as the profile, and put its role_arn and mfa_serial into the role block"},
	} {
		if e := refused(t, awschain.New(tt.profile, "us-east-1")); e.Message != tt.message || e.Mend != tt.mend || e.Passes {
			t.Errorf("%q: %+v", tt.profile, e)
		}
	}
}

// The metadata service is never asked, whatever the environment says.
func TestNoLoop(t *testing.T) {
	asked := 0
	metadata := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer metadata.Close()
	home(t, "[profile ec2]\nrole_arn = arn:aws:iam::123456789012:role/x\ncredential_source = Ec2InstanceMetadata\n")
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.URL)
	for _, profile := range []string{"", "ec2"} {
		if e := refused(t, awschain.New(profile, "us-east-1")); e.Passes || !strings.Contains(e.Message, "no credentials in the environment") {
			t.Errorf("%q: %+v", profile, e)
		}
	}
	for _, address := range []string{"169.254.169.254", "[fd00:ec2::254]", "[::ffff:169.254.169.254]"} {
		t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://"+address+"/latest/meta-data/iam/security-credentials/app")
		if e := refused(t, awschain.New("", "us-east-1")); e.Passes || e.Message != "the instance metadata service is mockmd's own and is not asked for credentials" {
			t.Errorf("%s: %+v", address, e)
		}
	}
	if asked != 0 {
		t.Errorf("it was asked %d times", asked)
	}
}

func TestCredentialProcess(t *testing.T) {
	dir := home(t, "")
	script := filepath.Join(dir, "process")
	write(t, filepath.Join(dir, ".aws", "config"), "[default]\ncredential_process = "+script+"\n")
	c := awschain.New("", "us-east-1")
	for _, tt := range []struct{ name, output, want string }{
		{"fails", "exit 3", "credential_process failed: process provider error: error in credential_process: exit status 3"},
		{"not JSON", "echo CANARY", "the output of credential_process is not the JSON object that it must be"},
		{"half JSON", `echo '{"Version":1,"SecretAccessKey":"CANARY"'`, "the output of credential_process is not the JSON object that it must be"},
		{"version", `echo '{"Version":2,"SecretAccessKey":"CANARY"}'`, "credential_process failed: process provider error: wrong version in process output (not 1)"},
		{"no id", `echo '{"Version":1,"SecretAccessKey":"CANARY"}'`, "credential_process failed: process provider error: missing AccessKeyId in process output"},
		{"loud", `echo CANARY >&2; exit 1`, "credential_process failed: process provider error: error in credential_process: exit status 1"},
	} {
		write(t, script, "#!/bin/sh\n"+tt.output+"\n")
		if e := refused(t, c); e.Message != tt.want || e.Mend != "run the command of credential_process by hand" || e.Passes {
			t.Errorf("%s: %+v, want %s", tt.name, e, tt.want)
		}
	}
	write(t, script, "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"ASIAPROCESS\",\"SecretAccessKey\":\"p\",\"SessionToken\":\"t\"}'\n")
	if got := retrieve(t, c); got != "ASIAPROCESS p t" {
		t.Errorf("got %s", got)
	}
}

// sso stands in for the SSO portal and its token service.
func sso(t *testing.T, portal func(w http.ResponseWriter, r *http.Request)) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(portal))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL_SSO", server.URL)
	t.Setenv("AWS_ENDPOINT_URL_SSO_OIDC", server.URL)
}

const ssoConfig = `[profile corp]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = dev
region = eu-central-1
[sso-session corp]
sso_region = eu-central-1
sso_start_url = https://corp.awsapps.com/start
`

// cachePath is where aws sso login puts the token of the session corp.
func cachePath(home string) string {
	sum := sha1.Sum([]byte("corp"))
	return filepath.Join(home, ".aws", "sso", "cache", hex.EncodeToString(sum[:])+".json")
}

func TestSSO(t *testing.T) {
	dir := home(t, ssoConfig)
	status := http.StatusOK
	sso(t, func(w http.ResponseWriter, r *http.Request) {
		if status != http.StatusOK {
			w.Header().Set("X-Amzn-Errortype", map[int]string{401: "UnauthorizedException", 429: "TooManyRequestsException"}[status])
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, `{"message":"no"}`)
			return
		}
		if r.Header.Get("X-Amz-Sso_bearer_token") != "good" || r.URL.Query().Get("role_name") != "dev" {
			t.Errorf("asked %s with %v", r.URL, r.Header)
		}
		_, _ = fmt.Fprintf(w, `{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"s","sessionToken":"t","expiration":%d}}`, time.Now().Add(time.Hour).UnixMilli())
	})
	c := awschain.New("corp", "us-east-1")
	const mend = "run aws sso login --profile corp as the user that mockmd runs as"
	expired := func(what, message string) {
		t.Helper()
		if e := refused(t, c); e.Message != message || e.Mend != mend || e.Passes {
			t.Errorf("%s: %+v", what, e)
		}
	}
	expired("nobody has logged in", "the SSO session has expired, or nobody has logged in")
	if c.Changed() {
		t.Error("changed by itself")
	}
	cache := cachePath(dir)
	put := func(token string, expires time.Time) {
		text, _ := json.Marshal(map[string]string{"accessToken": token, "expiresAt": expires.UTC().Format(time.RFC3339)})
		write(t, cache, string(text))
	}
	put("old", time.Now().Add(-time.Hour))
	if !c.Changed() {
		t.Error("a login is not noticed")
	}
	expired("expired", "the SSO session has expired, or nobody has logged in")
	put("good", time.Now().Add(time.Hour))
	if !c.Changed() {
		t.Error("a second login is not noticed")
	}
	if got := retrieve(t, c); got != "ASIASSO s t" {
		t.Errorf("got %s", got)
	}
	put("good", time.Now().Add(2*time.Hour)) // while all is well that is no news
	if c.Changed() {
		t.Error("a token that was renewed is news")
	}
	c.Forget()
	status = http.StatusUnauthorized
	expired("refused", "the SSO session is not accepted any more")
	status = http.StatusTooManyRequests
	if e := refused(t, c); !e.Passes || e.Code != "TooManyRequestsException" {
		t.Errorf("throttled: %+v", e)
	}
	status = http.StatusBadGateway
	if e := refused(t, c); !e.Passes {
		t.Errorf("down: %+v", e)
	}
}

func TestContainer(t *testing.T) {
	home(t, "")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "let me in" {
			w.WriteHeader(http.StatusForbidden)
			_, _ = fmt.Fprint(w, `{"code":"AccessDenied","message":"no"}`)
			return
		}
		_, _ = fmt.Fprintf(w, `{"AccessKeyId":"ASIABOX","SecretAccessKey":"b","Token":"t","Expiration":%q}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	defer server.Close()
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL+"/creds")
	c := awschain.New("", "us-east-1")
	if e := refused(t, c); e.Passes {
		t.Errorf("without a token: %+v", e)
	}
	t.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let me in")
	if got := retrieve(t, c); got != "ASIABOX b t" {
		t.Errorf("got %s", got)
	}
	server.Close()
	c.Forget()
	if e := refused(t, c); !e.Passes {
		t.Errorf("nobody there: %+v", e)
	}
}

func TestUnreadableConfiguration(t *testing.T) {
	home(t, "[profile x\nsecret CANARY\n")
	_, err := awschain.New("x", "us-east-1").Retrieve(context.Background())
	if err == nil || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("error = %v", err)
	}
}
