package instance_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mockmd/mockmd/plugins/instance"
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS my key"

// everything has each fact that this plugin serves.
func everything() *sdk.Instance {
	in := sdktest.Instance()
	yes := true
	in.AMILaunchIndex, in.AncestorAMIIDs = 3, []string{"ami-11111111", "ami-22222222"}
	in.KernelID, in.RamdiskID, in.VirtualizationType = "aki-5c21674b", "ari-01bb5768", "paravirtual"
	in.ProductCodes = []string{"3iplms73etrdhxdepv72l6ywj", "774F4FF8"}
	in.Hypervisor, in.InstanceLifecycle = "xen", "spot"
	in.Monitoring, in.Hibernation = true, &yes
	in.OutpostARN = "arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0"
	in.EBSBlockDevices = []sdk.BlockDevice{{DeviceName: "/dev/sdf"}, {DeviceName: "xvdg"}}
	in.EphemeralBlockDevices = []sdk.EphemeralBlockDevice{
		{DeviceName: "/dev/sdb", VirtualName: "ephemeral0"},
		{DeviceName: "sdc", VirtualName: "ephemeral1"},
		{DeviceName: "sda3", VirtualName: "swap"},
	}
	in.NetworkInterfaces[0].SecurityGroups = []string{"web", "default"}
	in.NetworkInterfaces = append(in.NetworkInterfaces, sdk.NetworkInterface{SecurityGroups: []string{"of another interface"}})
	in.KeyName, in.PublicKey = "my key", publicKey
	in.UserData = []byte("#!/bin/sh\n\x00\xff\n")
	in.Tags = map[string]string{"Name": "web-1", "Environment": "test", "aws:x/y": "left out", "empty": ""}
	in.TagKeys = []string{"Name", "aws:x/y", "Environment", "empty"}
	in.MetadataOptions.InstanceMetadataTags = "enabled"
	in.ElasticGPUs = []sdk.Accelerator{{ID: "egpu-0123456789abcdef0", Type: "eg1.medium"}}
	in.ElasticInferenceAccelerators = []sdk.Accelerator{{ID: "eia-bfa21c7904f64a82a21b9f4540169ce1", Type: "eia1.medium"}}
	return in
}

const fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567"

// allOptions is a config block with every option, for [configured].
func allOptions(t *testing.T) string {
	t.Helper()
	return fmt.Sprintf(`managed_ssh_keys {
  signer_cert = %q
  signer_ocsp = { %q = "MIIB\n0Q==\n" }
  active_keys = { "ec2-user" = %q }
}`, read(t, "signer.pem"), fingerprint, read(t, "ec2-user.keys"))
}

// served returns the tree of an instance as the core receives it.
func served(t *testing.T, config string, in *sdk.Instance, mounts ...string) sdk.Tree {
	t.Helper()
	p := sdktest.Start(t, instance.New())
	p.Mount = mounts
	sdktest.Expect(t, p.Configure(config, in))
	p.Run()
	return p.Tree()
}

