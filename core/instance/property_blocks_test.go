package instance_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/core/instance"
	"github.com/mockmd/mockmd/sdk"
)

// ed25519Key is a public key without a comment; nobody has its other half.
const ed25519Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJFpQ+TQlLGJcdRvXnGpDYiLOL4VWRUaFZx6IM8yIbSk"

// blockChoices are blocks, right ones and wrong ones. Those that can be
// repeated are, so that names clash.
func blockChoices() []struct {
	most   int
	blocks []string
} {
	return []struct {
		most   int
		blocks []string
	}{
		{1, []string{
			"root_block_device {\n}", "root_block_device {\n device_name = \"/dev/sda1\"\n volume_size = 8\n}",
			"root_block_device {\n device_name = \" \"\n}", "root_block_device {\n device_name = null\n}",
		}},
		{3, []string{
			"ebs_block_device {\n device_name = \"/dev/sdf\"\n}", "ebs_block_device {\n device_name = \"sdf\"\n}",
			"ebs_block_device {\n device_name = \"xvdg\"\n volume_type = \"gp3\"\n}", "ebs_block_device {\n}",
			"ebs_block_device {\n device_name = null\n}", "ebs_block_device {\n device_name = \"sda1\"\n}",
		}},
		{3, []string{
			"ephemeral_block_device {\n device_name = \"sdb\"\n virtual_name = \"ephemeral0\"\n}",
			"ephemeral_block_device {\n device_name = \"/dev/sdc\"\n virtual_name = \"ephemeral0\"\n}",
			"ephemeral_block_device {\n device_name = \"sdf\"\n virtual_name = \"swap\"\n}",
			"ephemeral_block_device {\n device_name = \"sdd\"\n no_device = true\n}",
			"ephemeral_block_device {\n device_name = \"sdd\"\n no_device = 7\n virtual_name = []\n}",
		}},
		{1, []string{
			"instance_market_options {\n}", "instance_market_options {\n market_type = \"capacity-block\"\n}",
			"instance_market_options {\n market_type = \"free\"\n spot_options {\n }\n}",
			"instance_market_options {\n market_type = \"capacity-block\"\n spot_options {\n }\n}",
			"instance_market_options {\n spot_options {\n  instance_interruption_behavior = \"stop\"\n }\n}",
			"instance_market_options {\n spot_options {\n  instance_interruption_behavior = \"hibernate\"\n  spot_instance_type = \"persistent\"\n }\n}",
		}},
		{2, []string{
			"elastic_gpu_specifications {\n type = \"eg1.medium\"\n}", "elastic_gpu_specifications {\n}",
			"elastic_gpu_specifications {\n type = \"eg1.large\"\n id = \"egpu-0123456789abcdef0\"\n}",
		}},
		{2, []string{
			"elastic_inference_accelerator {\n type = \"eia1.medium\"\n count = 2\n}",
			"elastic_inference_accelerator {\n type = \"eia2.large\"\n id = \"eia-0123456789abcdef0123456789abcdef\"\n}",
			"elastic_inference_accelerator {\n type = \"eia2.large\"\n id = \"eia-0123456789abcdef0123456789abcdef\"\n count = 3\n}",
			"elastic_inference_accelerator {\n type = 7\n count = 1000000000\n}",
		}},
		{1, []string{
			"metadata_options {\n}", "metadata_options {\n http_protocol_ipv6 = \"enabled\"\n}",
			"metadata_options {\n instance_metadata_tags = \"enabled\"\n}",
			"metadata_options {\n http_endpoint = \"disabled\"\n http_tokens = \"required\"\n http_put_response_hop_limit = 2\n}",
			"metadata_options {\n http_tokens = \"maybe\"\n http_put_response_hop_limit = 0\n}",
		}},
	}
}

// addBlocks writes random blocks.
func addBlocks(b *strings.Builder, r *rand.Rand, density float64) {
	for _, c := range blockChoices() {
		for range c.most {
			if r.Float64() < density {
				b.WriteString(c.blocks[r.IntN(len(c.blocks))] + "\n")
			}
		}
	}
}

