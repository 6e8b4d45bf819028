package instance

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// configBlock is the config block of the plugin.
type configBlock struct {
	ManagedSSHKeys *managedSSHKeysBlock `hcl:"managed_ssh_keys,block"`
}

// Configure checks the configuration, and refuses mounts at which there is
// nothing to serve.
func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	var block configBlock
	diags := c.Decode(&block)
	if block.ManagedSSHKeys != nil {
		keys, more := block.ManagedSSHKeys.check()
		p.keys = keys
		diags = append(diags, more...)
	}
	p.mounts = c.Mounts
	own := p.Mounts()
	for _, m := range c.Mounts {
		if !slices.ContainsFunc(own, func(o string) bool { return covers(o, m) || covers(m, o) }) {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError,
				Summary:  "Nothing to serve at a mount",
				Detail: fmt.Sprintf("The instance plugin has nothing at or below %q. Its own mounts are %s: name some of these or paths below them, or leave the mount argument out for all.",
					m, strings.Join(own, ", ")),
			})
		}
	}
	if len(diags) == 0 {
		return nil
	}
	return diags
}

func invalid(at hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: at.Ptr()}
}
