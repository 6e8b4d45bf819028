package instance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/mockmd/mockmd/core/instance"
)

// mistake is a source with one mistake, and what is said about it. The mistake
// is on the line that ends in "# wrong", or else on the last one; the facts are
// then those of the source without that line and without those that end in
// "# gone".
type mistake struct{ name, source, at, summary, detail string }

// wrong returns the number of the line with the mistake, and the source
// without it.
func (m *mistake) wrong() (line int, rest string) {
	lines := strings.Split(m.source, "\n")
	line = len(lines)
	var kept []string
	for i, text := range lines {
		switch {
		case strings.HasSuffix(text, "# wrong"):
			line = i + 1
		case !strings.HasSuffix(text, "# gone"):
			kept = append(kept, text)
		}
	}
	if !strings.Contains(m.source, "# wrong") {
		kept = kept[:len(kept)-1]
	}
	return line, strings.Join(kept, "\n")
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	tell(t, []mistake{
		{
			"id too short", `id = "i-123"`, `"i-123"`, "Invalid id",
			`"i-123" is no such id: it is i- and 17 hexadecimal digits in lower case (8 in old ones), such as "i-0123456789abcdef0". Leave it out to have one derived.`,
		},
		{"id in upper case", `id = "i-0123456789ABCDEF0"`, `"i-0123456789ABCDEF0"`, "Invalid id", `lower case`},
		{"empty id", `id = ""`, `""`, "Invalid id", `Leave it out to have one derived.`},
		{"ami with the prefix of another", `ami = "i-0123456789abcdef0"`, `"i-0123456789abcdef0"`, "Invalid ami", `it is ami- and 17`},
		{"kernel", `kernel_id = "aki-xyz"`, `"aki-xyz"`, "Invalid kernel_id", `it is aki- and 17`},
		{"ramdisk", `ramdisk_id = "ari"`, `"ari"`, "Invalid ramdisk_id", `it is ari- and 17`},
		{
			"account too short", `account_id = "1234"`, `"1234"`, "Invalid account_id",
			`"1234" is not an AWS account id: it has 12 digits and no dashes. Write it in quotes, so that leading zeros stay.`,
		},
		{"account that lost its zero", `account_id = 012345678901`, `012345678901`, "Invalid account_id", `Write it in quotes`},
		{"account with dashes", `account_id = "1234-5678-9012"`, `"1234-5678-9012"`, "Invalid account_id", `no dashes`},
		{
			"product code", `product_codes = ["ok1", "no good"]`, `["ok1", "no good"]`, "Invalid product_codes",
			`"no good" is not a product code: it has letters and digits only.`,
		},
		{
			"launch time", `launch_time = "yesterday"`, `"yesterday"`, "Invalid launch_time",
			`"yesterday" is not a time by RFC 3339. Write it like "2025-01-31T12:00:00Z".`,
		},
		{
			"launch time before EC2", `launch_time = "0205-01-31T12:00:00Z"`, `"0205-01-31T12:00:00Z"`, "Invalid launch_time",
			`"0205-01-31T12:00:00Z" lies before the first EC2 instance or after the year 9999.`,
		},
		{
			"launch time that UTC moves behind 9999", `launch_time = "9999-12-31T23:00:00-02:00"`, `"9999-12-31T23:00:00-02:00"`,
			"Invalid launch_time", `after the year 9999`,
		},

		{
			"region misspelt", `region = "us-esat-1"`, `"us-esat-1"`, "Invalid region",
			`"us-esat-1" is not a region: a region looks like "us-east-1". Did you mean "us-east-1"?`,
		},
		{"region that is far from any", `region = "moon"`, `"moon"`, "Invalid region", `"moon" is not a region: a region looks like "us-east-1".`},
		{
			"zone as region", `region = "eu-west-1b"`, `"eu-west-1b"`, "Invalid region",
			`"eu-west-1b" is an availability zone; its region is "eu-west-1".`,
		},
		{
			"region as zone", `availability_zone = "eu-west-1"`, `"eu-west-1"`, "Invalid availability_zone",
			`"eu-west-1" is a region; a zone of it is "eu-west-1a".`,
		},
		{
			"zone misspelt", `availability_zone = "eu-wset-1c"`, `"eu-wset-1c"`, "Invalid availability_zone",
			`"eu-wset-1c" is not an availability zone: a zone looks like "us-east-1a". Did you mean "eu-west-1c"?`,
		},
		{"empty zone", `availability_zone = ""`, `""`, "Invalid availability_zone", `a zone looks like "us-east-1a".`},
		{
			"zone of another region", "region = \"eu-west-1\"\navailability_zone = \"us-east-1a\"", `"us-east-1a"`, "Zone of another region",
			`"us-east-1a" lies in us-east-1, but region is "eu-west-1". Change one of them, or leave region out: it follows from the zone.`,
		},
		{
			"zone id of another region", "region = \"eu-west-1\"\navailability_zone_id = \"use1-az1\"", `"use1-az1"`, "Invalid availability_zone_id",
			`"use1-az1" is not an id of eu-west-1a: that is euw1-az and a number, such as "euw1-az1". Leave it out to have it derived.`,
		},
		{"zone id without a number", `availability_zone_id = "use1-az"`, `"use1-az"`, "Invalid availability_zone_id", `use1-az and a number`},
		{
			"zone id of the region for a Local Zone", "availability_zone = \"us-west-2-lax-1b\"\navailability_zone_id = \"usw2-az2\"", `"usw2-az2"`,
			"Invalid availability_zone_id", `such as "usw2-lax1-az2"`,
		},

		{
			"instance type", `instance_type = "m5large"`, `"m5large"`, "Invalid instance_type",
			`"m5large" is not an instance type: it is a family, a dot and a size, such as "m5.large".`,
		},
		{
			"architecture misspelt", `architecture = "arm46"`, `"arm46"`, "Invalid architecture",
			`"arm46" is none of x86_64, arm64, i386, x86_64_mac, arm64_mac. Did you mean "arm64"?`,
		},
		{
			"architecture of another type", "instance_type = \"m6g.large\"\narchitecture = \"x86_64\"", `"x86_64"`, "Architecture of another instance type",
			`An instance of type m6g.large is arm64, not x86_64. Leave architecture out, or take a type such as m5.large.`,
		},

		{
			"tenancy misspelt", `tenancy = "dedicate"`, `"dedicate"`, "Invalid tenancy",
			`"dedicate" is none of default, dedicated, host. Did you mean "dedicated"?`,
		},
		{
			"tenancy of another type", "instance_type = \"mac2.metal\"\ntenancy = \"default\"", `"default"`, "Tenancy of another instance type",
			`An instance of type mac2.metal runs on a Dedicated Host only. Write tenancy = "host", or leave it out.`,
		},
		{"host id", "tenancy = \"host\"\nhost_id = \"host-1\"", `"host-1"`, "Invalid host_id", `it is h- and 17`},
		{
			"host without tenancy", `host_id = "h-0da999999f9999fb9"`, `"h-0da999999f9999fb9"`, "Host without its tenancy",
			`An instance has a Dedicated Host only with tenancy "host", and this one has "default". Write tenancy = "host", or leave host_id out.`,
		},
		{
			"empty placement group", `placement_group = ""`, `""`, "Invalid placement_group",
			`The name is empty. Leave placement_group out when there is none.`,
		},
		{
			"placement group of two lines", `placement_group = "a\nb"`, `"a\nb"`, "Invalid placement_group",
			`"a\nb" has other characters than those of printable ASCII.`,
		},
		{
			"long placement group", `placement_group = "` + strings.Repeat("g", 256) + `"`, `"` + strings.Repeat("g", 256) + `"`, "Invalid placement_group",
			`The name has 256 characters; a placement group's has 255 at most.`,
		},
		{
			"partition without group", `placement_partition_number = 3`, `3`, "Partition without a placement group",
			`A partition is counted in a placement group, and there is none. Add placement_group, or leave this out.`,
		},
		{
			"partition 0", "placement_group = \"g\"\nplacement_partition_number = 0", `0`, "Invalid placement_partition_number",
			`0 is not a partition: they are counted from 1 to 7. Leave it out when there is none.`,
		},
		{"partition 8", "placement_group = \"g\"\nplacement_partition_number = 8", `8`, "Invalid placement_partition_number", `8 is not a partition`},
		{"half a partition", "placement_group = \"g\"\nplacement_partition_number = 1.5", ``, "Unsuitable value type", `whole number`},

		{
			"private address", `private_ip = "10.0.0.256"`, `"10.0.0.256"`, "Invalid private_ip",
			`"10.0.0.256" is not an IPv4 address: four numbers from 0 to 255 without leading zeros, such as "172.31.5.10".`,
		},
		{
			"private loopback address", `private_ip = "127.0.0.1"`, `"127.0.0.1"`, "Invalid private_ip",
			`127.0.0.1 is not an address that a network interface of a VPC can have. Take one such as 172.31.5.10.`,
		},
		{
			"private address of IPv6", `private_ip = "fd00::1"`, `"fd00::1"`, "Invalid private_ip",
			`"fd00::1" is an IPv6 address; an IPv4 one is wanted.`,
		},
		{"mapped private address", `private_ip = "::ffff:10.0.0.1"`, `"::ffff:10.0.0.1"`, "Invalid private_ip", `is an IPv6 address`},
		{
			"public address that is private", `public_ip = "192.168.1.1"`, `"192.168.1.1"`, "Invalid public_ip",
			`192.168.1.1 is a private address. Give it as private_ip, or leave public_ip out when there is none.`,
		},
		{
			"public address that is link-local", `public_ip = "169.254.1.1"`, `"169.254.1.1"`, "Invalid public_ip",
			`169.254.1.1 is not a public address. Leave public_ip out when there is none.`,
		},
		{"empty public address", `public_ip = ""`, `""`, "Invalid public_ip", `"" is not an IPv4 address`},
		{
			"one address twice", "private_ip = \"52.1.2.3\"\npublic_ip = \"52.1.2.3\"", `"52.1.2.3"`, "One address twice",
			`52.1.2.3 is the private address as well. Change one of them, or leave one out.`,
		},

		{
			"empty profile", `iam_instance_profile = ""`, `""`, "Invalid iam_instance_profile",
			`The name is empty. Leave iam_instance_profile out when there is none.`,
		},
		{
			"ARN as profile", `iam_instance_profile = "arn:aws:iam::123456789012:instance-profile/path/app"`,
			`"arn:aws:iam::123456789012:instance-profile/path/app"`, "Invalid iam_instance_profile",
			`"arn:aws:iam::123456789012:instance-profile/path/app" is an ARN; the name alone is wanted: "app".`,
		},
		{
			"profile with a space", `iam_instance_profile = "my app"`, `"my app"`, "Invalid iam_instance_profile",
			`"my app" is not the name of an instance profile: it has 1 to 128 letters, digits and the characters _+=,.@- only.`,
		},
		{"tag without key", `tags = { "" = "x" }`, `{ "" = "x" }`, "Invalid tags", `A tag has an empty key.`},
		{"long tag key", `tags = { ` + strings.Repeat("k", 129) + ` = "x" }`, ``, "Invalid tags", `has 129 characters; 128 are allowed.`},
		{"long tag value", `tags = { k = "` + strings.Repeat("é", 257) + `" }`, ``, "Invalid tags", `The value of "k" has 257 characters; 256 are allowed.`},
		{"many tags", `tags = { ` + manyTags(51) + ` }`, ``, "Invalid tags", `There are 51 tags; an instance has 50 at most.`},
		{"tags that are a list", `tags = ["a"]`, ``, "Unsuitable value type", `map of string required`},

		{
			"endpoint", `metadata_options { http_endpoint = "enable" }`, `"enable"`, "Invalid http_endpoint",
			`"enable" is none of enabled, disabled. Did you mean "enabled"?`,
		},
		{"tokens", `metadata_options { http_tokens = "yes" }`, `"yes"`, "Invalid http_tokens", `"yes" is none of optional, required.`},
		{
			"hop limit", `metadata_options { http_put_response_hop_limit = 65 }`, `65`, "Invalid http_put_response_hop_limit",
			`65 is not a hop limit: it is from 1 to 64. Leave it out for none.`,
		},

		{"misspelt argument", `acount_id = "123456789012"`, `acount_id`, "Unsupported argument", `Did you mean "account_id"?`},
		{"derived fact", `public_dns = "x"`, `public_dns`, "Unsupported argument", `An argument named "public_dns" is not expected here.`},
		{"expression that fails", `private_ip = nosuch.thing`, `nosuch`, "Variables not allowed", `Variables may not be used here.`},
	})
}