// writeBlocks writes the facts that are blocks, and the tags in their order.
func writeBlocks(f *sdk.Instance) []string {
	o := f.MetadataOptions
	options := fmt.Sprintf("http_endpoint = %q\n http_tokens = %q\n http_protocol_ipv6 = %q\n instance_metadata_tags = %q",
		o.HTTPEndpoint, o.HTTPTokens, o.HTTPProtocolIPv6, o.InstanceMetadataTags)
	if o.HTTPPutResponseHopLimit != 0 {
		options += fmt.Sprintf("\n http_put_response_hop_limit = %d", o.HTTPPutResponseHopLimit)
	}
	tags := make([]string, len(f.TagKeys))
	for i, key := range f.TagKeys {
		tags[i] = fmt.Sprintf("%q = %q", key, f.Tags[key])
	}
	out := []string{
		"metadata_options {\n " + options + "\n}",
		"tags = { " + strings.Join(tags, ", ") + " }",
		fmt.Sprintf("root_block_device {\n device_name = %q\n}", f.RootBlockDevice.DeviceName),
	}
	for _, d := range f.EBSBlockDevices {
		out = append(out, fmt.Sprintf("ebs_block_device {\n device_name = %q\n}", d.DeviceName))
	}
	for _, d := range f.EphemeralBlockDevices {
		out = append(out, fmt.Sprintf("ephemeral_block_device {\n device_name = %q\n virtual_name = %q\n}", d.DeviceName, d.VirtualName))
	}
	for _, a := range f.ElasticGPUs {
		out = append(out, fmt.Sprintf("elastic_gpu_specifications {\n type = %q\n id = %q\n}", a.Type, a.ID))
	}
	for _, a := range f.ElasticInferenceAccelerators {
		out = append(out, fmt.Sprintf("elastic_inference_accelerator {\n type = %q\n id = %q\n}", a.Type, a.ID))
	}
	if f.InstanceLifecycle == "spot" {
		out = append(out, fmt.Sprintf("instance_market_options {\n spot_options {\n  instance_interruption_behavior = %q\n"+
			"  spot_instance_type = \"persistent\"\n }\n}", f.InstanceInterruptionBehavior))
	}
	return out
}

var (
	deviceShape  = regexp.MustCompile(`^[0-9A-Za-z/]+$`)
	virtualShape = regexp.MustCompile(`^(ephemeral\d+|swap)$`)
	segmentShape = regexp.MustCompile(`^[0-9a-zA-Z\-_+=,.@:]{1,255}$`)
	gpuShape     = regexp.MustCompile(`^egpu-[0-9a-f]{17}$`)
	eiaShape     = regexp.MustCompile(`^eia-[0-9a-f]{32}$`)
)

