package instance_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

func TestLaunchMistakes(t *testing.T) {
	t.Parallel()
	tell(t, []mistake{
		{
			"launch index", `ami_launch_index = -1`, `-1`, "Invalid ami_launch_index",
			`-1 is not a launch index: the instances of a launch are counted from 0.`,
		},
		{
			"empty manifest", `ami_manifest_path = ""`, `""`, "Invalid ami_manifest_path",
			`The path is empty. Leave ami_manifest_path out for an image on EBS.`,
		},
		{"manifest of two lines", `ami_manifest_path = "a\nb"`, `"a\nb"`, "Invalid ami_manifest_path", `"a\nb" has control characters.`},
		{"ancestor", `ancestor_ami_ids = ["ami-12345678", "x"]`, ``, "Invalid ancestor_ami_ids", `"x" is no such id: it is ami- and 17`},
		{"reservation", `reservation_id = "r-x"`, `"r-x"`, "Invalid reservation_id", `it is r- and 17`},

		{
			"hypervisor misspelt", `hypervisor = "nitor"`, `"nitor"`, "Invalid hypervisor",
			`"nitor" is none of nitro, xen, xen-on-nitro. Did you mean "nitro"?`,
		},
		{
			"Xen on a Nitro type", `hypervisor = "xen"`, `"xen"`, "Hypervisor of another instance type",
			`An instance of type m5.large runs on nitro, not on xen. Leave hypervisor out, or take a type such as t2.micro.`,
		},
		{
			"Nitro on a Xen type", "instance_type = \"t2.micro\"\nhypervisor = \"nitro\"", `"nitro"`, "Hypervisor of another instance type",
			`An instance of type t2.micro runs on xen, not on nitro. Leave hypervisor out, or take a type such as m5.large.`,
		},
		{"virtualization", `virtualization_type = "pv"`, `"pv"`, "Invalid virtualization_type", `"pv" is none of hvm, paravirtual.`},
		{
			"paravirtual on Nitro", `virtualization_type = "paravirtual"`, `"paravirtual"`, "Virtualization of another instance type",
			`An instance of type m5.large runs on nitro, which knows hvm only. Leave virtualization_type out, or take a type such as m3.medium.`,
		},
		{"monitoring", `monitoring = "on"`, ``, "Unsuitable value type", `a bool is required`},
		{"hibernation", `hibernation = []`, ``, "Unsuitable value type", `bool required`},

		{
			"Outpost", `outpost_arn = "op-0123456789abcdef0"`, `"op-0123456789abcdef0"`, "Invalid outpost_arn",
			`"op-0123456789abcdef0" is not the ARN of an Outpost: that is such as "arn:aws:outposts:us-west-2:123456789012:outpost/op-0123456789abcdef0".`,
		},
		{
			"Outpost of another region", `outpost_arn = "arn:aws:outposts:us-west-2:123456789012:outpost/op-0123456789abcdef0"`, ``,
			"Outpost of another region",
			`The Outpost belongs to us-west-2, and the instance is in us-east-1. Change one of them, or leave outpost_arn out.`,
		},
		{
			"Outpost of another partition", `outpost_arn = "arn:aws-cn:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0"`, ``,
			"Outpost of another partition",
			`"aws-cn" is the partition of the Outpost, and that of us-east-1 is "aws". Change one of them, or leave outpost_arn out.`,
		},

		{
			"GPU", "elastic_gpu_specifications { # gone\n type = \"eg1.medum\" # wrong\n} # gone", `"eg1.medum"`, "Invalid type",
			`"eg1.medum" is none of eg1.medium, eg1.large, eg1.xlarge, eg1.2xlarge. Did you mean "eg1.medium"?`,
		},
		{"GPU without a type", `elastic_gpu_specifications {}`, ``, "Missing required argument", `"type" is required`},
		{
			"GPU id", "elastic_gpu_specifications {\n type = \"eg1.large\"\n id = \"x\" # wrong\n}", `"x"`, "Invalid id",
			`it is egpu- and 17`,
		},
		{
			"GPU twice", "elastic_gpu_specifications {\n type = \"eg1.large\"\n id = \"egpu-12345678\"\n}\nelastic_gpu_specifications { # gone\n" +
				" type = \"eg1.large\" # gone\n id = \"egpu-12345678\" # wrong\n} # gone", `"egpu-12345678"`, "One accelerator twice",
			`"egpu-12345678" is the id of an accelerator already. Change one of them, or leave it out to have it derived.`,
		},
		{
			"accelerator id", "elastic_inference_accelerator {\n type = \"eia1.large\"\n id = \"eia-0\" # wrong\n}", `"eia-0"`, "Invalid id",
			`"eia-0" is no such id: it is eia- and 32 hexadecimal digits in lower case. Leave it out to have one derived.`,
		},
		{
			"number of accelerators", "elastic_inference_accelerator {\n type = \"eia1.large\"\n count = 6 # wrong\n}", `6`, "Invalid count",
			`6 is not a number of accelerators: it is from 1 to 5. Leave it out for 1.`,
		},
		{
			"one id for two", "elastic_inference_accelerator {\n type = \"eia1.large\"\n id = \"eia-" + strings.Repeat("0", 32) + "\"\n count = 2 # wrong\n}",
			`2`, "One id for several accelerators",
			`Each of the 2 accelerators has an id of its own. Leave id out, or write a block for each.`,
		},

		{
			"IPv6", `metadata_options { http_protocol_ipv6 = "enable" }`, `"enable"`, "Invalid http_protocol_ipv6",
			`"enable" is none of enabled, disabled. Did you mean "enabled"?`,
		},
		{"tags in metadata", `metadata_options { instance_metadata_tags = true }`, `true`, "Invalid instance_metadata_tags", `"true" is none of enabled, disabled.`},
		{
			"tag that is no path", "metadata_options { instance_metadata_tags = \"enabled\" }\ntags = { ok = 1, \"cost/team\" = 2 }", ``, "Tag that cannot be a path",
			`With instance_metadata_tags = "enabled" each key is a path, so it has 1 to 255 letters, digits and the characters -_+=,.@: only ` +
				`and is not ".", ".." or "_index". Rename the key "cost/team", or leave instance_metadata_tags out.`,
		},
		{
			"tag that is a name of the service", "metadata_options { instance_metadata_tags = \"enabled\" }\ntags = { _index = 1 }", ``,
			"Tag that cannot be a path", `Rename the key "_index"`,
		},
		{"tag that is a path up", "metadata_options { instance_metadata_tags = \"enabled\" }\ntags = { \"..\" = 1 }", ``, "Tag that cannot be a path", `Rename the key ".."`},
	})
}

