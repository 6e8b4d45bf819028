package instance

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
)

// arguments is an instance block as the user wrote it. The names are the JSON
// names of sdk.Instance.
type arguments struct {
	ID        *string   `hcl:"id,optional"`
	IDAt      hcl.Range `hcl:"id,attr_value_range"`
	Account   *string   `hcl:"account_id,optional"`
	AccountAt hcl.Range `hcl:"account_id,attr_value_range"`

	Region   *string   `hcl:"region,optional"`
	RegionAt hcl.Range `hcl:"region,attr_value_range"`
	Zone     *string   `hcl:"availability_zone,optional"`
	ZoneAt   hcl.Range `hcl:"availability_zone,attr_value_range"`
	ZoneID   *string   `hcl:"availability_zone_id,optional"`
	ZoneIDAt hcl.Range `hcl:"availability_zone_id,attr_value_range"`

	AMI            *string   `hcl:"ami,optional"`
	AMIAt          hcl.Range `hcl:"ami,attr_value_range"`
	Type           *string   `hcl:"instance_type,optional"`
	TypeAt         hcl.Range `hcl:"instance_type,attr_value_range"`
	Architecture   *string   `hcl:"architecture,optional"`
	ArchitectureAt hcl.Range `hcl:"architecture,attr_value_range"`
	LaunchTime     *string   `hcl:"launch_time,optional"`
	LaunchTimeAt   hcl.Range `hcl:"launch_time,attr_value_range"`
	Kernel         *string   `hcl:"kernel_id,optional"`
	KernelAt       hcl.Range `hcl:"kernel_id,attr_value_range"`
	Ramdisk        *string   `hcl:"ramdisk_id,optional"`
	RamdiskAt      hcl.Range `hcl:"ramdisk_id,attr_value_range"`
	ProductCodes   []string  `hcl:"product_codes,optional"`
	ProductCodesAt hcl.Range `hcl:"product_codes,attr_value_range"`

	PrivateIP   *string   `hcl:"private_ip,optional"`
	PrivateIPAt hcl.Range `hcl:"private_ip,attr_value_range"`
	PublicIP    *string   `hcl:"public_ip,optional"`
	PublicIPAt  hcl.Range `hcl:"public_ip,attr_value_range"`

	Tenancy     *string   `hcl:"tenancy,optional"`
	TenancyAt   hcl.Range `hcl:"tenancy,attr_value_range"`
	Host        *string   `hcl:"host_id,optional"`
	HostAt      hcl.Range `hcl:"host_id,attr_value_range"`
	Group       *string   `hcl:"placement_group,optional"`
	GroupAt     hcl.Range `hcl:"placement_group,attr_value_range"`
	Partition   *int      `hcl:"placement_partition_number,optional"`
	PartitionAt hcl.Range `hcl:"placement_partition_number,attr_value_range"`

	Profile   *string           `hcl:"iam_instance_profile,optional"`
	ProfileAt hcl.Range         `hcl:"iam_instance_profile,attr_value_range"`
	Tags      map[string]string `hcl:"tags,optional"`
	TagsAt    hcl.Range         `hcl:"tags,attr_value_range"`

	MetadataOptions *optionArguments `hcl:"metadata_options,block"`
}

// optionArguments is the metadata_options block as the user wrote it.
type optionArguments struct {
	Endpoint   *string   `hcl:"http_endpoint,optional"`
	EndpointAt hcl.Range `hcl:"http_endpoint,attr_value_range"`
	Tokens     *string   `hcl:"http_tokens,optional"`
	TokensAt   hcl.Range `hcl:"http_tokens,attr_value_range"`
	HopLimit   *int      `hcl:"http_put_response_hop_limit,optional"`
	HopLimitAt hcl.Range `hcl:"http_put_response_hop_limit,attr_value_range"`
}

// readArguments decodes the block. What is wrong with its form (unknown names,
// duplicates, types, expressions that fail) is in the diagnostics, and the
// argument is then absent.
func readArguments(body hcl.Body, ctx *hcl.EvalContext) (*arguments, hcl.Diagnostics) {
	args := &arguments{}
	diags := gohcl.DecodeBody(body, ctx, args)
	return args, withoutEchoes(diags)
}

// withoutEchoes leaves out what gohcl says a second time: after an expression
// has failed it also complains that the value, which is then unknown, does not
// suit.
func withoutEchoes(diags hcl.Diagnostics) hcl.Diagnostics {
	return slices.DeleteFunc(diags, func(echo *hcl.Diagnostic) bool {
		if echo.Context == nil || !strings.HasSuffix(echo.Detail, "value must be known") {
			return false
		}
		return slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool {
			return d != nil && d != echo && d.Subject != nil && within(*d.Subject, *echo.Context)
		})
	})
}

// within says whether a piece of source lies in another one.
func within(inner, outer hcl.Range) bool {
	return inner.Filename == outer.Filename &&
		inner.Start.Byte >= outer.Start.Byte && inner.End.Byte <= outer.End.Byte
}

// sortDiagnostics puts diagnostics in the order of the source. gohcl walks a
// map, so without it each run would tell them in another order.
func sortDiagnostics(diags hcl.Diagnostics) {
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int {
		if a.Subject == nil || b.Subject == nil {
			return 0
		}
		return cmp.Or(
			cmp.Compare(a.Subject.Filename, b.Subject.Filename),
			cmp.Compare(a.Subject.Start.Byte, b.Subject.Start.Byte),
			cmp.Compare(a.Summary, b.Summary),
		)
	})
}
