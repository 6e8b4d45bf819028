package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// longTerm are key pairs that the chain finds in these tests.
const (
	chainKey    = "AKIACHAINEXAMPLE0001"
	chainSecret = "chainCanary/0123456789abcdefghij0123456a"
	nextKey     = "AKIACHAINEXAMPLE0002"
	nextSecret  = "nextCanary/0123456789abcdefghij01234567b"
)

// chained is a configuration whose credentials the SDK's chain finds.
func chained(url, block string) string { return withRole(plainRole(url) + block + "\n") }

func TestChainFromEnvironment(t *testing.T) {
	t.Parallel()
	s := newSTS(t, time.Hour)
	s.server.AddKey(chainKey, chainSecret, "", "chain")
	d := start(t, chained(s.url, `default_chain {}`), "AWS_ACCESS_KEY_ID="+chainKey, "AWS_SECRET_ACCESS_KEY="+chainSecret)
	d.works(s, "good", success)
	s.signedBy(chainKey)
	if r := d.tell().Roles[0]; r.Source != "default_chain" || r.SignedBy != chainKey || r.SessionARN != session {
		t.Errorf("/credentials tells %+v", r)
	}
	if status, answer := request(t, http.MethodPost, d.admin+"/bootstrap/creds", bootstrapBody); status != http.StatusConflict || !strings.Contains(answer, "no role takes bootstrap credentials") {
		t.Errorf("a bootstrap that nobody takes: %d %s", status, answer)
	}
}

// TestChainFromProfile changes the profile on disk while the daemon runs: the
// next call is signed by the new key, without a restart.
func TestChainFromProfile(t *testing.T) {
	t.Parallel()
	s := newSTS(t, time.Hour)
	s.server.AddKey(chainKey, chainSecret, "", "chain")
	s.server.AddKey(nextKey, nextSecret, "", "next")
	home := t.TempDir()
	file := filepath.Join(home, ".aws", "credentials")
	profile := func(key, secret string) {
		writeFile(t, file, "[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = other\n\n[work]\naws_access_key_id = "+key+"\naws_secret_access_key = "+secret+"\n")
	}
	profile(chainKey, chainSecret)
	d := start(t, chained(s.url, `default_chain { profile = "work" }`), "HOME="+home, "AWS_CONFIG_FILE=", "AWS_SHARED_CREDENTIALS_FILE=")
	first := d.works(s, "good", success)
	s.signedBy(chainKey)
	profile(nextKey, nextSecret)
	s.signedBy(nextKey)
	d.works(s, "new", func(doc document) bool { return doc.AccessKeyID != first.AccessKeyID })
	d.waitLine("the files of a credential source have changed", "source=default_chain")
	if got := d.tell().Roles[0]; got.SignedBy != nextKey {
		t.Errorf("/credentials tells %+v", got)
	}
}

// TestChainFromAContainer asks the endpoint of a container, with the token in
// a file that the SDK reads anew.
func TestChainFromAContainer(t *testing.T) {
	t.Parallel()
	s := newSTS(t, time.Hour)
	const key, secret, token = "ASIACONTAINEREXAMPLE", "containerCanary/123456789abcdefghij01234", "containerTokenCanary"
	s.server.AddKey(key, secret, token, "container")
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer podCanary" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, `{"AccessKeyId": %q, "SecretAccessKey": %q, "Token": %q, "Expiration": %q}`,
			key, secret, token, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	t.Cleanup(endpoint.Close)
	authorization := filepath.Join(t.TempDir(), "token")
	writeFile(t, authorization, "Bearer wrong")
	d := start(t, chained(s.url, `default_chain {}`),
		"AWS_CONTAINER_CREDENTIALS_FULL_URI="+endpoint.URL+"/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="+authorization)
	d.waitTold("the refusal", func(r toldRole) bool { return r.State == "failing" && r.Error.Message != "" })
	writeFile(t, authorization, "Bearer podCanary")
	d.act("/refresh", "")
	d.works(s, "good", success)
	s.signedBy(key)
	absent(t, "the log", d.output(), secret, token, "podCanary")
}
