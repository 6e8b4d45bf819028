package app

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/router"
)

// pointless warns of paths to omit at, above or below which no plugin has a
// mount: nothing is served there, so they are misspelt.
func (g *generation) pointless() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, path := range g.file.Metadata.Omit {
		if slices.ContainsFunc(g.mounts, func(mount router.Mount) bool {
			return strings.HasPrefix(path+"/", mount.Path+"/") || strings.HasPrefix(mount.Path+"/", path+"/")
		}) {
			continue
		}
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagWarning, Summary: "Nothing to omit",
			Detail:  fmt.Sprintf("No plugin serves anything at or around %q. Correct the path, or leave it out.", path),
			Subject: &g.file.Metadata.OmitRange,
		})
	}
	return diags
}
