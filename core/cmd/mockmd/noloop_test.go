package main

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// freePort is a port that nobody listens on just now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// TestNoLoop: the chain never asks the metadata service, which is mockmd's
// own, even where the environment points there and a profile asks for it.
func TestNoLoop(t *testing.T) {
	t.Parallel()
	const nothing = "no credentials in the environment, the shared configuration or a container's endpoint, " +
		"and the instance metadata service is mockmd's own and is not asked for credentials"
	for name, tt := range map[string]struct{ config, block, message, mend string }{
		"nothing else": {
			"", `default_chain {}`, "the credential chain fails: " + nothing, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
		},
		"credential_source": {
			"[profile own]\nrole_arn = arn:aws:iam::123456789012:role/app\ncredential_source = Ec2InstanceMetadata\n",
			`default_chain { profile = "own" }`, "the credential chain fails: " + nothing, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSTS(t, time.Hour)
			home := t.TempDir()
			writeFile(t, filepath.Join(home, ".aws", "config"), tt.config)
			address := "127.0.0.1:" + freePort(t)
			config := strings.Replace(chained(s.url, tt.block), "127.0.0.1:0", address, 1)
			d := start(t, config, "HOME="+home, "AWS_CONFIG_FILE=", "AWS_SHARED_CREDENTIALS_FILE=",
				"AWS_EC2_METADATA_SERVICE_ENDPOINT=http://"+address, "AWS_EC2_METADATA_DISABLED=false")
			if d.metadata != "http://"+address {
				t.Fatalf("metadata on %s, want %s", d.metadata, address)
			}
			r := d.waitTold("the failure", func(r toldRole) bool { return r.State == "failing" })
			t.Logf("%+v", r.Error)
			if !strings.HasPrefix(r.Error.Message, tt.message) || !strings.HasPrefix(r.Error.Mend, tt.mend) || r.Error.Class != "needs a human" {
				t.Errorf("told as %+v", r.Error)
			}
			d.act("/refresh", "")
			d.waitTold("another attempt", func(r toldRole) bool { return r.Attempts >= 2 })
			d.stop()
			if n := linesWith(d.output(), "metadata: request"); n > 0 {
				t.Errorf("%d requests have reached the metadata listener", n)
			}
			if calls := s.soFar(); len(calls) > 0 {
				t.Errorf("STS was called: %+v", calls)
			}
		})
	}
}
