package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	staticKey    = "AKIASTATICEXAMPLE001"
	staticSecret = "staticCanary/0123456789abcdefghij0123456"
	staticToken  = "staticTokenCanary0123456789"
)

// TestStaticFromTheBlock serves what the configuration says, and an end that
// is put off.
func TestStaticFromTheBlock(t *testing.T) {
	t.Parallel()
	s := newSTS(t, time.Hour)
	s.server.AddKey(staticKey, staticSecret, "", "static")
	d := start(t, chained(s.url, fmt.Sprintf("static {\n  access_key_id = %q\n  secret_access_key = %q\n  duration = \"4s\"\n}", staticKey, staticSecret)))
	first := d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
	if first.AccessKeyID != staticKey || first.SecretAccessKey != staticSecret || first.Token != "" {
		t.Errorf("served %s and a token %q", first.AccessKeyID, first.Token)
	}
	if arn := caller(t, d.served(), s.url); arn != "arn:aws:iam::123456789012:user/static" {
		t.Errorf("what is served belongs to %s", arn)
	}
	d.waitRole("with a later end", func(doc document) bool { return doc.Code == "Success" && doc.Expiration.After(first.Expiration) })
	if r := d.tell().Roles[0]; r.Source != "static" || r.State != "valid" || r.AccessKeyID != staticKey {
		t.Errorf("/credentials tells %+v", r)
	}
	if calls := granted(s.soFar()); len(calls) > 0 {
		t.Errorf("a role was assumed: %+v", calls)
	}
	absent(t, "the log", d.output(), staticSecret)
}

// TestStaticFromAFile serves what a file holds, and what it holds next.
func TestStaticFromAFile(t *testing.T) {
	t.Parallel()
	s := newSTS(t, time.Hour)
	s.server.AddKey(staticKey, staticSecret, staticToken, "static")
	s.server.AddKey(nextKey, nextSecret, "", "next")
	file := filepath.Join(t.TempDir(), "keys.json")
	keys := func(key, secret, token string, expires time.Time) {
		end := ""
		if !expires.IsZero() {
			end = fmt.Sprintf(`, "Expiration": %q`, expires.UTC().Format(time.RFC3339))
		}
		writeFile(t, file, fmt.Sprintf(`{"AccessKeyId": %q, "SecretAccessKey": %q, "SessionToken": %q%s}`, key, secret, token, end))
	}
	end := time.Now().Add(30 * time.Minute).Truncate(time.Second)
	keys(staticKey, staticSecret, staticToken, end)
	d := start(t, chained(s.url, `static { file = "`+file+`" }`))
	first := d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
	if first.AccessKeyID != staticKey || first.Token != staticToken || !first.Expiration.Equal(end) {
		t.Errorf("served %s until %s, want %s until %s", first.AccessKeyID, first.Expiration, staticKey, end)
	}
	if arn := caller(t, d.served(), s.url); arn != "arn:aws:sts::123456789012:assumed-role/static/static" {
		t.Errorf("what is served belongs to %s", arn)
	}
	for _, tt := range []struct{ text, message string }{
		{"{\"AccessKeyId\": \"AKIA\", \"SecretAccessKey\": \"" + staticSecret, file + " is not a JSON object with AccessKeyId, SecretAccessKey and SessionToken"},
		{`{"AccessKeyId": "AKIA"}`, file + ": There is no secret access key."},
		{fmt.Sprintf(`{"AccessKeyId": "AKIA", "SecretAccessKey": %q, "Expiration": "2020-01-01T00:00:00Z"}`, staticSecret), "those in " + file + " have expired at 2020-01-01T00:00:00Z"},
	} {
		writeFile(t, file, tt.text)
		d.act("/refresh", "")
		r := d.waitTold(tt.message, func(r toldRole) bool { return r.Error.Message == "the static credentials cannot be had: "+tt.message })
		if r.Error.Class != "needs a human" || r.Error.Mend != "put valid credentials into "+file || r.AccessKeyID != staticKey {
			t.Errorf("told as %+v", r)
		}
	}
	keys(nextKey, nextSecret, "", time.Time{})
	d.act("/refresh", "")
	d.waitRole("new", func(doc document) bool { return doc.Code == "Success" && doc.AccessKeyID == nextKey })
	absent(t, "the log", d.output(), staticSecret, staticToken, nextSecret)
	status, _ := get(t, d.metadata+"/latest/meta-data/iam/info")
	if status != http.StatusOK {
		t.Errorf("iam/info: %d", status)
	}
}

// TestStaticSecretsInDiagnostics: validation says what is wrong with a block,
// and shows nothing of it.
func TestStaticSecretsInDiagnostics(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ block, want string }{
		"duration": {"duration = \"1x\"\n", "The duration is what documents say of the life of the credentials: 2s to 12h, such as 1h."},
		"no key":   {"", "There is no access key id."},
		"unknown":  {"acces_key_id = \"" + staticKey + "\"\n", "Unsupported argument"},
		"twice":    {"file = \"keys.json\"\n", "The credentials are either in the file or in the block."},
		"mistyped": {"session_token = { canary = \"" + staticToken + "\" }\n", "string required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			block := "static {\n" + tt.block + "secret_access_key = \"" + staticSecret + "\"\n}"
			code, stdout, stderr := runOnce(t, chained("http://127.0.0.1:1", block), "validate")
			if code != exitConfig || !strings.Contains(flat(stderr), tt.want) {
				t.Errorf("exit code %d, want %q in:\n%s", code, tt.want, stderr)
			}
			absent(t, "the diagnostics", stdout+stderr, staticSecret, staticToken)
			if t.Failed() {
				t.Log(stderr)
			}
		})
	}
}
