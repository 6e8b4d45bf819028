package instance_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/mockmd/mockmd/core/instance"
	"github.com/mockmd/mockmd/sdk"
)

// Everything about the launch that can be written, beside what derives it.
func TestLaunchWritten(t *testing.T) {
	t.Parallel()
	const base = "instance_type = \"m3.medium\"\naccount_id = \"123456789012\"\nregion = \"us-west-2\"\n"
	in := valid(t, base+`
ami_launch_index    = 3
ami_manifest_path   = "bucket/image.manifest.xml"
ancestor_ami_ids    = ["ami-12345678", "ami-0123456789abcdef0"]
reservation_id      = "r-0123456789abcdef0"
hypervisor          = "xen-on-nitro"
virtualization_type = "paravirtual"
instance_lifecycle  = "spot"
monitoring          = true
hibernation         = false
outpost_arn         = "arn:aws:outposts:us-west-2:123456789012:outpost/op-0123456789abcdef0"
instance_market_options {
  market_type = "spot"
  spot_options {
    instance_interruption_behavior = "hibernate"
    max_price                      = 0.0031
    spot_instance_type             = "persistent"
    valid_until                    = "2030-01-31T12:00:00Z"
  }
}
elastic_gpu_specifications {
  type = "eg1.medium"
}
elastic_inference_accelerator {
  type  = "eia1.medium"
  count = 2
}
elastic_inference_accelerator {
  type = "eia2.xlarge"
  id   = "eia-0123456789abcdef0123456789abcdef"
}
`, "seed")
	want := valid(t, base, "seed").Facts
	no := false
	want.AMILaunchIndex, want.AMIManifestPath, want.ReservationID = 3, "bucket/image.manifest.xml", "r-0123456789abcdef0"
	want.AncestorAMIIDs = []string{"ami-12345678", "ami-0123456789abcdef0"}
	want.Hypervisor, want.VirtualizationType = "xen-on-nitro", "paravirtual"
	want.InstanceLifecycle, want.InstanceInterruptionBehavior = "spot", "hibernate"
	want.Monitoring, want.Hibernation = true, &no
	want.OutpostARN = "arn:aws:outposts:us-west-2:123456789012:outpost/op-0123456789abcdef0"
	want.ElasticGPUs = []sdk.Accelerator{{ID: "egpu-0fff89a159faf25bd", Type: "eg1.medium"}}
	want.ElasticInferenceAccelerators = []sdk.Accelerator{
		{ID: "eia-da59ffcf02b68332e1aaf7b79d02ce6b", Type: "eia1.medium"},
		{ID: "eia-12c3a96ba8f975ea950e7e2a60a70e27", Type: "eia1.medium"},
		{ID: "eia-0123456789abcdef0123456789abcdef", Type: "eia2.xlarge"},
	}
	if diff := sameFacts(want, in.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	for _, name := range []string{"ami_launch_index", "hypervisor", "instance_lifecycle", "hibernation", "outpost_arn"} {
		if _, ok := in.Ranges[name]; !ok {
			t.Errorf("%s has no range", name)
		}
	}
}

func TestDerivedOfTheLaunch(t *testing.T) {
	t.Parallel()
	cases := []struct{ source, hypervisor, virtualization, lifecycle, behavior string }{
		{"", "nitro", "hvm", "on-demand", ""},
		{`instance_type = "t2.micro"`, "xen", "hvm", "on-demand", ""},
		{`architecture = "i386"`, "xen", "hvm", "on-demand", ""},
		{"instance_type = \"m3.medium\"\nkernel_id = \"aki-12345678\"", "xen", "paravirtual", "on-demand", ""},
		{"instance_type = \"m3.medium\"\nkernel_id = \"aki-12345678\"\nvirtualization_type = \"hvm\"", "xen", "hvm", "on-demand", ""},
		{`instance_lifecycle = "spot"`, "nitro", "hvm", "spot", "terminate"},
		{`instance_lifecycle = "scheduled"`, "nitro", "hvm", "scheduled", ""},
		{`instance_market_options {}`, "nitro", "hvm", "spot", "terminate"},
		{`instance_market_options { market_type = "capacity-block" }`, "nitro", "hvm", "capacity-block", ""},
		{"instance_lifecycle = \"capacity-block\"\ninstance_market_options { market_type = \"capacity-block\" }", "nitro", "hvm", "capacity-block", ""},
		{"instance_market_options {\n spot_options { spot_instance_type = \"one-time\" }\n}", "nitro", "hvm", "spot", "terminate"},
		{
			"instance_market_options {\n spot_options {\n spot_instance_type = \"persistent\"\n instance_interruption_behavior = \"stop\"\n }\n}",
			"nitro", "hvm", "spot", "stop",
		},
	}
	for _, c := range cases {
		f := valid(t, c.source, "seed").Facts
		if f.Hypervisor != c.hypervisor || f.VirtualizationType != c.virtualization {
			t.Errorf("%s: %s on %s, want %s on %s", c.source, f.VirtualizationType, f.Hypervisor, c.virtualization, c.hypervisor)
		}
		if f.InstanceLifecycle != c.lifecycle || f.InstanceInterruptionBehavior != c.behavior {
			t.Errorf("%s: %s %q, want %s %q", c.source, f.InstanceLifecycle, f.InstanceInterruptionBehavior, c.lifecycle, c.behavior)
		}
	}
}

func TestDevicesWritten(t *testing.T) {
	t.Parallel()
	in := valid(t, `
root_block_device {
  device_name           = "/dev/sda1"
  delete_on_termination = true
  encrypted             = true
  iops                  = 3000
  kms_key_id            = "alias/key"
  tags                  = { Name = "root" }
  throughput            = 125
  volume_id             = "vol-0123456789abcdef0"
  volume_size           = 8
  volume_type           = "gp3"
}
ebs_block_device {
  device_name = "/dev/sdg"
  snapshot_id = "snap-0123456789abcdef0"
  volume_size = 100
}
ebs_block_device {
  device_name = "sdf"
}
ephemeral_block_device {
  device_name  = "sdb"
  virtual_name = "ephemeral0"
}
ephemeral_block_device {
  device_name = "sdc"
  no_device   = true
}
ephemeral_block_device {
  device_name  = "sda3"
  virtual_name = "swap"
}
`, "seed")
	want := valid(t, "", "seed").Facts
	want.RootBlockDevice.DeviceName = "/dev/sda1"
	want.EBSBlockDevices = []sdk.BlockDevice{{DeviceName: "/dev/sdg"}, {DeviceName: "sdf"}}
	want.EphemeralBlockDevices = []sdk.EphemeralBlockDevice{
		{DeviceName: "sdb", VirtualName: "ephemeral0"}, {DeviceName: "sda3", VirtualName: "swap"},
	}
	if diff := sameFacts(want, in.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

func TestMetadataOptionsWritten(t *testing.T) {
	t.Parallel()
	in := valid(t, `
metadata_options {
  http_endpoint               = "disabled"
  http_tokens                 = "required"
  http_put_response_hop_limit = 2
  http_protocol_ipv6          = "enabled"
  instance_metadata_tags      = "enabled"
}
`, "seed")
	want := sdk.MetadataOptions{
		HTTPEndpoint: "disabled", HTTPTokens: "required", HTTPPutResponseHopLimit: 2,
		HTTPProtocolIPv6: "enabled", InstanceMetadataTags: "enabled",
	}
	if in.Facts.MetadataOptions != want {
		t.Errorf("metadata options %+v, want %+v", in.Facts.MetadataOptions, want)
	}
}

func TestKeyPairWritten(t *testing.T) {
	t.Parallel()
	const rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQDEgNrKzhlbRQ=="
	const ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAAACBAU="
	for _, c := range []struct{ written, served string }{
		{ed25519Key, ed25519Key + " my=key 1"},
		{ed25519Key + " me@here\n", ed25519Key + " me@here"},
		{"  " + ed25519Key + "  two  words ", ed25519Key + "  two  words"},
		{rsa, rsa + " my=key 1"},
		{ecdsa + " é", ecdsa + " é"},
	} {
		source := "key_name = \"my=key 1\"\npublic_key = \"" + strings.ReplaceAll(c.written, "\n", "\\n") + "\""
		in := valid(t, source, "seed")
		if in.Facts.KeyName != "my=key 1" || in.Facts.PublicKey != c.served {
			t.Errorf("%q: %q, %q, want %q", c.written, in.Facts.KeyName, in.Facts.PublicKey, c.served)
		}
	}
}

func TestUserDataWritten(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("x", 16384)
	for source, want := range map[string]string{
		`user_data = "#!/bin/sh\necho é\n"`:                     "#!/bin/sh\necho é\n",
		`user_data = "AP/+"`:                                    "AP/+",
		`user_data = ""`:                                        "",
		`user_data = "` + full + `"`:                            full,
		`user_data_base64 = "AP/+"`:                             "\x00\xff\xfe",
		`user_data_base64 = "AP\r\n/+\n"`:                       "\x00\xff\xfe",
		`user_data_base64 = ""`:                                 "",
		"user_data = \"\"\nuser_data_base64 = \"AP/+\"":         "\x00\xff\xfe",
		"user_data = \"x\"\nuser_data_base64 = \"\"":            "x",
		"user_data = null\nuser_data_base64 = \"H4sIAAAAAAA=\"": "\x1f\x8b\x08\x00\x00\x00\x00\x00",
	} {
		in := valid(t, source, "seed")
		if string(in.Facts.UserData) != want || (in.Facts.UserData == nil) != (want == "") {
			t.Errorf("%.80s: %.80q, want %.80q", source, in.Facts.UserData, want)
		}
		if at, ok := in.Ranges["user_data_base64"]; ok != (want != "") || len(in.Ranges) > 1 {
			t.Errorf("%.80s: ranges %v", source, in.Ranges)
		} else if line := 1 + strings.Count(source, "\n"); ok && want != "x" && at.Start.Line != line {
			t.Errorf("%.80s: the fact stands at %v, want line %d", source, at, line)
		}
	}
}

func TestTagKeysInTheOrderWritten(t *testing.T) {
	t.Parallel()
	ctx := &hcl.EvalContext{Functions: map[string]function.Function{"merge": stdlib.MergeFunc}, Variables: map[string]cty.Value{"k": cty.StringVal("b")}}
	for source, want := range map[string]string{
		`{}`:                                 "",
		`{ Name = "x", Environment = "y" }`:  "Name Environment",
		`{ z : 1, "a" : 2, "aws:m" : 3 }`:    "z a aws:m",
		`({ z = 1, a = 2 })`:                 "z a",
		`{ "z${k}" = 1, (k) = 2, a = 3 }`:    "zb b a",
		`{ (k == "b") = 1, a = 2 }`:          "true a",
		`merge({ z = 1 }, { b = 1, a = 2 })`: "a b z",
		`{ for x in ["z", "a"] : x => x }`:   "a z",
	} {
		file, diags := hclsyntax.ParseConfig([]byte("tags = "+source), "test.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		in, diags := instance.Decode(file.Body, ctx, "seed")
		if len(diags) > 0 {
			t.Errorf("%s: %v", source, diags)
		}
		if got := strings.Join(in.Facts.TagKeys, " "); got != want {
			t.Errorf("%s: order %q, want %q", source, got, want)
		}
		consistent(t, in)
	}
}
