package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// simulated is a configuration that works by itself.
const simulated = preamble + `
instance {
  account_id           = "123456789012"
  availability_zone    = "eu-west-1b"
  instance_type        = "c7g.large"
  iam_instance_profile = "app"
}
plugin "identity" {}
plugin "placement" {}
plugin "iam" {
  config {
    role "app" {
      arn          = "arn:aws:iam::${instance.account_id}:role/app"
      session_name = instance.id
    }
    sts { simulated = true }
  }
}
`

// simulatedSTS is the URL of the simulation in the iam plugin.
func (d *daemon) simulatedSTS() string {
	return d.waitMatch(regexp.MustCompile(`not AWS credentials.*(http://127\.0\.0\.1:\d+)`))
}

func (d *daemon) imds(change ...func(*imds.Options)) *imds.Client {
	return imds.New(imds.Options{Endpoint: d.metadata}, change...)
}

// waitStatus waits until /status says what is wanted.
func (d *daemon) waitStatus(want string) {
	d.t.Helper()
	d.waitAdmin("/status is "+want, "/status", func(_ int, body string) bool { return strings.TrimSpace(body) == want })
}

// waitReady waits until every plugin has published.
func (d *daemon) waitReady() {
	d.t.Helper()
	d.waitAdmin("/readyz is 200", "/readyz", func(status int, _ string) bool { return status == http.StatusOK })
}

// waitAdmin reads a path of the admin listener until ok holds for the answer.
func (d *daemon) waitAdmin(what, path string, ok func(status int, body string) bool) {
	d.t.Helper()
	deadline := time.Now().Add(time.Minute) // far beyond anything that is waited for
	for {
		status, body := get(d.t, d.admin+path)
		if ok(status, body) {
			return
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("waiting for a minute until %s: %d %q", what, status, body)
		}
		time.Sleep(5 * time.Millisecond) // nothing tells an outsider of the change
	}
}

func TestSDKReadsMetadata(t *testing.T) {
	t.Parallel()
	d := start(t, simulated)
	d.waitLines("plugin    iam: meta-data/iam, meta-data/identity-credentials; role app of account 123456789012 from a simulated STS", 1)
	for name, client := range map[string]*imds.Client{
		"IMDSv2": d.imds(func(o *imds.Options) { o.EnableFallback = aws.FalseTernary }),
		"IMDSv1": d.imds(), // falls back where there is no token
	} {
		region, err := client.GetRegion(t.Context(), nil)
		if err != nil || region.Region != "eu-west-1" {
			t.Errorf("%s: region %+v %v", name, region, err)
		}
		doc, err := client.GetInstanceIdentityDocument(t.Context(), nil)
		if err != nil || doc.AccountID != "123456789012" || doc.AvailabilityZone != "eu-west-1b" || doc.InstanceType != "c7g.large" || doc.Architecture != "arm64" {
			t.Errorf("%s: identity document %+v %v", name, doc, err)
		}
		for path, want := range map[string]string{
			"placement/availability-zone":    "eu-west-1b",
			"placement/availability-zone-id": "euw1-az2",
			"placement/region":               "eu-west-1",
			"placement/":                     "availability-zone\navailability-zone-id\nregion",
			"iam/":                           "info\nsecurity-credentials/",
			"iam/security-credentials/":      "app",
			"":                               "iam/\nidentity-credentials/\nplacement/",
		} {
			if got := metadata(t, client, path); got != want {
				t.Errorf("%s: meta-data/%s is %q, want %q", name, path, got, want)
			}
		}
	}
}

func metadata(t *testing.T, client *imds.Client, path string) string {
	t.Helper()
	out, err := client.GetMetadata(t.Context(), &imds.GetMetadataInput{Path: path})
	if err != nil {
		t.Errorf("meta-data/%s: %v", path, err)
		return ""
	}
	body, err := io.ReadAll(out.Content)
	if err != nil {
		t.Errorf("meta-data/%s: %v", path, err)
	}
	return string(body)
}

// caller asks the simulated STS who cfg's credentials belong to.
func caller(t testing.TB, cfg aws.Config, url string) string {
	t.Helper()
	id, err := sts.NewFromConfig(cfg, func(o *sts.Options) { o.BaseEndpoint = &url }).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatalf("GetCallerIdentity with the credentials served: %v", err)
	}
	return aws.ToString(id.Arn)
}

var assumedRole = regexp.MustCompile(`^arn:aws:sts::123456789012:assumed-role/app/i-[0-9a-f]{17}$`)

func TestSDKRoundTripWithRoleCredentials(t *testing.T) {
	t.Parallel()
	d := start(t, simulated)
	d.waitStatus("true")
	cfg := aws.Config{Region: "eu-west-1", Credentials: ec2rolecreds.New(func(o *ec2rolecreds.Options) { o.Client = d.imds() })}
	if arn := caller(t, cfg, d.simulatedSTS()); !assumedRole.MatchString(arn) {
		t.Errorf("caller is %s", arn)
	}
}

// TestSDKDefaultChain leaves everything to the SDK: it finds region and
// credentials through the one variable that the daemon's summary prints.
func TestSDKDefaultChain(t *testing.T) {
	d := start(t, simulated)
	d.waitStatus("true")
	clearAWS(t)
	name, value, _ := strings.Cut(d.waitMatch(regexp.MustCompile(`^  export (AWS_EC2_METADATA_SERVICE_ENDPOINT=\S+)`)), "=")
	t.Setenv(name, value)
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithEC2IMDSRegion())
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Region != "eu-west-1" {
		t.Errorf("region %q", cfg.Region)
	}
	if arn := caller(t, cfg, d.simulatedSTS()); !assumedRole.MatchString(arn) {
		t.Errorf("caller is %s", arn)
	}
	creds, err := cfg.Credentials.Retrieve(context.WithoutCancel(t.Context()))
	if err != nil || creds.Source != ec2rolecreds.ProviderName {
		t.Errorf("credentials from %q %v, want %s", creds.Source, err, ec2rolecreds.ProviderName)
	}
}

// clearAWS takes away what the machine's own AWS settings would add.
func clearAWS(t *testing.T) {
	t.Helper()
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // restores it afterwards
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
}
