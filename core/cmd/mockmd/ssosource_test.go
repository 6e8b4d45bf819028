package main

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

const ssoSecret, ssoSessionToken = "ssoCanary/0123456789abcdefghij0123456789", "ssoSessionCanary0123456789"

// sso stands in for the two services of AWS SSO that a client talks to.
type sso struct {
	url string

	mu       sync.Mutex
	valid    map[string]bool // access tokens
	life     time.Duration   // of role credentials
	granted  int
	created  int
	refuseIt bool // refresh tokens
}

func newSSO(t *testing.T, s *testSTS, life time.Duration) *sso {
	t.Helper()
	o := &sso{valid: map[string]bool{}, life: life}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /federation/credentials", func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		defer o.mu.Unlock()
		if !o.valid[r.Header.Get("X-Amz-Sso_bearer_token")] || r.URL.Query().Get("account_id") != "123456789012" || r.URL.Query().Get("role_name") != "Admin" {
			ssoRefuse(w, http.StatusUnauthorized, "UnauthorizedException", "Session token not found or invalid")
			return
		}
		o.granted++
		key := fmt.Sprintf("ASIASSOEXAMPLE%06d", o.granted)
		s.server.AddKey(key, ssoSecret, ssoSessionToken, "sso")
		fmt.Fprintf(w, `{"roleCredentials": {"accessKeyId": %q, "secretAccessKey": %q, "sessionToken": %q, "expiration": %d}}`,
			key, ssoSecret, ssoSessionToken, time.Now().Add(o.life).UnixMilli())
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		defer o.mu.Unlock()
		var in struct{ GrantType, RefreshToken, ClientID, ClientSecret string }
		if json.NewDecoder(r.Body).Decode(&in) != nil || o.refuseIt || in.GrantType != "refresh_token" || in.RefreshToken != "refreshCanary" || in.ClientSecret != "clientCanary" {
			ssoRefuse(w, http.StatusBadRequest, "InvalidGrantException", "Invalid refresh token provided")
			return
		}
		o.created++
		token := fmt.Sprintf("accessCanary-%d", o.created)
		o.valid[token] = true
		fmt.Fprintf(w, `{"accessToken": %q, "expiresIn": 3600, "refreshToken": "refreshCanary", "tokenType": "Bearer"}`, token)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

func ssoRefuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("X-Amzn-Errortype", code)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"__type": %q, "message": %q}`, code, message)
}

func (o *sso) set(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
}

// login writes what `aws sso login` leaves behind.
func (o *sso) login(t *testing.T, home, accessToken string, expires time.Time) {
	t.Helper()
	o.set(func() { o.valid[accessToken] = true })
	name := sha1.Sum([]byte("corp"))
	writeFile(t, filepath.Join(home, ".aws", "sso", "cache", hex.EncodeToString(name[:])+".json"), fmt.Sprintf(
		`{"startUrl": "https://corp.awsapps.com/start", "region": "eu-west-1", "accessToken": %q, "expiresAt": %q,
		"clientId": "client", "clientSecret": "clientCanary", "registrationExpiresAt": %q, "refreshToken": "refreshCanary"}`,
		accessToken, expires.UTC().Format(time.RFC3339), time.Now().Add(time.Hour).UTC().Format(time.RFC3339)))
}

// ssoConfig is a profile with an SSO session.
const ssoConfig = `
[profile corp]
sso_session    = corp
sso_account_id = 123456789012
sso_role_name  = Admin
region         = eu-west-1

[sso-session corp]
sso_region              = eu-west-1
sso_start_url           = https://corp.awsapps.com/start
sso_registration_scopes = sso:account:access
`

func ssoEnv(home, url string) []string {
	return []string{
		"HOME=" + home, "AWS_CONFIG_FILE=", "AWS_SHARED_CREDENTIALS_FILE=",
		"AWS_ENDPOINT_URL_SSO=" + url, "AWS_ENDPOINT_URL_SSO_OIDC=" + url,
	}
}

// TestSSO: the cached token has ended and is refreshed; then the session ends,
// which is told once, as something for a person, while the good set stays
// served; then somebody logs in, and all is well again by itself.
func TestSSO(t *testing.T) {
	t.Parallel()
	s := newSTS(t, 20*time.Second)
	o := newSSO(t, s, 2*time.Second)
	home := t.TempDir()
	writeFile(t, filepath.Join(home, ".aws", "config"), ssoConfig)
	o.login(t, home, "firstCanary", time.Now().Add(-time.Minute))
	d := start(t, chained(s.url, `default_chain { profile = "corp" }`), ssoEnv(home, o.url)...)
	d.works(s, "good", success)
	o.set(func() {
		if o.created != 1 || o.granted == 0 {
			t.Errorf("%d tokens created and %d sets granted, want 1 and some", o.created, o.granted)
		}
		clear(o.valid) // somebody ends the session in the console
		o.refuseIt = true
	})
	r := d.readGood(1, nil)
	d.act("/refresh", "") // and renewals fail from now on
	failed := d.waitTold("that a person is needed", func(r toldRole) bool { return r.Error.Class == "needs a human" })
	good := d.role() // the first refresh may have found credentials that are still kept
	if failed.State != "valid" || failed.AccessKeyID != good.AccessKeyID || good.Code != "Success" || failed.Error.Mend != "run aws sso login --profile corp as the user that mockmd runs as" {
		t.Errorf("an expired SSO session is told as %+v", failed)
	}
	d.act("/refresh", "") // it fails again
	d.waitTold("another attempt", func(r toldRole) bool { return r.Attempts >= 2 })
	if doc := d.role(); doc.Code != "Success" {
		t.Errorf("meanwhile %+v is served", doc)
	}
	o.login(t, home, "secondCanary", time.Now().Add(time.Hour))
	d.works(s, "new", func(doc document) bool { return doc.AccessKeyID != good.AccessKeyID })
	t.Logf("%d reads, all of them good; %d tokens created, %d sets granted", r.stop(), o.created, o.granted)
	if n := linesWith(d.output(), "[ERROR]", "the credential chain fails", "aws sso login --profile corp"); n < 1 || n > 2 { // refresh asks for news, and is told it once more
		t.Errorf("the expired session is told %d times at level error, want 1, and once more when somebody asks", n)
	}
	absent(t, "the log", d.output(), ssoSecret, ssoSessionToken, "accessCanary", "firstCanary", "secondCanary", "refreshCanary", "clientCanary")
}
