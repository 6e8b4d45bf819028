package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// rehearsed is a configuration whose documents tell another end than that of
// the credentials.
func rehearsed(expiresIn string) string {
	return withRole(`role "app" { arn = "arn:aws:iam::123456789012:role/app" }
sts {
  simulated  = true
  expires_in = "` + expiresIn + `"
}
`)
}

// TestStaticStability lets aws-sdk-go-v2 see what it sees in an outage of the
// real service: documents that have expired, or are about to. It uses them,
// and keeps them when nobody answers any more.
func TestStaticStability(t *testing.T) {
	t.Parallel()
	for _, expiresIn := range []string{"-5m", "2m"} {
		t.Run(expiresIn, func(t *testing.T) {
			t.Parallel()
			in, _ := time.ParseDuration(expiresIn)
			d := start(t, rehearsed(expiresIn))
			d.waitStatus("true")
			url := d.simulatedSTS()
			doc := d.role()
			if off := time.Until(doc.Expiration) - in; off.Abs() > 30*time.Second {
				t.Errorf("the document ends in %s, want %s", time.Until(doc.Expiration), in)
			}
			cfg := d.served()
			cache := aws.NewCredentialsCache(cfg.Credentials)
			cfg.Credentials = cache
			if arn := caller(t, cfg, url); arn != session {
				t.Errorf("caller is %s", arn)
			}
			before, err := cache.Retrieve(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			d.stop()
			after, err := cache.Retrieve(t.Context())
			if err != nil || after.AccessKeyID != before.AccessKeyID {
				t.Fatalf("once nobody answers the SDK has %s %v, want %s", after.AccessKeyID, err, before.AccessKeyID)
			}
			t.Logf("the document ended in %s, the SDK uses it for another %s", expiresIn, time.Until(after.Expires).Round(time.Second))
			if in < 0 && time.Until(after.Expires) < 4*time.Minute {
				t.Errorf("it is extended to %s only", after.Expires)
			}
		})
	}
}

// extending reads credentials as every program on boto3 does, and tells what
// it got and whether botocore has put off their end.
const extending = `
import io, json, logging
out = io.StringIO()
logging.getLogger("botocore.utils").addHandler(logging.StreamHandler(out))
logging.getLogger("botocore.utils").setLevel(logging.INFO)
import botocore.session
creds = botocore.session.get_session().get_credentials()
frozen = creds.get_frozen_credentials()
print(json.dumps({"key": frozen.access_key, "method": creds.method, "log": out.getvalue()}))
`

// TestStaticStabilityOfBoto3: botocore extends what is about to expire.
func TestStaticStabilityOfBoto3(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("NOT RUN: no python3 here, so no boto3 to try")
	}
	if out, err := exec.CommandContext(t.Context(), python, "-c", "import boto3").CombinedOutput(); err != nil {
		t.Skipf("NOT RUN: the Python package boto3 is not installed for %s: %s", python, out)
	}
	for expiresIn, extended := range map[string]bool{"-5m": true, "2m": true, "3h": false} {
		t.Run(expiresIn, func(t *testing.T) {
			t.Parallel()
			d := start(t, rehearsed(expiresIn))
			d.waitStatus("true")
			cmd := exec.CommandContext(t.Context(), python, "-c", extending)
			for _, kv := range os.Environ() {
				if !strings.HasPrefix(kv, "AWS_") {
					cmd.Env = append(cmd.Env, kv)
				}
			}
			cmd.Env = append(cmd.Env, "AWS_EC2_METADATA_SERVICE_ENDPOINT="+d.metadata, "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
			text, err := cmd.Output()
			var got struct{ Key, Method, Log string }
			if err != nil || json.Unmarshal(text, &got) != nil {
				t.Fatalf("%v %s", err, text)
			}
			t.Logf("%+v", got)
			if got.Method != "iam-role" || got.Key != d.role().AccessKeyID {
				t.Errorf("boto3 has %s by %s", got.Key, got.Method)
			}
			if strings.Contains(got.Log, "Attempting credential expiration extension") != extended {
				t.Errorf("extended: want %t, the log is %q", extended, got.Log)
			}
		})
	}
}
