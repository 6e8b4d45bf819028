// Package network is the built-in plugin that serves the addresses and names
// of an instance and meta-data/network: its interfaces with all they have. It
// knows nothing but the instance's facts, and it imports the plugin SDK only.
package network

import (
	"context"
	"maps"
	"strings"

	"github.com/mockmd/mockmd/sdk"
)

// New returns the plugin. It takes no options.
func New() sdk.Plugin { return &plugin{} }

type plugin struct {
	mounts []string // that hold; nil before Configure
}

var (
	_ sdk.Plugin     = (*plugin)(nil)
	_ sdk.Mounter    = (*plugin)(nil)
	_ sdk.Configurer = (*plugin)(nil)
)

// Mounts returns meta-data/network and each address and name by itself, for
// their neighbours in meta-data belong to other plugins.
func (*plugin) Mounts() []string {
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
// have is not there at all. A block that names mounts gets what lies in them.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html
func (p *plugin) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	b := builder{}
	b.addresses(in)
	for i := range in.NetworkInterfaces {
		if err := b.networkInterface(in, &in.NetworkInterfaces[i]); err != nil {
			return nil, err
		}
	}
	tree := sdk.Tree(b)
	if p.mounts != nil {
		maps.DeleteFunc(tree, func(path string, _ sdk.Node) bool { return !p.serves(path) })
	}
	return tree, nil
}

// serves says whether path is at or below one of the mounts.
func (p *plugin) serves(path string) bool {
	for _, m := range p.mounts {
		if covers(m, path) {
			return true
		}
	}
	return false
}

// covers says whether path is dir or lies below it.
func covers(dir, path string) bool {
	return path == dir || strings.HasPrefix(path, dir+"/")
}