func TestMarketMistakes(t *testing.T) {
	t.Parallel()
	options := func(argument string) string {
		return "instance_market_options {\n spot_options {\n  " + argument + " # wrong\n }\n}"
	}
	tell(t, []mistake{
		{
			"life cycle", `instance_lifecycle = "sport"`, `"sport"`, "Invalid instance_lifecycle",
			`"sport" is none of on-demand, spot, scheduled, capacity-block. Did you mean "spot"?`,
		},
		{
			"life cycle of another market", "instance_market_options {}\ninstance_lifecycle = \"on-demand\"", `"on-demand"`, "Life cycle of another market",
			`instance_market_options make this a "spot" instance, not "on-demand". Leave instance_lifecycle or the block out.`,
		},
		{
			"market", "instance_market_options { market_type = \"sopt\" } # wrong\ninstance_lifecycle = \"scheduled\"", `"sopt"`, "Invalid market_type",
			`"sopt" is none of spot, capacity-block.`,
		},
		{
			"Spot options of another market",
			"instance_market_options {\n market_type = \"capacity-block\"\n spot_options { # wrong\n max_price = 1 # gone\n } # gone\n}", `spot_options`,
			"Spot options without a Spot Instance",
			`These options are for market_type = "spot", and this one is "capacity-block". Change market_type, or leave the block out.`,
		},
		{
			"price", options(`max_price = "cheap"`), `"cheap"`, "Invalid max_price",
			`"cheap" is not a price: it is a number of dollars an hour, such as "0.0312". Leave it out for the price on demand.`,
		},
		{"kind of request", options(`spot_instance_type = "once"`), `"once"`, "Invalid spot_instance_type", `"once" is none of one-time, persistent.`},
		{
			"end", options(`valid_until = "soon"`), `"soon"`, "Invalid valid_until",
			`"soon" is not a time by RFC 3339. Write it like "2030-01-31T12:00:00Z".`,
		},
		{
			"end of a request that does not last", options(`valid_until = "2030-01-31T12:00:00Z"`), ``, "End of a request that does not last",
			`Only a persistent request has an end. Write spot_instance_type = "persistent", or leave valid_until out.`,
		},
		{
			"interruption misspelt", options(`instance_interruption_behavior = "stopp"`), `"stopp"`, "Invalid instance_interruption_behavior",
			`"stopp" is none of terminate, stop, hibernate. Did you mean "stop"?`,
		},
		{
			"interruption of another request", options(`instance_interruption_behavior = "stop"`), `"stop"`, "Interruption of another kind of request",
			`EC2 can stop an instance of a persistent request only. Write spot_instance_type = "persistent", or leave instance_interruption_behavior out.`,
		},
	})
}

