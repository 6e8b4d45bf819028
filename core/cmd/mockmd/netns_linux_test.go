package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
)

// netnsEnv tells the test that it runs in a network namespace of its own.
const netnsEnv = "MOCKMD_TEST_NETNS"

// realAddress is the shipped way to run on a host: no address is configured
// and no client is told anything.
const realAddress = `
instance { availability_zone = "eu-west-1b" }
plugin "identity" {}
plugin "placement" {}
plugin "iam" {
  config {
    role "app" { arn = "arn:aws:iam::123456789012:role/app" }
    sts { simulated = true }
  }
}
`

// TestRealAddress runs the daemon on 169.254.169.254:80, in a network
// namespace that the test makes for itself, and reads it with an SDK that has
// been told nothing.
func TestRealAddress(t *testing.T) {
	if os.Getenv(netnsEnv) == "" {
		inNamespace(t)
		return
	}
	realNetwork(t)
	d := start(t, realAddress)
	if d.metadata != "http://169.254.169.254:80" {
		t.Errorf("metadata on %s", d.metadata)
	}
	d.waitStatus("true")
	clearAWS(t)
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithEC2IMDSRegion())
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Region != "eu-west-1" {
		t.Errorf("region %q", cfg.Region)
	}
	if arn, want := caller(t, cfg, d.simulatedSTS()), "arn:aws:sts::123456789012:assumed-role/app/mockmd"; arn != want {
		t.Errorf("caller is %s, want %s", arn, want)
	}
}

// realNetwork gives the namespace the real address and the interface whose MAC
// address testdata/host.hcl names.
func realNetwork(t *testing.T) {
	t.Helper()
	command := func(args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), "ip", args...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v %s", strings.Join(args, " "), err, out)
		}
	}
	command("link", "set", "lo", "up")
	command("addr", "add", "169.254.169.254/32", "dev", "lo")
	command("addr", "add", "fd00:ec2::254/128", "dev", "lo")
	command("link", "add", "eth0", "address", "02:44:59:b9:cd:0e", "type", "veth", "peer", "name", "peer0")
	command("link", "set", "eth0", "up")
	command("link", "set", "peer0", "up")
}

// inNamespace runs the test again in a network and a mount namespace of its
// own.
func inNamespace(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("not root: cannot make a network namespace")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("no ip command (iproute2): cannot set the namespace up")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), netnsEnv+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if err != nil && strings.Contains(err.Error(), "operation not permitted") {
		t.Skipf("NOT RUN: this machine forbids network namespaces: %v", err)
	}
	if err != nil {
		t.Fatalf("in the namespace: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "NOT RUN") {
			t.Log(strings.TrimSpace(line)) // what was left out is told here too
		}
	}
}