// tell decodes sources with one mistake each.
func tell(t *testing.T, cases []mistake) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in, diags := decode(t, c.source, "seed")
			if len(diags) != 1 {
				t.Fatalf("%s: %d diagnostics, want one: %v", c.name, len(diags), diags)
			}
			d := diags[0]
			if d.Severity != hcl.DiagError || d.Summary != c.summary || !strings.Contains(d.Detail, c.detail) {
				t.Errorf("%s: got  %q, %q\nwant %q, %q", c.name, d.Summary, d.Detail, c.summary, c.detail)
			}
			line, source := c.wrong()
			if d.Subject == nil || d.Subject.Start.Line != line {
				t.Fatalf("%s: reported at %v, want line %d", c.name, d.Subject, line)
			}
			if got := string(d.Subject.SliceBytes([]byte(c.source))); c.at != "" && got != c.at {
				t.Errorf("%s: reported at %s, want %s", c.name, got, c.at)
			}
			rest := valid(t, source, "seed")
			if diff := sameFacts(rest.Facts, in.Facts); diff != "" {
				t.Errorf("%s: a default should stand for the mistake (-want +got):\n%s", c.name, diff)
			}
			if len(in.Ranges) != len(rest.Ranges) {
				t.Errorf("%s: ranges %v, want those of %v", c.name, in.Ranges, rest.Ranges)
			}
		})
	}
}

