// Package network is the built-in plugin that serves the addresses and names
// of an instance and meta-data/network: its interfaces with all they have. It
// knows nothing but the instance's facts, and it imports the plugin SDK only.
package network

import (
	"context"

	"github.com/mockmd/mockmd/sdk"
)

// New returns the plugin. It takes no options.
func New() sdk.Plugin { return plugin{} }

type plugin struct{}

var (
	_ sdk.Plugin  = plugin{}
	_ sdk.Mounter = plugin{}
)

// Mounts returns meta-data/network and each address and name by itself, for
// their neighbours in meta-data belong to other plugins.
func (plugin) Mounts() []string {
	return []string{
		"meta-data/hostname",
		"meta-data/ipv6",
		"meta-data/local-hostname",
		"meta-data/local-ipv4",
		"meta-data/mac",
		"meta-data/network",
		"meta-data/public-hostname",
		"meta-data/public-ipv4",
	}
}

// Tree returns the categories of the EC2 user guide's table "Instance metadata
// categories", with the versions that it gives them. What an instance does not
// have is not there at all.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html
func (plugin) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	b := builder{}
	b.addresses(in)
	for i := range in.NetworkInterfaces {
		if err := b.networkInterface(in, &in.NetworkInterfaces[i]); err != nil {
			return nil, err
		}
	}
	return sdk.Tree(b), nil
}