// launchedConsistently holds the facts of the launch against what must be true
// of every instance.
func launchedConsistently(t *testing.T, f *sdk.Instance) {
	t.Helper()
	holds := func(ok bool, rule string) {
		t.Helper()
		if !ok {
			t.Errorf("not so: %s: %+v", rule, *f)
		}
	}
	holds(f.AMILaunchIndex >= 0, "the launch index counts from 0")
	holds(f.AMIManifestPath != "", "there is a manifest path")
	holds(strings.HasPrefix(f.ReservationID, "r-"), "there is a reservation")
	holds(slices.Contains([]string{"nitro", "xen", "xen-on-nitro"}, f.Hypervisor), "the hypervisor is one")
	holds(f.VirtualizationType == "hvm" || f.VirtualizationType == "paravirtual" && f.Hypervisor != "nitro", "Nitro knows hvm only")
	holds((f.InstanceLifecycle == "spot") == (f.InstanceInterruptionBehavior != ""), "Spot Instances are interrupted, and only they")
	if f.OutpostARN != "" {
		holds(strings.HasPrefix(f.OutpostARN, "arn:"+f.Partition+":outposts:"+f.Region+":"), "the Outpost is in the region")
	}

	names, virtuals := map[string]bool{}, map[string]bool{}
	device := func(name string) {
		t.Helper()
		bare := strings.TrimPrefix(name, "/dev/")
		holds(deviceShape.MatchString(name) && !names[bare], "devices have names, no two the same")
		names[bare] = true
	}
	device(f.RootBlockDevice.DeviceName)
	for _, d := range f.EBSBlockDevices {
		device(d.DeviceName)
	}
	for _, d := range f.EphemeralBlockDevices {
		device(d.DeviceName)
		holds(virtualShape.MatchString(d.VirtualName) && !virtuals[d.VirtualName], "virtual names are such, no two the same")
		virtuals[d.VirtualName] = true
	}

	holds((f.KeyName == "") == (f.PublicKey == ""), "a key pair has a name and a key")
	holds(f.PublicKey == "" || len(strings.Fields(f.PublicKey)) >= 3 && f.PublicKey == strings.TrimSpace(f.PublicKey),
		"the key is a line with a comment")
	holds(f.UserData == nil || len(f.UserData) > 0 && len(f.UserData) <= 16384, "user data are of a size that EC2 takes")
	holds(len(f.Tags) == len(f.TagKeys), "each tag has its place")
	for _, key := range f.TagKeys {
		_, ok := f.Tags[key]
		holds(ok, "each place has its tag")
		holds(f.MetadataOptions.InstanceMetadataTags == "disabled" || segmentShape.MatchString(key), "tags that are served can be paths")
	}
	ids := map[string]bool{}
	for _, a := range f.ElasticGPUs {
		holds(gpuShape.MatchString(a.ID) && !ids[a.ID] && a.Type != "", "each GPU has a type and an id of its own")
		ids[a.ID] = true
	}
	for _, a := range f.ElasticInferenceAccelerators {
		holds(eiaShape.MatchString(a.ID) && !ids[a.ID] && a.Type != "", "each accelerator has a type and an id of its own")
		ids[a.ID] = true
	}
}

// A fact that is written as it would have been derived moves no other one.
func TestDerivedFactsCanBeWritten(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"", "instance_type = \"mac2.metal\"", "instance_lifecycle = \"spot\"", "architecture = \"i386\""} {
		for seed := range 20 {
			bare := valid(t, source, fmt.Sprint(seed))
			for _, piece := range write(&bare.Facts) {
				if name, _, _ := strings.Cut(source, " ="); name != "" && strings.HasPrefix(piece, name+" =") {
					continue
				}
				in, diags := decode(t, source+"\n"+piece, fmt.Sprint(seed))
				if diags.HasErrors() {
					t.Fatalf("%s\n%s: %v", source, piece, diags)
				}
				if diff := sameFacts(bare.Facts, in.Facts); diff != "" {
					t.Fatalf("%s\n%s: facts moved (-bare +written):\n%s", source, piece, diff)
				}
			}
		}
	}
}

// Nothing that can be written makes the decoder panic or give facts that do
// not agree, whichever type the values have.
func TestAnyValueOfAnyArgument(t *testing.T) {
	t.Parallel()
	values := []string{
		`null`, `""`, `" "`, `"x"`, `0`, `-1`, `1e300`, `1.5`, `true`, `[]`, `[null]`, `[[]]`, `{}`, `{ a = null }`, `{ (null) = 1 }`,
		`["a", 1]`, `nosuch`, `nosuch()`, `"${1 + "x"}"`, `"\u0000"`, `"é"`, `({ a = 1 })`, `{ for k in ["b", "a"] : k => k }`,
	}
	all := choices()
	maps.Copy(all, networkChoices())
	for name := range all {
		for _, value := range values {
			in, _ := decode(t, name+" = "+value, "seed")
			if in == nil {
				t.Fatalf("%s = %s: no instance", name, value)
			}
			consistent(t, in)
			if t.Failed() {
				t.Fatalf("%s = %s", name, value)
			}
		}
	}
	in, diags := instance.Decode(nil, nil, "seed")
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	consistent(t, in)
}
