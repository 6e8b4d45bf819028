package instance

import (
	"context"

	"github.com/mockmd/mockmd/sdk"
)

// configBlock is the config block of the plugin.
type configBlock struct {
	ManagedSSHKeys *managedSSHKeysBlock `hcl:"managed_ssh_keys,block" doc:"What EC2 Instance Connect reads; left out, there is none."`
}

// Options tells what the config block takes.
func (*plugin) Options() any { return configBlock{} }

// Configure checks the configuration.
func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	var block configBlock
	diags := c.Decode(&block)
	if block.ManagedSSHKeys != nil {
		keys, more := block.ManagedSSHKeys.check()
		p.keys = keys
		diags = append(diags, more...)
	}
	if len(diags) == 0 {
		return nil
	}
	return diags
}