func manyTags(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "t%d = 1, ", i)
	}
	return strings.TrimSuffix(b.String(), ", ")
}

func TestAllMistakesAtOnceInTheOrderOfTheFile(t *testing.T) {
	t.Parallel()
	for range 20 { // gohcl walks a map: one run proves no order
		_, diags := decode(t, `
tags         = "x"
account_id   = "1"
bogus        = 1
region       = "us-esat-1"
tenancy      = "hots"
private_ip   = "1.2.3"
launch_time  = "now"
metadata_options {
  http_tokens = "maybe"
  nothing     = 2
}
metadata_options {}
`, "seed")
		var lines []int
		for _, d := range diags {
			lines = append(lines, d.Subject.Start.Line)
		}
		if got := fmt.Sprint(lines); got != "[2 3 4 5 6 7 8 13]" {
			t.Fatalf("diagnostics on lines %s: %v", got, diags)
		}
	}
}

// A mistake in one argument says nothing about another one that leans on it.
func TestMistakesDoNotBreed(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"zone id beside a wrong zone":      "availability_zone = \"x\"\navailability_zone_id = \"usw2-az1\"",
		"zone id beside a wrong region":    "region = \"x\"\navailability_zone_id = \"usw2-az1\"",
		"zone id beside a foreign zone":    "region = \"us-west-2\"\navailability_zone = \"us-east-1a\"\navailability_zone_id = \"use1-az1\"",
		"zone beside a wrong region":       "region = \"x\"\navailability_zone = \"us-west-2b\"\navailability_zone_id = \"usw2-az7\"",
		"host beside a wrong tenancy":      "tenancy = \"hots\"\nhost_id = \"h-0da999999f9999fb9\"",
		"host beside a tenancy of no type": "tenancy = [1]\nhost_id = \"h-0da999999f9999fb9\"",
		"partition beside a wrong group":   "placement_group = \"\"\nplacement_partition_number = 3",
		"architecture beside a wrong type": "instance_type = \"x\"\narchitecture = \"arm64\"",
		"type beside a wrong architecture": "instance_type = \"m6g.large\"\narchitecture = \"x\"",
		"public beside a wrong private":    "private_ip = \"x\"\npublic_ip = \"52.1.2.3\"",
	}
	for name, source := range cases {
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

func TestUnknownRegionIsAWarning(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ source, region, detail string }{
		"by region": {
			`region = "eu-west-9"`, "eu-west-9",
			`"eu-west-9" is not among the regions that this version knows; it is taken as it is. Did you mean "eu-west-1"?`,
		},
		"by zone": {
			`availability_zone = "zz-north-4a"`, "zz-north-4",
			`"zz-north-4" is not among the regions that this version knows; it is taken as it is.`,
		},
		"by both": {"region = \"eu-west-9\"\navailability_zone = \"eu-west-9a\"", "eu-west-9", `it is taken as it is.`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, diags := decode(t, c.source, "seed")
			if len(diags) != 1 || diags[0].Severity != hcl.DiagWarning || diags[0].Summary != "Unknown region" ||
				!strings.Contains(diags[0].Detail, c.detail) {
				t.Fatalf("%s: diagnostics %v, want one warning: %s", name, diags, c.detail)
			}
			if in.Facts.Region != c.region {
				t.Errorf("%s: region %q, want %q", name, in.Facts.Region, c.region)
			}
			consistent(t, in)
		})
	}
}

// An expression that fails is told once, by what made it fail.
func TestFailedExpressionIsToldOnce(t *testing.T) {
	t.Parallel()
	file, diags := hclsyntax.ParseConfig([]byte(`account_id = "x${fail("a")}"`), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	fail := function.New(&function.Spec{
		Params: []function.Parameter{{Name: "s", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl:   func([]cty.Value, cty.Type) (cty.Value, error) { return cty.NilVal, fmt.Errorf("it failed") },
	})
	ctx := &hcl.EvalContext{Functions: map[string]function.Function{"fail": fail}}
	in, diags := instance.Decode(file.Body, ctx, "seed")
	if len(diags) != 1 || !strings.Contains(diags[0].Detail, "it failed") {
		t.Errorf("diagnostics %v, want the failure of the function alone", diags)
	}
	consistent(t, in)
}