func TestTree(t *testing.T) {
	t.Parallel()
	cases := map[string]struct { // by golden file
		config string
		in     *sdk.Instance
	}{
		"plain":      {"", sdktest.Instance()},
		"everything": {allOptions(t), everything()},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := gocmp.Diff(read(t, name+".golden"), render(served(t, c.config, c.in))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}

// What an instance does not have has no path, and no directory is left behind.
func TestAbsence(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		config string
		change func(*sdk.Instance)
		gone   string
	}{
		{"tags switched off", "", func(in *sdk.Instance) { in.MetadataOptions.InstanceMetadataTags = "disabled" }, "meta-data/tags"},
		{"switched on without a tag", "", func(in *sdk.Instance) { in.Tags, in.TagKeys = nil, nil }, "meta-data/tags"},
		{"no tag that can be a name", "", func(in *sdk.Instance) {
			in.TagKeys = []string{"", ".", "..", "_index", "a/b", "a b", "a\n", "\xff", strings.Repeat("k", 256)}
			in.Tags = map[string]string{}
			for _, key := range in.TagKeys {
				in.Tags[key] = "x"
			}
		}, "meta-data/tags"},
		{"no key pair", "", func(in *sdk.Instance) { in.KeyName, in.PublicKey = "", "" }, "meta-data/public-keys"},
		{"user data of no bytes", "", func(in *sdk.Instance) { in.UserData = []byte{} }, "user-data"},
		{"hibernation unsaid", "", func(in *sdk.Instance) { in.Hibernation = nil }, "meta-data/hibernation"},
		{"no security group", "", func(in *sdk.Instance) { in.NetworkInterfaces[0].SecurityGroups = nil }, "meta-data/security-groups"},
		{"no interface", "", func(in *sdk.Instance) { in.NetworkInterfaces = nil }, "meta-data/security-groups"},
		{"no virtualization", "", func(in *sdk.Instance) { in.VirtualizationType = "" }, "meta-data/profile"},
		{"no Instance Connect", "", func(*sdk.Instance) {}, "meta-data/managed-ssh-keys"},
		{"Instance Connect without anything", "managed_ssh_keys {}", func(*sdk.Instance) {}, "meta-data/managed-ssh-keys"},
		{"no active keys", "managed_ssh_keys {\n active_keys = {}\n}", func(*sdk.Instance) {}, "meta-data/managed-ssh-keys/active-keys"},
		{"no responses", "managed_ssh_keys {\n signer_ocsp = {}\n}", func(*sdk.Instance) {}, "meta-data/managed-ssh-keys/signer-ocsp"},
	}
	full := served(t, allOptions(t), everything())
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			below := func(tree sdk.Tree) (paths []string) {
				for path := range tree {
					if path == c.gone || strings.HasPrefix(path, c.gone+"/") {
						paths = append(paths, path)
					}
				}
				return paths
			}
			if len(below(full)) == 0 {
				t.Fatalf("%s: nothing serves %s at all", c.name, c.gone)
			}
			in := everything()
			c.change(in)
			if got := below(served(t, c.config, in)); len(got) > 0 {
				t.Errorf("%s: %q are there", c.name, got)
			}
		})
	}
}

// Clients append values to what they build, and take an empty one for a value.
func TestBodies(t *testing.T) {
	t.Parallel()
	for path, node := range served(t, allOptions(t), everything()) {
		leaf, ok := node.(sdk.Leaf)
		if !ok {
			continue
		}
		if len(leaf.Body) == 0 && !strings.HasPrefix(path, "meta-data/tags/instance/") {
			t.Errorf("%s is empty", path)
		}
		switch {
		case path == "user-data", strings.HasPrefix(path, "meta-data/managed-ssh-keys/active-keys/"):
			// the user's own bytes
		case strings.HasSuffix(string(leaf.Body), "\n") != (path == "meta-data/public-keys/0/openssh-key"):
			t.Errorf("%s is %q: of all values the public key alone ends in a newline", path, leaf.Body)
		}
		if want := map[bool]string{true: "application/octet-stream"}[path == "user-data"]; leaf.ContentType != want {
			t.Errorf("%s has the content type %q, want %q", path, leaf.ContentType, want)
		}
	}
}

