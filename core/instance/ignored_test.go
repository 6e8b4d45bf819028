package instance_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"

	"github.com/mockmd/mockmd/core/instance"
)

//nolint:misspell // Terraform's word
const pasted = `
count         = var.size
instance_type = "t3.micro"
ebs_optimized = true
source_dest_check = var.nat ? false : true
user_data_replace_on_change = true
tags          = { Name = "web" }
volume_tags   = merge(local.tags, { Name = "web" })
depends_on    = [aws_internet_gateway.main]
root_block_device {
  volume_size = 20
}
credit_specification {
  cpu_credits = "unlimited"
}
provisioner "local-exec" {
  command = "echo ${self.private_ip}"
}
provisioner "local-exec" {
  command = "true"
}
lifecycle {
  create_before_destroy = true
  ignore_changes        = [ami]
}
arn = aws_instance.other.arn
`

// A block of Terraform is taken as it is, and one warning names what has no
// effect.
func TestPastedResource(t *testing.T) {
	t.Parallel()
	in, diags := decode(t, pasted, "seed")
	if len(diags) != 1 {
		t.Fatalf("%d diagnostics, want one: %v", len(diags), diags)
	}
	d := diags[0]
	//nolint:misspell // Terraform's word
	want := "These do not show in the metadata and have no effect here: count, ebs_optimized, source_dest_check, " +
		"user_data_replace_on_change, volume_tags, depends_on, credit_specification, provisioner, lifecycle, arn."
	if d.Severity != hcl.DiagWarning || d.Summary != "Arguments without effect" || d.Detail != want {
		t.Errorf("got  %q, %q\nwant %q", d.Summary, d.Detail, want)
	}
	if got := string(d.Subject.SliceBytes([]byte(pasted))); got != "count" || d.Subject.Start.Line != 2 {
		t.Errorf("reported at %q, line %d, want the first of them", got, d.Subject.Start.Line)
	}
	rest := valid(t, "instance_type = \"t3.micro\"\ntags = { Name = \"web\" }\nroot_block_device {}", "seed")
	if diff := sameFacts(rest.Facts, in.Facts); diff != "" {
		t.Errorf("facts of the rest (-want +got):\n%s", diff)
	}
}

// Each of them is taken, alone and in any form.
func TestIgnoredByName(t *testing.T) {
	t.Parallel()
	//nolint:misspell // Terraform's word
	for _, source := range []string{
		"ebs_optimized = x", "disable_api_termination = x", "disable_api_stop = x", "source_dest_check = x", "user_data_replace_on_change = x",
		"get_password_data = x", "volume_tags = x", "tags_all = x", "force_destroy = x", "enable_primary_ipv6 = x", "cpu_core_count = x",
		"cpu_threads_per_core = x", "instance_initiated_shutdown_behavior = x", "password_data = x", "instance_state = x", "arn = x",
		"primary_network_interface_id = x", "host_resource_group_arn = x", "spot_instance_request_id = x",
		"count = x", "for_each = x", "depends_on = [x]", "provider = aws.x",
		"credit_specification {}", "cpu_options {\n  core_count = x\n}", "lifecycle {}", "timeouts {}", "maintenance_options {}", "enclave_options {}",
		"launch_template {}", "capacity_reservation_specification {}", "provisioner \"x\" {}", "connection {}", "secondary_network_interface {}",
	} {
		_, diags := decode(t, source, "seed")
		if len(diags) != 1 || diags[0].Severity != hcl.DiagWarning || diags[0].Summary != "Arguments without effect" {
			t.Errorf("%s: diagnostics %v, want one warning", source, diags)
		}
	}
}

// What is not known is an error even beside what is ignored, and so is what
// the metadata would tell.
func TestUnknownBesideIgnored(t *testing.T) {
	t.Parallel()
	for source, detail := range map[string]string{
		"arn = x\nebs_optimised = true":            `An argument named "ebs_optimised" is not expected here.`,
		"arn = x\ninstance_typ = \"m5.large\"":     `An argument named "instance_typ" is not expected here. Did you mean "instance_type"?`,
		"arn = x\ncredit_spec {}":                  `Blocks of type "credit_spec" are not expected here.`,
		"arn = x\npublic_dns = \"x\"":              `An argument named "public_dns" is not expected here.`,
		"arn = x\nnetwork_interface {\narn = x\n}": `An argument named "arn" is not expected here.`,
	} {
		_, diags := decode(t, source, "seed")
		if len(diags) != 2 || diags[0].Severity != hcl.DiagWarning || diags[1].Detail != detail {
			t.Errorf("%s: diagnostics %v, want the warning and %q", source, diags, detail)
		}
	}
}

// A body that is not of the native syntax is left as it is, and a native one
// too.
func TestIgnoredIsLeftInTheSource(t *testing.T) {
	t.Parallel()
	file, diags := json.Parse([]byte(`{"arn": "x"}`), "test.json")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if _, diags := instance.Decode(file.Body, nil, "seed"); !diags.HasErrors() {
		t.Errorf("JSON: diagnostics %v, want an unsupported argument", diags)
	}
	native, diags := hclsyntax.ParseConfig([]byte(pasted), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for range 2 {
		if _, diags := instance.Decode(native.Body, nil, "seed"); len(diags) != 1 {
			t.Errorf("diagnostics %v, want the warning each time", diags)
		}
	}
}