// What is odd and yet can be is a warning, and taken.
func TestWarnings(t *testing.T) {
	t.Parallel()
	const arn = `arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0`
	cases := []struct{ name, source, at, summary, detail string }{
		{
			"IPv6 on Xen", "instance_type = \"t2.micro\"\nmetadata_options { http_protocol_ipv6 = \"enabled\" }", `"enabled"`, "No IPv6 endpoint on Xen",
			`The real service has an IPv6 endpoint on Nitro only, and an instance of type t2.micro runs on Xen. ` +
				`It is served all the same; leave http_protocol_ipv6 out, or take a type such as m5.large.`,
		},
		{
			"Outpost of another account", "account_id = \"000000000001\"\noutpost_arn = \"" + arn + `"`, `"` + arn + `"`, "Outpost of another account",
			`The Outpost belongs to account 123456789012, and the instance to 000000000001, as if the Outpost were shared. ` +
				`Write account_id = "123456789012" when it is not.`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in, diags := decode(t, c.source, "seed")
			if len(diags) != 1 || diags[0].Severity != hcl.DiagWarning || diags[0].Summary != c.summary || diags[0].Detail != c.detail {
				t.Fatalf("%s: diagnostics %v, want one warning: %s; %s", c.name, diags, c.summary, c.detail)
			}
			if got := string(diags[0].Subject.SliceBytes([]byte(c.source))); got != c.at {
				t.Errorf("%s: reported at %s, want %s", c.name, got, c.at)
			}
			if in.Facts.MetadataOptions.HTTPProtocolIPv6 == "disabled" && in.Facts.OutpostARN != arn {
				t.Errorf("%s: not taken: %+v", c.name, in.Facts)
			}
		})
	}
}

// A mistake in one argument says nothing about another one that leans on it.
func TestLaunchMistakesDoNotBreed(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"hypervisor beside a wrong type":     "instance_type = \"x\"\nhypervisor = \"xen\"\nvirtualization_type = \"paravirtual\"",
		"paravirtual beside a wrong one":     "hypervisor = \"xne\"\nvirtualization_type = \"paravirtual\"",
		"Outpost beside a wrong region":      "region = \"x\"\noutpost_arn = \"arn:aws:outposts:us-west-2:123456789012:outpost/op-0123456789abcdef0\"",
		"Outpost beside a wrong zone":        "availability_zone = \"x\"\noutpost_arn = \"arn:aws:outposts:us-west-2:123456789012:outpost/op-0123456789abcdef0\"",
		"Outpost beside a wrong account":     "account_id = \"x\"\noutpost_arn = \"arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0\"",
		"spot options beside a wrong market": "instance_market_options {\n market_type = \"x\"\n spot_options {\n }\n}\ninstance_lifecycle = \"scheduled\"",
		"stop beside a wrong kind":           "instance_market_options {\n spot_options {\n spot_instance_type = \"x\"\n valid_until = \"2030-01-31T12:00:00Z\"\n instance_interruption_behavior = \"stop\"\n }\n}",
		"key beside a wrong name":            "key_name = \"\"\npublic_key = \"" + ed25519Key + "\"",
		"name beside a wrong key":            "key_name = \"k\"\npublic_key = \"x\"",
		"name beside a key of no type":       "key_name = \"k\"\npublic_key = []",
		"bytes beside long text":             "user_data = \"" + strings.Repeat("x", 16385) + "\"\nuser_data_base64 = \"AP/+\"",
		"swap beside a wrong switch":         "ephemeral_block_device {\n device_name = \"sdb\"\n no_device = 7\n}",
		"tags that are no map":               "tags = 7\nmetadata_options { instance_metadata_tags = \"enabled\" }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, diags := decode(t, source, "seed")
			if len(diags) != 1 {
				t.Errorf("%s: %d diagnostics, want one: %v", name, len(diags), diags)
			}
			consistent(t, in)
		})
	}
}
