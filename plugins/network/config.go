package network

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// Configure refuses every argument, and mounts at which there is nothing to
// serve.
func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	diags := c.Decode(&struct{}{})
	p.mounts = c.Mounts
	own := p.Mounts()
	for _, m := range c.Mounts {
		if !slices.ContainsFunc(own, func(o string) bool { return covers(o, m) || covers(m, o) }) {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError,
				Summary:  "Nothing to serve at a mount",
				Detail: fmt.Sprintf("The network plugin has nothing at or below %q. Its own mounts are %s: name some of these, or leave the mount argument out for all.",
					m, strings.Join(own, ", ")),
			})
		}
	}
	if len(diags) == 0 {
		return nil
	}
	return diags
}
