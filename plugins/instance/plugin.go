// Package instance is the built-in plugin that serves the general facts of an
// instance: what it was launched from and as, its devices, keys and tags, and
// its user data. All that meta-data has besides belongs to plugins with longer
// mounts. It knows nothing but the instance's facts and its configuration, and
// it imports the plugin SDK only.
package instance

import (
	"context"

	"github.com/mockmd/mockmd/sdk"
)

// New returns the plugin. All of its options may be left out.
func New() sdk.Plugin { return &plugin{} }

type plugin struct {
	keys managedSSHKeys // empty without a block
}

var (
	_ sdk.Plugin     = (*plugin)(nil)
	_ sdk.Mounter    = (*plugin)(nil)
	_ sdk.Configurer = (*plugin)(nil)
	_ sdk.Documenter = (*plugin)(nil)
)

// Mounts returns the whole of meta-data, the user data and dynamic/fws.
func (*plugin) Mounts() []string {
	return []string{"dynamic/fws", "meta-data", "user-data"}
}

// Tree returns the categories of the EC2 user guide's tables of instance
// metadata and dynamic data, with the versions that they give them. What an
// instance does not have is not there at all.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html
func (p *plugin) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	b := builder{}
	b.image(in)
	b.launch(in)
	b.surroundings(in)
	b.blockDevices(in)
	b.accelerators(in)
	b.publicKey(in)
	b.tags(in)
	b.userData(in)
	b.managedSSHKeys(&p.keys)
	return sdk.Tree(b), nil
}