// The capture of a 2009-04-04 view of the real service lists these of the names
// that belong to this plugin. It has no ancestors and no product codes, and
// neither has the instance.
func TestDatesThatPrecede(t *testing.T) {
	t.Parallel()
	first := []string{
		"meta-data/ami-id", "meta-data/ami-launch-index", "meta-data/ami-manifest-path", "meta-data/instance-id",
		"meta-data/public-keys", "meta-data/reservation-id", "meta-data/security-groups", "user-data",
	}
	in2009 := append([]string{
		"dynamic/fws", "meta-data/block-device-mapping", "meta-data/instance-type", "meta-data/kernel-id", "meta-data/ramdisk-id",
	}, first...)
	cases := []struct {
		version string
		want    []string
	}{
		{"1.0", first},
		{"2009-04-04", in2009},
		{"2018-09-24", append([]string{
			"meta-data/elastic-gpus", "meta-data/metrics", "meta-data/profile", "meta-data/services",
		}, in2009...)},
		{"2024-04-11", append([]string{
			"meta-data/elastic-gpus", "meta-data/elastic-inference", "meta-data/hibernation", "meta-data/instance-life-cycle",
			"meta-data/managed-ssh-keys", "meta-data/metrics", "meta-data/outpost-arn", "meta-data/profile", "meta-data/services",
			"meta-data/system", "meta-data/tags",
		}, in2009...)},
	}
	in := everything()
	in.AncestorAMIIDs, in.ProductCodes = nil, nil
	tree := served(t, allOptions(t), in)
	for _, c := range cases {
		t.Run(c.version, func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			for path, node := range tree { // a directory with an entry is there from its own date on
				if cmp.Or(since(node), "1.0") <= c.version {
					parts := strings.SplitN(path, "/", 3)
					seen[strings.Join(parts[:min(2, len(parts))], "/")] = true
				}
			}
			if diff := gocmp.Diff(slices.Sorted(slices.Values(c.want)), slices.Sorted(maps.Keys(seen))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.version, diff)
			}
		})
	}
}

// A leaf with something below it, and a path outside the mounts, would make
// the core refuse the whole tree.
func TestTreeIsWellFormed(t *testing.T) {
	t.Parallel()
	tree := served(t, allOptions(t), everything())
	for path := range tree {
		if !slices.ContainsFunc(instance.New().(sdk.Mounter).Mounts(), func(m string) bool {
			return path == m || strings.HasPrefix(path, m+"/")
		}) {
			t.Errorf("%s lies outside the mounts", path)
		}
		for at := path; strings.Contains(at, "/"); {
			at = at[:strings.LastIndexByte(at, '/')]
			if _, leaf := tree[at].(sdk.Leaf); leaf {
				t.Errorf("%s lies below the leaf %s", path, at)
			}
		}
	}
}

func TestNarrowerMounts(t *testing.T) {
	t.Parallel()
	tree := served(t, "", everything(), "meta-data/tags/instance/Name", "meta-data/services", "user-data")
	want := []string{"meta-data/services/domain", "meta-data/services/partition", "meta-data/tags/instance/Name", "user-data"}
	if diff := gocmp.Diff(want, slices.Sorted(maps.Keys(tree))); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

// The facts are the core's: what Tree is given it must not change.
func TestFactsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	in := everything()
	if _, err := instance.New().Tree(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(everything(), in, cmpopts.IgnoreUnexported(sdk.Instance{})); diff != "" {
		t.Errorf("facts (-before +after):\n%s", diff)
	}
}

func since(node sdk.Node) string {
	switch n := node.(type) {
	case sdk.Leaf:
		return n.Since
	case sdk.Dir:
		return n.Since
	}
	return ""
}

// render writes each node on a line: path, since, then what it is.
func render(tree sdk.Tree) string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(tree)) {
		fmt.Fprintf(&b, "%s %s", path, cmp.Or(since(tree[path]), "1.0"))
		switch n := tree[path].(type) {
		case sdk.Leaf:
			fmt.Fprintf(&b, " %q", n.Body)
			if n.ContentType != "" {
				b.WriteString(" " + n.ContentType)
			}
			if n.Label != "" {
				fmt.Fprintf(&b, " as %q", n.Label)
			}
		case sdk.Dir:
			b.WriteString(" directory")
			if n.Label != "" {
				fmt.Fprintf(&b, " as %q", n.Label)
			}
			if n.Order != nil {
				fmt.Fprintf(&b, " in the order %q", n.Order)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
