package main

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// hostKey is the public key in testdata/host.hcl.
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPh76RT/S6lZURSX++I8I3gO20/v4SSt5v/l3n1KUMey web-key"

// TestHostClients reads the real address with clients that have it built in.
func TestHostClients(t *testing.T) {
	if os.Getenv(netnsEnv) == "" {
		inNamespace(t)
		return
	}
	realNetwork(t)
	config, err := os.ReadFile("testdata/host.hcl")
	if err != nil {
		t.Fatal(err)
	}
	d := start(t, string(config))
	d.waitStatus("true")
	t.Run("ec2metadata", ec2metadata)
	t.Run("curl", curl)
	t.Run("boto3", func(t *testing.T) { boto3(t, d.simulatedSTS()) })
}

// boto3 takes credentials and region from the real address without being told
// anything.
func boto3(t *testing.T, sts string) {
	python := ""
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.CommandContext(t.Context(), name, "-c", "import boto3").Run() == nil {
			python = name
		}
	}
	if python == "" {
		t.Skip("NOT RUN: boto3 is not installed (Debian packages as in .ci/run)")
	}
	clearAWS(t)
	out, err := exec.CommandContext(t.Context(), python, "testdata/default_chain.py", sts).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := `{"method": "iam-role", "complete": true, "region": "eu-west-1", "arn": "arn:aws:sts::123456789012:assumed-role/app/mockmd"}`
	if string(out) != want {
		t.Errorf("%s, want %s", out, want)
	}
}

// ec2metadata is the command of Debian's cloud-utils. It reads everything by
// version 2009-04-04, so what is younger is not there for it.
func ec2metadata(t *testing.T) {
	need(t, "ec2metadata")
	out, err := exec.CommandContext(t.Context(), "ec2metadata").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := "\n" + string(out)
	for _, want := range []string{
		"\navailability-zone: eu-west-1b\n",
		"\ninstance-id: i-0123456789abcdef0\n",
		"\ninstance-type: m5.large\n",
		"\nlocal-hostname: ip-10-0-1-7.eu-west-1.compute.internal\n",
		"\nlocal-ipv4: 10.0.1.7\n",
		"\npublic-hostname: ec2-52-17-1-2.eu-west-1.compute.amazonaws.com\n",
		"\npublic-ipv4: 52.17.1.2\n",
		"\npublic-keys: ['" + hostKey + "']\n",
		"\nsecurity-groups: default\n",
		`user-data: b'#cloud-config\n{}\n'`,
		"\nkernel-id: unavailable\n",
		"\nregion: unavailable\n", // of 2020-08-24
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
}

// curl, as scripts use it: with and without a slash at the end, tokens, -f,
// HEAD, IPv6.
func curl(t *testing.T) {
	need(t, "curl")
	const base = "http://169.254.169.254/latest/"
	run := func(args ...string) (string, error) {
		out, err := exec.CommandContext(t.Context(), "curl", append([]string{"-sS"}, args...)...).CombinedOutput()
		return string(out), err
	}
	get := func(args ...string) string {
		t.Helper()
		out, err := run(args...)
		if err != nil {
			t.Fatalf("curl %q: %v %s", args, err, out)
		}
		return out
	}
	token := get("-X", "PUT", base+"api/token", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60")
	for _, path := range []string{
		"meta-data", "meta-data/network/interfaces/macs", "meta-data/iam/security-credentials", "meta-data/tags/instance",
		"meta-data/public-keys", "dynamic", "dynamic/instance-identity", "meta-data/instance-id", "user-data",
	} {
		bare, slash, doubled := get(base+path), get(base+path+"/"), get("--path-as-is", strings.Replace(base, "latest/", "latest//", 1)+path)
		if bare == "" || bare != slash || bare != doubled {
			t.Errorf("%s: %q without and %q with a slash, %q with two in the middle", path, bare, slash, doubled)
		}
		if v2 := get(base+path, "-H", "x-aws-ec2-metadata-token:"+token); v2 != bare {
			t.Errorf("%s: %q with a token, %q without", path, v2, bare)
		}
	}
	if got := get("http://[fd00:ec2::254]/latest/meta-data/instance-id"); got != "i-0123456789abcdef0" {
		t.Errorf("by IPv6: %q", got)
	}
	if token6 := get("-X", "PUT", "http://[fd00:ec2::254]/latest/api/token", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60"); get(base+"meta-data/mac", "-H", "X-aws-ec2-metadata-token: "+token6) != "02:44:59:b9:cd:0e" {
		t.Error("a token of the IPv6 listener does not serve the IPv4 one")
	}
	if out, err := run("-f", base+"meta-data/spot/instance-action"); err == nil || !strings.Contains(out, "404") {
		t.Errorf("curl -f of what is not there: %v %q", err, out)
	}
	if got := get("-I", "-o", os.DevNull, "-w", "%{http_code} %header{server}", base+"meta-data/"); got != "200 EC2ws" {
		t.Errorf("HEAD: %q", got)
	}
	if got := get("-o", os.DevNull, "-w", "%{http_code} %{content_type}", base+"user-data"); got != "200 application/octet-stream" {
		t.Errorf("user-data: %q", got)
	}
	if got := get("-o", os.DevNull, "-w", "%{http_code}", "-H", "X-aws-ec2-metadata-token: wrong", base); got != "401" {
		t.Errorf("wrong token: %s, want %d", got, http.StatusUnauthorized)
	}
}

// need skips loudly when a command is not installed.
func need(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("NOT RUN: no %s here (Debian packages as in .ci/run)", name)
	}
}
