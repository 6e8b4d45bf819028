// Package placement is the built-in plugin that serves meta-data/placement:
// where an instance runs. It knows nothing but the instance's facts, and it
// imports the plugin SDK only.
package placement

import (
	"context"
	"strconv"

	"github.com/mockmd/mockmd/sdk"
)

const mount = "meta-data/placement"

// New returns the plugin. It takes no options.
func New() sdk.Plugin { return plugin{} }

type plugin struct{}

var (
	_ sdk.Plugin  = plugin{}
	_ sdk.Mounter = plugin{}
)

// Mounts returns meta-data/placement.
func (plugin) Mounts() []string { return []string{mount} }

// Tree returns the categories of the EC2 user guide's table "Instance metadata
// categories", with the versions that it gives them. What an instance does not
// have is not there at all.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html
func (plugin) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	t := sdk.Tree{}
	add := func(name, value, since string) {
		leaf := sdk.Text(value)
		leaf.Since = since
		t[mount+"/"+name] = leaf
	}
	add("availability-zone", in.AvailabilityZone, "2008-02-01")
	add("availability-zone-id", in.AvailabilityZoneID, "2019-10-01")
	add("region", in.Region, "2020-08-24")
	if in.PlacementGroup != "" {
		add("group-name", in.PlacementGroup, "2020-08-24")
	}
	if in.HostID != "" {
		add("host-id", in.HostID, "2020-08-24")
	}
	if in.PlacementPartitionNumber != 0 {
		add("partition-number", strconv.Itoa(in.PlacementPartitionNumber), "2020-08-24")
	}
	return t, nil
}
