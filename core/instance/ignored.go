package instance

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// ignoredArguments are the arguments and attributes of Terraform's
// aws_instance that no path of the metadata tells, and the meta-arguments of
// every resource. What a path does tell is not among them, even when it cannot
// be given, because to ignore it would give other metadata than was meant.
// https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/instance.html.markdown
func ignoredArguments() []string {
	return []string{
		"arn", "cpu_core_count", "cpu_threads_per_core", "disable_api_stop", "disable_api_termination",
		"ebs_optimized", //nolint:misspell // AWS's word
		"enable_primary_ipv6", "force_destroy", "get_password_data", "host_resource_group_arn",
		"instance_initiated_shutdown_behavior", "instance_state", "password_data", "primary_network_interface_id",
		"source_dest_check", "spot_instance_request_id", "tags_all", "user_data_replace_on_change", "volume_tags",

		"count", "depends_on", "for_each", "provider",
	}
}

// ignoredBlocks are the blocks of the same kind.
func ignoredBlocks() []string {
	return []string{
		"capacity_reservation_specification", "cpu_options", "credit_specification", "enclave_options", "launch_template",
		"maintenance_options", "secondary_network_interface",

		"connection", "lifecycle", "provisioner", "timeouts",
	}
}

// withoutIgnored leaves out what a block that was written for Terraform has
// and the metadata have not, so that it can be pasted as it is; one warning
// names it all. The expressions are not evaluated: they may refer to what only
// Terraform knows.
func withoutIgnored(body hcl.Body) (hcl.Body, hcl.Diagnostics) {
	native, ok := body.(*hclsyntax.Body)
	if !ok {
		return body, nil
	}
	type part struct {
		name string
		at   hcl.Range
	}
	var ignored []part
	out := *native
	out.Attributes, out.Blocks = maps.Clone(native.Attributes), nil
	for _, name := range ignoredArguments() {
		if attr, given := native.Attributes[name]; given {
			ignored = append(ignored, part{name, attr.NameRange})
			delete(out.Attributes, name)
		}
	}
	for _, block := range native.Blocks {
		if slices.Contains(ignoredBlocks(), block.Type) {
			ignored = append(ignored, part{block.Type, block.DefRange()})
		} else {
			out.Blocks = append(out.Blocks, block)
		}
	}
	if len(ignored) == 0 {
		return body, nil
	}
	slices.SortFunc(ignored, func(a, b part) int { return cmp.Compare(a.at.Start.Byte, b.at.Start.Byte) })
	var names []string
	for _, p := range ignored {
		if !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	return &out, hcl.Diagnostics{{
		Severity: hcl.DiagWarning,
		Summary:  "Arguments without effect",
		Detail:   fmt.Sprintf("These do not show in the metadata and have no effect here: %s.", strings.Join(names, ", ")),
		Subject:  &ignored[0].at,
	}}
}
