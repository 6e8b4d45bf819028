package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestCloudInit has cloud-init's EC2 datasource, as the distribution packages
// it, find the instance at the real address: on what looks like AWS to it, by
// IMDSv2 only, and elsewhere by IMDSv1.
func TestCloudInit(t *testing.T) {
	if os.Getenv(netnsEnv) == "" {
		needPython(t, "cloudinit")
		inNamespace(t)
		return
	}
	realNetwork(t)
	config, err := os.ReadFile("testdata/host.hcl")
	if err != nil {
		t.Fatal(err)
	}
	start(t, string(config))
	ownSys(t)
	for _, tt := range []struct {
		name, cloud string
		token       bool
	}{
		{"IMDSv1", "unknown", false},
		{"IMDSv2", "aws", true},
	} {
		if tt.token { // from here on /sys says what it says on Xen
			uuid := []byte("ec2e1916-9099-7caf-fd21-012345abcdef\n")
			if err := os.WriteFile("/sys/hypervisor/uuid", uuid, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		t.Run(tt.name, func(t *testing.T) {
			ds := cloudInit(t)
			if !ds.Found || ds.Cloud != tt.cloud || ds.Token != tt.token {
				t.Errorf("found %v, cloud %q, token %v; want %q, %v", ds.Found, ds.Cloud, ds.Token, tt.cloud, tt.token)
			}
			ds.check(t)
		})
	}
}

// datasource is what testdata/ec2_datasource.py prints.
type datasource struct {
	Found      bool
	Cloud      string `json:"cloud_name"`
	Token      bool
	InstanceID string `json:"instance_id"`
	Region     string
	Zone       string `json:"availability_zone"`
	Hostname   string
	PublicKeys []string `json:"public_keys"`
	UserData   string   `json:"user_data"`
	Network    struct {
		Version   int
		Ethernets map[string]struct {
			Match     map[string]string
			Addresses []string
		}
	}
	Metadata map[string]any
	Identity map[string]any
	EBS1     string `json:"ebs1"`
	Warnings []string
}

func cloudInit(t *testing.T) *datasource {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "testdata/ec2_datasource.py", t.TempDir())
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("cloud-init: %v\n%s", err, errs.String())
	}
	ds := &datasource{}
	if err := json.Unmarshal(out.Bytes(), ds); err != nil {
		t.Fatalf("cloud-init: %v\n%s", err, out.String())
	}
	return ds
}

// check compares with testdata/host.hcl.
func (ds *datasource) check(t *testing.T) {
	t.Helper()
	for what, is := range map[string][2]string{
		"instance id": {ds.InstanceID, "i-0123456789abcdef0"},
		"region":      {ds.Region, "eu-west-1"},
		"zone":        {ds.Zone, "eu-west-1b"},
		"hostname":    {ds.Hostname, "ip-10-0-1-7.eu-west-1.compute.internal"},
		"public keys": {strings.Join(ds.PublicKeys, "\n"), hostKey},
		"user data":   {ds.UserData, base64.StdEncoding.EncodeToString([]byte("#cloud-config\n{}\n"))},
		"ebs1":        {ds.EBS1, "/dev/sdf"},
		"warnings":    {strings.Join(ds.Warnings, "\n"), ""},
	} {
		if is[0] != is[1] {
			t.Errorf("%s: %q, want %q", what, is[0], is[1])
		}
	}
	if ds.Metadata["instance-id"] != "i-0123456789abcdef0" {
		t.Errorf("instance-id %v", ds.Metadata["instance-id"])
	}
	// It asks for the document only on AWS.
	if account := ds.Identity["accountId"]; ds.Token && account != "123456789012" {
		t.Errorf("account of the document %v", account)
	}
	nic := ds.Network.Ethernets["eth0"]
	if ds.Network.Version != 2 || nic.Match["macaddress"] != "02:44:59:b9:cd:0e" {
		t.Errorf("network %+v", ds.Network)
	}
	if got := strings.Join(nic.Addresses, " "); got != "10.0.1.8/24" { // the primary one comes by DHCP
		t.Errorf("secondary addresses %q", got)
	}
}

// ownSys gives the mount namespace a /sys that shows the interfaces of this
// network namespace, and that a test can write to.
func ownSys(t *testing.T) {
	t.Helper()
	const script = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /sys
mkdir /sys/real /sys/hypervisor /sys/class /sys/devices
mount -t sysfs sysfs /sys/real
mount --bind /sys/real/class /sys/class
mount --bind /sys/real/devices /sys/devices
`
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", script).CombinedOutput(); err != nil {
		t.Skipf("NOT RUN: this machine forbids to mount a /sys of one's own: %v %s", err, out)
	}
}

// needPython skips when the system's Python lacks a module.
func needPython(t *testing.T, module string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", "import "+module).CombinedOutput(); err != nil {
		t.Skipf("NOT RUN: %s is not installed (Debian packages as in .ci/run): %s", module, bytes.TrimSpace(out))
	}
}
