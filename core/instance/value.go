package instance

import (
	"time"

	"github.com/zclconf/go-cty/cty"
)

// Value returns the variable instance of expressions: an object with all facts
// by their names in the instance block. A fact that there is not is an empty
// string or 0, as in the facts that plugins are given; times are RFC 3339.
func (i *Instance) Value() cty.Value {
	f := &i.Facts
	tags := cty.MapValEmpty(cty.String)
	if len(f.Tags) > 0 {
		m := make(map[string]cty.Value, len(f.Tags))
		for key, value := range f.Tags {
			m[key] = cty.StringVal(value)
		}
		tags = cty.MapVal(m)
	}
	codes := cty.ListValEmpty(cty.String)
	if len(f.ProductCodes) > 0 {
		l := make([]cty.Value, 0, len(f.ProductCodes))
		for _, code := range f.ProductCodes {
			l = append(l, cty.StringVal(code))
		}
		codes = cty.ListVal(l)
	}
	return cty.ObjectVal(map[string]cty.Value{
		"id":                         cty.StringVal(f.ID),
		"account_id":                 cty.StringVal(f.AccountID),
		"region":                     cty.StringVal(f.Region),
		"partition":                  cty.StringVal(f.Partition),
		"domain":                     cty.StringVal(f.Domain),
		"availability_zone":          cty.StringVal(f.AvailabilityZone),
		"availability_zone_id":       cty.StringVal(f.AvailabilityZoneID),
		"ami":                        cty.StringVal(f.AMI),
		"instance_type":              cty.StringVal(f.InstanceType),
		"architecture":               cty.StringVal(f.Architecture),
		"launch_time":                cty.StringVal(f.LaunchTime.Format(time.RFC3339)),
		"kernel_id":                  cty.StringVal(f.KernelID),
		"ramdisk_id":                 cty.StringVal(f.RamdiskID),
		"product_codes":              codes,
		"private_ip":                 cty.StringVal(f.PrivateIP),
		"private_dns":                cty.StringVal(f.PrivateDNS),
		"public_ip":                  cty.StringVal(f.PublicIP),
		"public_dns":                 cty.StringVal(f.PublicDNS),
		"tenancy":                    cty.StringVal(f.Tenancy),
		"host_id":                    cty.StringVal(f.HostID),
		"placement_group":            cty.StringVal(f.PlacementGroup),
		"placement_partition_number": cty.NumberIntVal(int64(f.PlacementPartitionNumber)),
		"iam_instance_profile":       cty.StringVal(f.IAMInstanceProfile),
		"tags":                       tags,
	})
}
