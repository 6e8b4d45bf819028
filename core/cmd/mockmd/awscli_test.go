package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestAWSCLI: the AWS CLI (botocore) finds its credentials through mockmd and
// is known to the simulated STS.
func TestAWSCLI(t *testing.T) {
	t.Parallel()
	cli, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("NOT RUN: no aws command here")
	}
	d := start(t, simulated)
	d.waitStatus("true")
	cmd := exec.CommandContext(t.Context(), cli, "sts", "get-caller-identity", "--output", "json", "--endpoint-url", d.simulatedSTS())
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "AWS_") }),
		"AWS_EC2_METADATA_SERVICE_ENDPOINT="+d.metadata+"/", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"AWS_DEFAULT_REGION=eu-west-1", "AWS_METADATA_SERVICE_TIMEOUT=20", "AWS_METADATA_SERVICE_NUM_ATTEMPTS=3")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("aws: %v\n%s", err, out)
	}
	var id struct{ Account, Arn string }
	if err := json.Unmarshal(out, &id); err != nil || id.Account != "123456789012" || !assumedRole.MatchString(id.Arn) {
		t.Errorf("caller identity %s %v", out, err)
	}
}
